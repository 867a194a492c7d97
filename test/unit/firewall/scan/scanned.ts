import type { ScannedTool } from "../../../../runtime/firewall/scan/rule.ts";

/** A tool as a test writes it down. */
export function scanned(tool: object): ScannedTool {
  return { name: "", ...tool };
}
