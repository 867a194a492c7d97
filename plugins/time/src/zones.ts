import { ZONES } from "./zones-data.ts";

/** Local time of one zone, from 1970 on. */
export interface Zone {
  readonly name: string;
  /** What is added to UTC at an instant, in milliseconds. */
  offsetAt(instantMs: number): number;
}

/** A rule for every year: the first `weekday` on or after `day` of `month`, and the offsets around the change. */
interface Rule {
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly timeMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

const STEP_MS = 30_000;
const DAY_MS = 86_400_000;

/** The line of each name in lower case, and the name as it is written. Made once, when the component is built. */
const LINES = new Map<string, readonly [name: string, line: string]>();
for (const line of ZONES) {
  for (const name of line.slice(0, line.indexOf("\t")).split(","))
    LINES.set(name.toLowerCase(), [name, line]);
}

/** Finds a zone by its IANA name, in any case. */
export function findZone(name: string): Zone | undefined {
  const [written, line] = LINES.get(name.toLowerCase()) ?? [];
  if (written === undefined || line === undefined) return undefined;
  return parseZone(written, line.slice(line.indexOf("\t") + 1));
}

/** Names that contain all words of the query, sorted. */
export function searchZones(query: string): string[] {
  const words = query.toLowerCase().split(/[\s_/]+/);
  const found = [...LINES].filter(([name]) => words.every((word) => name.includes(word)));
  return found.map(([, [name]]) => name).toSorted();
}

/** What lies after the last change needs no history, and that is what nearly every call asks for. */
function parseZone(name: string, text: string): Zone {
  const [lastText = "", offsetText = "", indices = "", deltas = "", ruleText = ""] =
    text.split("|");
  const lastMs = Number.parseInt(lastText, 36) * STEP_MS;
  const offsets = offsetText.split(" ").map((word) => Number.parseInt(word, 36) * 1000);
  const rules = ruleText === "" ? [] : ruleText.split(" ").map(parseRule);
  const offsetOf = (change: number): number =>
    offsets[change < 0 ? 0 : Number.parseInt(indices[change]!, 36)]!;
  return {
    name,
    offsetAt(instantMs) {
      if (instantMs < lastMs) return offsetOf(changesBefore(instantMs, deltas) - 1);
      return rules.length > 0 ? offsetByRules(rules, instantMs) : offsetOf(indices.length - 1);
    },
  };
}

function changesBefore(instantMs: number, deltas: string): number {
  let atMs = 0;
  let count = 0;
  for (const delta of deltas.split(" ")) {
    atMs += Number.parseInt(delta, 36) * STEP_MS;
    if (atMs > instantMs) break;
    count++;
  }
  return count;
}

function parseRule(text: string): Rule {
  const [month = 0, day = 0, weekday = 0, time = 0, before = 0, after = 0] = text
    .split(",")
    .map(Number);
  return {
    month,
    day,
    weekday,
    timeMs: time * 1000,
    beforeMs: before * 1000,
    afterMs: after * 1000,
  };
}

/** The latest change before the instant says the offset. It was in this year or in the one before. */
function offsetByRules(rules: readonly Rule[], instantMs: number): number {
  const year = new Date(instantMs).getUTCFullYear();
  let latest = { atMs: Number.NEGATIVE_INFINITY, afterMs: 0 };
  for (const rule of rules) {
    for (const candidate of [year + 1, year, year - 1]) {
      const atMs = changeIn(candidate, rule);
      if (atMs <= instantMs && atMs > latest.atMs) latest = { atMs, afterMs: rule.afterMs };
    }
  }
  return latest.afterMs;
}

function changeIn(year: number, rule: Rule): number {
  const first = new Date(Date.UTC(year, rule.month, rule.day));
  const ahead = (rule.weekday - first.getUTCDay() + 7) % 7;
  return first.getTime() + ahead * DAY_MS + rule.timeMs - rule.beforeMs;
}
