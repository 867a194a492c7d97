import type { Finding } from "../../firewall/scan/finding.ts";
import { RULE_IDS } from "../../firewall/scan/rule-ids.ts";
import { remedyForUnknown } from "../../plugin/suggest.ts";
import { LOOK_ALIKE } from "./approval-policy.ts";
import { CliError } from "../errors.ts";
import type { Output } from "../output.ts";

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
    `The scanner found what must not be approved unseen: ${left.join(", ")}. ${first ? describeFirst(first) : ""}`.trimEnd(),
    {
      remedy: `Read the findings above. If they are harmless here, say so by name: ${left.map((id) => `--accept ${id}`).join(" ")}`,
    },
  );
}

/** A finding of no tool is about all of them. */
function describeFirst({ tool, where, why }: Finding): string {
  return tool === "" ? why : `${tool}, ${where || "the tool"}: ${why}`;
}

/** The findings in a few lines, right above the question; `approved` are those of the release that is approved now, if there is one. */
export function showFindings(
  findings: readonly Finding[],
  out: Output,
  approved?: readonly Finding[],
): void {
  const gone = without(approved ?? [], findings);
  if (findings.length + gone.length === 0) return;
  out.line();
  out.line(out.style("bold", "What the scanner found"));
  const fresh = new Set(approved ? without(findings, approved) : []);
  for (const group of groupsOf(findings)) {
    const isNew = group.some((finding) => fresh.has(finding));
    const line = `  ${describeGroup(group)}${isNew ? "  (new)" : ""}`;
    out.line(group[0]?.severity === "high" ? out.style("red", line) : line);
  }
  for (const group of groupsOf(gone))
    out.line(out.style("dim", `  no longer ${describeGroup(group)}`));
}

/** The findings that are not among the others. */
function without(findings: readonly Finding[], others: readonly Finding[]): readonly Finding[] {
  const keyOf = ({ severity, id, tool, where }: Finding): string =>
    JSON.stringify([severity, id, tool, where]);
  const known = new Set(others.map(keyOf));
  return findings.filter((finding) => !known.has(keyOf(finding)));
}

function groupsOf(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const groups = Map.groupBy(findings, ({ severity, id }) => `${severity} ${id}`);
  return [...groups.values()];
}

function describeGroup([first, ...others]: readonly Finding[]): string {
  if (!first) return "";
  const { severity, id, tool, where } = first;
  const more = others.length > 0 ? `, and ${others.length} more` : "";
  return `${severity} ${id}: ${tool}${where === "" ? "" : `, ${where}`}${more}`;
}

function highIds(findings: readonly Finding[]): readonly string[] {
  const high = findings.filter(({ severity }) => severity === "high");
  return [...new Set(high.map(({ id }) => id))].toSorted();
}
