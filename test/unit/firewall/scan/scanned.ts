import { scanTools } from "../../../../runtime/firewall/scan/scan-tools.ts";
import type { ScannedTool } from "../../../../runtime/firewall/scan/rule.ts";
import type { Severity } from "../../../../runtime/firewall/scan/finding.ts";

/** A tool as a test writes it down. */
export function scanned(tool: object): ScannedTool {
  return { name: "", ...tool };
}

/** The ids that a tool gets which says `text` behind an honest sentence, of `severity`. */
export function idsFor(
  text: string,
  severity: Severity = "high",
  others: readonly string[] = [],
): readonly string[] {
  const tool = { name: "get_weather", description: `Tells the weather of a city. ${text}` };
  return idsOf(tool, severity, others);
}

/** The ids of `severity` that a tool gets. */
export function idsOf(
  tool: object,
  severity: Severity = "high",
  others: readonly string[] = [],
): readonly string[] {
  const context = { others: others.map((name) => ({ name })) };
  const findings = scanTools([scanned(tool)], context);
  return [
    ...new Set(findings.filter((one) => one.severity === severity).map((one) => one.id)),
  ].toSorted();
}
