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

/** Finds a zone by its IANA name, in any case. Only its own line of the table is read. */
export function findZone(name: string): Zone | undefined {
  const at = indexOfName(name);
  if (at < 0) return undefined;
  const stop = ZONES.indexOf(",", at + 1);
  const tab = ZONES.indexOf("\t", at);
  return parseZone(ZONES.slice(at + 1, stop), ZONES.slice(tab + 1, ZONES.indexOf("\n", tab)));
}

function indexOfName(name: string): number {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{1,48}$/.test(name)) return -1;
  const exact = ZONES.indexOf(`,${name},`);
  if (exact >= 0) return exact;
  return ZONES.search(new RegExp(`,${name.replace(/[+]/g, "\\+")},`, "i"));
}

/** Names that contain all words of the query, sorted. */
export function searchZones(query: string): string[] {
  const words = query.toLowerCase().split(/[\s_/]+/);
  const names = ZONES.split("\n").flatMap((line) =>
    line.slice(1, line.indexOf("\t") - 1).split(","),
  );
  return names
    .filter((name) => name !== "" && words.every((word) => name.toLowerCase().includes(word)))
    .sort();
}

function parseZone(name: string, text: string): Zone {
  const [offsetText = "", indices = "", deltaText = "", ruleText = ""] = text.split("|");
  const offsets = offsetText.split(" ").map((word) => Number.parseInt(word, 36) * 1000);
  let atMs = 0;
  const changes = (deltaText === "" ? [] : deltaText.split(" ")).map((word) => {
    atMs += Number.parseInt(word, 36) * STEP_MS;
    return atMs;
  });
  const rules = (ruleText === "" ? [] : ruleText.split(" ")).map(parseRule);
  return {
    name,
    offsetAt(instantMs) {
      if (rules.length > 0 && instantMs >= changes.at(-1)!) return offsetByRules(rules, instantMs);
      const next = changes.findIndex((change) => change > instantMs);
      const last = (next < 0 ? changes.length : next) - 1;
      return offsets[last < 0 ? 0 : Number.parseInt(indices[last]!, 36)]!;
    },
  };
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
