import { makeVisible } from "../visible.ts";
import { decodeTexts } from "./decode/decode-texts.ts";
import { compareSeverity } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { Hit, Rule, ScannedTool, Subject, ToolText } from "./rule.ts";
import { numberOf } from "./language/lexicon.ts";
import { readMentions } from "./language/mentions.ts";
import type { Names } from "./language/mentions.ts";
import { PhraseMatcher } from "./language/phrases.ts";
import type { Sign } from "./language/phrases.ts";
import { PHRASE_RULES } from "./rules/phrases.ts";
import { RULES } from "./rules/table.ts";
import { foldText } from "./text-view.ts";
import { collectTexts } from "./texts.ts";

/** More tools than any server lists; the rest is not read, and that is a finding. */
export const SCANNED_TOOLS_MAX = 2000;
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

const PHRASES = new PhraseMatcher(PHRASE_RULES.flatMap(({ phrases }) => phrases));

const NO_NAMES: Names = { own: new Set(), installed: new Set() };

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
  for (const tool of tools.slice(0, SCANNED_TOOLS_MAX)) {
    const { texts, isCut } = collectTexts(tool);
    const signsOf = makeSignReader(namesAround(tool, others));
    const decoded = decodeTexts(texts);
    const subject = { tool, texts, decoded, siblings: tools, others, signsOf, isInstructive };
    if (isCut) findings.push(unread(nameOf(tool), "the tool is larger than what is read of one"));
    for (const rule of RULES) findings.push(...runRule(rule, subject));
  }
  if (tools.length > SCANNED_TOOLS_MAX) {
    findings.push(unread("", `there are more than ${SCANNED_TOOLS_MAX} tools`));
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

/** What is said to somebody who is to do something; two such words in a comment make it a message. */
const INSTRUCTIVE: ReadonlySet<number> = new Set(
  (
    [
      "must",
      "you",
      "ignore",
      "send",
      "act",
      "use",
      "tell",
      "not",
      "without",
      "before",
      "important",
      "role",
      "order",
      "secretNoun",
      "secretPath",
      "configPath",
      "filePath",
      "address",
      "userData",
      "answering",
      "hush",
      "speaker",
      "doThis",
    ] as const
  ).map(numberOf),
);
const INSTRUCTIVE_MIN = 2;

function isInstructive(raw: string): boolean {
  const mentions = readMentions(foldText(raw).text, NO_NAMES);
  const count = mentions.filter(({ concepts }) => concepts.some((one) => INSTRUCTIVE.has(one)));
  return count.length >= INSTRUCTIVE_MIN;
}

/** Phrases are looked for once in each text, when the first rule asks. */
function makeSignReader(names: Names): Subject["signsOf"] {
  const read = new Map<ToolText, readonly Sign[]>();
  return (text) => {
    let signs = read.get(text);
    if (signs === undefined) {
      signs = PHRASES.match(readMentions(text.view.text, names));
      read.set(text, signs);
    }
    return signs;
  };
}

function namesAround(tool: ScannedTool, others: Subject["others"]): Names {
  return { own: new Set([tool.name.toLowerCase()]), installed: new Set(others.keys()) };
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
