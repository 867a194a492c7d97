import type { ToolErrorBody } from "../tool/error.ts";
import { describeError } from "../tool/error.ts";
import type { Tool } from "../tool/define.ts";
import { listTools } from "../tool/list.ts";
import { runTool } from "../tool/run.ts";
import { registerHost } from "../host/host.ts";
import { settle } from "./settle.ts";
import { makeWitHost, type WitImports } from "./wit-host.ts";

export interface ToolsExport {
  listTools(): string;
  callTool(name: string, argumentsText: string): string;
}

/** The `tools` interface of a component. The generated entry exports what this makes. */
export function makeToolsExport(tools: readonly Tool[], imports: WitImports): ToolsExport {
  const host = makeWitHost(imports);
  let calling = false;
  registerHost(() => {
    if (calling) return host;
    throw new Error("The host is only there inside a tool's handler, not while modules load");
  });
  return {
    listTools: () => JSON.stringify(listTools(tools)),
    callTool(name, argumentsText) {
      calling = true;
      try {
        return JSON.stringify(settle(runTool(tools, name, argumentsText)));
      } catch (thrown) {
        return JSON.stringify({ error: describeError(thrown) } satisfies { error: ToolErrorBody });
      } finally {
        calling = false;
      }
    },
  };
}
