import type { ToolSurface } from "../../plugin/formats.ts";
import type { ScannedTool } from "./rule.ts";

/** A plugin's tools, each as a tool of any server. */
export function toScanned(surface: ToolSurface): readonly ScannedTool[] {
  return surface.map(({ annotations, ...tool }) => ({
    ...tool,
    ...(annotations && { annotations: { ...annotations } }),
  }));
}
