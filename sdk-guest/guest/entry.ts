import type { Tool } from "../tool/define.ts";
import { indexTools, listTools } from "../tool/list.ts";
import { errorText, runTool } from "../tool/run.ts";
import { registerHost } from "../host/host.ts";
import { settle } from "./settle.ts";
import { makeWitHost, type WitImports } from "./wit-host.ts";

export interface ToolsExport {
  listTools(): string;
  callTool(name: string, argumentsText: string): string;
}

/**
 * The `tools` interface of a component. The generated entry exports what this makes.
 * It is called while modules load, before the component's memory is taken into the file: whatever is made here is made
 * once for all instances, and what a call makes is made again in every call. Throws where the tools could not be served.
 */
export function makeToolsExport(tools: readonly Tool[], imports: WitImports): ToolsExport {
  const host = makeWitHost(imports);
  const surface = JSON.stringify(listTools(tools));
  const toolsByName = indexTools(tools);
  let calling = false;
  registerHost(() => {
    if (calling) return host;
    throw new Error("The host is only there inside a tool's handler, not while modules load");
  });
  return {
    listTools: () => surface,
    callTool(name, argumentsText) {
      calling = true;
      try {
        return settle(runTool(toolsByName, name, argumentsText));
      } catch (thrown) {
        return errorText(thrown);
      } finally {
        calling = false;
      }
    },
  };
}
