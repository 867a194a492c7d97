import type { Finding } from "../firewall/scan/finding.ts";
import { RULE_IDS } from "../firewall/scan/rule-ids.ts";
import { remedyForUnknown } from "../plugin/suggest.ts";
import { LOOK_ALIKE } from "./approval-policy.ts";
import { CliError } from "./errors.ts";
import type { Output } from "./output.ts";

/** What the workspace's policy finds beside the scanner. */
const POLICY_FINDINGS: readonly string[] = [LOOK_ALIKE];
const KNOWN: readonly string[] = [...RULE_IDS, ...POLICY_FINDINGS];

/**
 * The ids of all findings of high severity, each of which the operator named. Accepted is what is seen now: another release is
 * accepted anew. Throws `ERR_FINDINGS` when one was not named, and `ERR_USAGE` for an id that no rule has.
 */
export function acceptFindings(
  findings: readonly Finding[],
  named: readonly string[],
): readonly string[] {
  for (const id of named)
    if (!KNOWN.includes(id))
      throw new CliError("ERR_USAGE", `There is no finding \`${id}\`.`, {
        remedy: remedyForUnknown(id, KNOWN),
      });
  const ids = highIds(findings);
  const left = ids.filter((id) => !named.includes(id));
  if (left.length === 0) return ids;
  const first = findings.find(({ id, severity }) => severity === "high" && id === left[0]);
  throw new CliError(
    "ERR_FINDINGS",
    `The scanner found what must not be approved unseen: ${left.join(", ")}. ${first ? `${first.tool}, ${first.where || "the tool"}: ${first.why}` : ""}`.trimEnd(),
    {
      remedy: `Read the findings above. If they are harmless here, say so by name: ${left.map((id) => `--accept ${id}`).join(" ")}`,
    },
  );
}

/** The findings in a few lines, right above the question. */
export function showFindings(findings: readonly Finding[], out: Output): void {
  if (findings.length === 0) return;
  out.line();
  out.line(out.style("bold", "What the scanner found"));
  const counts = new Map<string, number>();
  for (const { severity, id } of findings) {
    const key = `${severity} ${id}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of counts) {
    const { tool, where } = findings.find(({ severity, id }) => `${severity} ${id}` === key)!;
    const more = count > 1 ? `, and ${count - 1} more` : "";
    const line = `  ${key}: ${tool}${where === "" ? "" : `, ${where}`}${more}`;
    out.line(key.startsWith("high") ? out.style("red", line) : line);
  }
}

function highIds(findings: readonly Finding[]): readonly string[] {
  const high = findings.filter(({ severity }) => severity === "high");
  return [...new Set(high.map(({ id }) => id))].toSorted();
}
