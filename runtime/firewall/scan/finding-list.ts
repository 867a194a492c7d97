import { makeVisible } from "../visible.ts";
import { SEVERITIES } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { GradedHit, ScannedTool } from "./rule.ts";

/** Of one rule in all tools. The others are counted: what an operator accepts is a rule's id. */
const FINDINGS_PER_RULE_MAX = 50;
const QUOTE_MAX = 120;
const NAME_MAX = 128;
const WHERE_MAX = 300;

interface Entry {
  readonly id: string;
  readonly tool: ScannedTool | undefined;
  readonly hit: GradedHit;
}

/** Gathers what the rules saw; no flood of one rule's findings takes the place of another's. */
export class FindingList {
  readonly #entries: Entry[] = [];

  add(id: string, tool: ScannedTool | undefined, hit: GradedHit): void {
    this.#entries.push({ id, tool, hit });
  }

  /** The gravest first, and of each rule the gravest fifty. */
  toFindings(): readonly Finding[] {
    const counts = new Map<string, number>();
    for (const { id } of this.#entries) counts.set(id, (counts.get(id) ?? 0) + 1);
    const listed = new Map<string, number>();
    const findings: Finding[] = [];
    for (const severity of SEVERITIES) {
      for (const entry of this.#entries) {
        if (entry.hit.severity !== severity) continue;
        const place = (listed.get(entry.id) ?? 0) + 1;
        listed.set(entry.id, place);
        if (place > FINDINGS_PER_RULE_MAX) continue;
        const more = (counts.get(entry.id) ?? 0) - place;
        findings.push(toFinding(entry, place === FINDINGS_PER_RULE_MAX ? more : 0));
      }
    }
    return findings;
  }
}

function toFinding({ id, tool, hit }: Entry, more: number): Finding {
  return {
    id,
    severity: hit.severity,
    tool: tool === undefined ? "" : cutVisible(tool.name, NAME_MAX),
    where: cutVisible(hit.where, WHERE_MAX),
    why: more > 0 ? `${hit.why} There are ${more} more such findings.` : hit.why,
    ...(hit.quote === undefined ? {} : { quote: cutVisible(hit.quote, QUOTE_MAX) }),
  };
}

function cutVisible(text: string, lengthMax: number): string {
  const visible = makeVisible(text.slice(0, lengthMax));
  return visible.length <= lengthMax ? visible : `${visible.slice(0, lengthMax - 1)}…`;
}
