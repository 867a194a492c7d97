import { makeVisible } from "../visible.ts";
import { decodeTexts } from "./decode/decode-texts.ts";
import { compareSeverity } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { Names } from "./language/mentions.ts";
import { makeReader } from "./reader.ts";
import type { Hit, Rule, ScannedTool, Subject } from "./rule.ts";
import { RULES } from "./rules/table.ts";
import { collectTexts } from "./texts.ts";

/** More tools than any server lists; the rest is not read, and that is a finding. */
export const SCANNED_TOOLS_MAX = 2000;
/** Twice what a plugin's surface may have altogether. */
export const SCANNED_LENGTH_MAX = 512 * 1024;
/** Of one rule in one tool, the gravest. */
const HITS_PER_RULE_MAX = 4;
/** Looked at, to find the gravest: a tool has no more texts than that which matter. */
const HITS_READ_MAX = 1000;
/** Of one rule in all tools. The others are counted: what an operator accepts is a rule's id. */
const FINDINGS_PER_RULE_MAX = 50;
const QUOTE_MAX = 120;
const NAME_MAX = 128;
/** The id of what the scanner says when it did not read everything. */
export const UNREAD = "unread";

export interface ScanContext {
  /** The tools of other installed plugins. */
  readonly others: readonly ScannedTool[];
}

/**
 * What is suspicious in the definitions of `tools`, the gravest first, at most 50 findings of each rule.
 * Pure, and linear in the size of the tools. The tools may be anybody's: whatever is too much to read is itself a
 * finding of high severity, so that nothing passes by being long.
 */
export function scanTools(tools: readonly ScannedTool[], context: ScanContext): readonly Finding[] {
  const others = new Map(context.others.map((other) => [other.name.toLowerCase(), other]));
  const findings: Finding[] = [];
  let left = SCANNED_LENGTH_MAX;
  for (const [index, tool] of tools.entries()) {
    if (index === SCANNED_TOOLS_MAX || left <= 0) {
      findings.push(unread("", `${tools.length - index} tools came after what is read at most`));
      break;
    }
    const { texts, length, isCut } = collectTexts(tool, left);
    left -= length;
    if (isCut) findings.push(unread(nameOf(tool), "the tool is larger than what is read"));
    const subject = makeSubject(tool, texts, tools, others);
    for (const rule of RULES) findings.push(...runRule(rule, subject));
  }
  return cutPerRule(
    findings.toSorted((left, right) => compareSeverity(left.severity, right.severity)),
  );
}

/** No flood of one rule's findings takes the place of another's. */
function cutPerRule(findings: readonly Finding[]): Finding[] {
  const counts = new Map<string, number>();
  for (const { id } of findings) counts.set(id, (counts.get(id) ?? 0) + 1);
  const listed = new Map<string, number>();
  return findings.flatMap((finding) => {
    const { id, why } = finding;
    const place = (listed.get(id) ?? 0) + 1;
    listed.set(id, place);
    if (place > FINDINGS_PER_RULE_MAX) return [];
    const more = (counts.get(id) ?? 0) - place;
    const isLast = place === FINDINGS_PER_RULE_MAX && more > 0;
    return [isLast ? { ...finding, why: `${why} There are ${more} more such findings.` } : finding];
  });
}

function makeSubject(
  tool: ScannedTool,
  texts: Subject["texts"],
  siblings: readonly ScannedTool[],
  others: Subject["others"],
): Subject {
  const reader = makeReader(namesAround(tool, others));
  const decoded = decodeTexts(texts, reader.read);
  return { tool, texts, decoded, siblings, others, ...reader };
}

function namesAround(tool: ScannedTool, others: Subject["others"]): Names {
  return { own: tool.name.toLowerCase(), installed: others };
}

function runRule(rule: Rule, subject: Subject): readonly Finding[] {
  const hits: Hit[] = [];
  for (const hit of rule.find(subject)) if (hits.push(hit) === HITS_READ_MAX) break;
  const gravest = hits.toSorted((left, right) =>
    compareSeverity(left.severity ?? rule.severity, right.severity ?? rule.severity),
  );
  return gravest.slice(0, HITS_PER_RULE_MAX).map((hit) => toFinding(rule, subject.tool, hit));
}

function toFinding(rule: Rule, tool: ScannedTool, hit: Hit): Finding {
  return {
    id: rule.id,
    severity: hit.severity ?? rule.severity,
    tool: nameOf(tool),
    where: hit.where,
    why: hit.why,
    ...(hit.quote === undefined ? {} : { quote: cutVisible(hit.quote, QUOTE_MAX) }),
  };
}

function unread(tool: string, why: string): Finding {
  return { id: UNREAD, severity: "high", tool, where: "", why: `Not all was read: ${why}.` };
}

function nameOf(tool: ScannedTool): string {
  return cutVisible(tool.name, NAME_MAX);
}

function cutVisible(text: string, lengthMax: number): string {
  const visible = makeVisible(text.slice(0, lengthMax));
  return visible.length <= lengthMax ? visible : `${visible.slice(0, lengthMax - 1)}…`;
}
