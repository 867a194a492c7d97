import type { Tool } from "../tool/define.ts";
import { indexTools, listTools, requireTools } from "../tool/list.ts";
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
 * `surface` is the list of tools as text, which the build has from a first run of the same modules without it.
 * What is made here lies in the memory that every instance begins with; what a call makes is made again in every call.
 */
export function makeToolsExport(
  tools: readonly Tool[],
  imports: WitImports,
  surface: string | undefined,
): ToolsExport {
  requireTools(tools);
  const host = makeWitHost(imports);
  const toolsByName = indexTools(tools);
  let calling = false;
  registerHost(() => {
    if (calling) return host;
    throw new Error("The host is only there inside a tool's handler, not while modules load");
  });
  return {
    listTools: () => surface ?? JSON.stringify(listTools(tools)),
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
