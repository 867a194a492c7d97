import { decodeTexts, makeDecodeBudget } from "./decode/decode-texts.ts";
import type { DecodeBudget } from "./decode/decode-texts.ts";
import type { Finding } from "./finding.ts";
import { FindingList } from "./finding-list.ts";
import { viewSchemas } from "./parameters.ts";
import { makeReader } from "./reader.ts";
import type { ScannedTool, Subject, ToolText } from "./rule.ts";
import { makeRuleRunner } from "./run-rule.ts";
import { RULES } from "./rules/table.ts";
import { collectTexts } from "./texts.ts";

/** More tools than any server lists; the rest is not read, and that is a finding. */
export const SCANNED_TOOLS_MAX = 2000;
/** In characters, with what tools and values cost besides: a plugin's surface of the largest size is read. */
export const SCANNED_LENGTH_MAX = 384 * 1024;
/** The id of what the scanner says when it did not read everything. */
export const UNREAD = "unread";

export interface ScanContext {
  /** The tools of other installed plugins. */
  readonly others: readonly ScannedTool[];
  /** What else those tools are called, by the operator or by clients: a model knows `shop__lookup` and not `lookup`. */
  readonly called?: readonly string[];
  /** Installed plugins whose tools could not be read. */
  readonly missing?: readonly string[];
}

/**
 * What is suspicious in the definitions of `tools`, the gravest first, at most 50 findings of each rule.
 * Pure, and linear in the size of the tools. The tools may be anybody's: whatever is too much to read is itself a
 * finding of high severity, so that nothing passes by being long.
 */
// debt("GB-002"): signs are looked for, not meaning.
// debt("GB-041"): every rule reads every text, and the first time uncompiled.
export function scanTools(tools: readonly ScannedTool[], context: ScanContext): readonly Finding[] {
  const others = new Map(context.others.map((other) => [other.name.toLowerCase(), other]));
  const { called = [], missing = [] } = context;
  const installed = new Set([...others.keys(), ...called.map((name) => name.toLowerCase())]);
  const findings = new FindingList();
  for (const alias of missing)
    findings.add(
      UNREAD,
      undefined,
      unread(
        `${alias} is installed and not in the store as approved (\`glovebox restore ${alias}\`)`,
      ),
    );
  const budget = makeDecodeBudget();
  let left = SCANNED_LENGTH_MAX;
  for (const [index, tool] of tools.entries()) {
    if (index === SCANNED_TOOLS_MAX || left <= 0) {
      findings.add(UNREAD, undefined, unread(`${tools.length - index} tools are too many to read`));
      break;
    }
    const { texts, cost, isCut } = collectTexts(tool, left);
    left -= cost;
    if (isCut) findings.add(UNREAD, tool, unread("the tool is larger than what is read"));
    const subject = makeSubject(tool, texts, tools, { others, installed }, budget);
    for (const rule of RULES) {
      for (const hit of subject.hitsOf(rule)) findings.add(rule.id, tool, hit);
    }
  }
  if (budget.isSpent) findings.add(UNREAD, undefined, unread("more is encoded than is decoded"));
  return findings.toFindings();
}

function makeSubject(
  tool: ScannedTool,
  texts: readonly ToolText[],
  siblings: readonly ScannedTool[],
  { others, installed }: Pick<Subject, "others"> & { readonly installed: ReadonlySet<string> },
  budget: DecodeBudget,
): Subject {
  const parameters = new Set(viewSchemas(tool).parameters.map(({ name }) => name.toLowerCase()));
  const reader = makeReader({ own: tool.name.toLowerCase(), installed, parameters });
  const decoded = decodeTexts(texts, reader.read, budget);
  const signed = [...texts, ...decoded].filter((text) => reader.signsOf(text).length > 0);
  const subject: Subject = { tool, texts, decoded, signed, siblings, others, ...reader, hitsOf };
  const run = makeRuleRunner(subject);
  function hitsOf(rule: Parameters<Subject["hitsOf"]>[0]): ReturnType<Subject["hitsOf"]> {
    return run(rule);
  }
  return subject;
}

function unread(why: string): { where: string; why: string; severity: "high" } {
  return { where: "", why: `Not all was read: ${why}.`, severity: "high" };
}
