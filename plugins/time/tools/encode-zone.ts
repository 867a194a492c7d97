/// <reference lib="esnext.temporal" />
/** Instants before this are not in the table: local times were not standard everywhere. */
const FIRST_MS = Date.UTC(1970, 0, 1);
/** Rules are taken for endless when they hold from their first year to here. */
const LAST_YEAR = 2120;
const STEP_MS = 30_000;
const HOUR_MS = 3_600_000;
const YEAR_MS = 365.2425 * 24 * HOUR_MS;

interface Transition {
  readonly atMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** A day of the year, every year: the first `weekday` on or after `day` of `month`, `timeMs` after its midnight. */
interface Rule {
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly timeMs: number;
}

/**
 * One zone as text: `last|offsets|indices|deltas|rules`. When the last transition was, in half minutes since 1970;
 * offsets in seconds; per transition the index of its offset and the distance from the one before in half minutes
 * (all in base 36); and two rules for all years after, or none.
 */
export function encodeZone(name: string): string {
  const zone = Temporal.Instant.fromEpochMilliseconds(FIRST_MS).toZonedDateTimeISO(name);
  const transitions = readTransitions(name);
  const firstOffset = zone.offsetNanoseconds / 1e6;
  const { kept, rules } = splitRules(transitions);
  const offsets = [...new Set([firstOffset, ...kept.map((one) => one.afterMs)])];
  let lastMs = FIRST_MS;
  const deltas = kept.map(({ atMs }) => {
    const delta = (atMs - lastMs) / STEP_MS;
    if (!Number.isInteger(delta))
      throw new Error(`${name} changes at a time that is no half minute`);
    lastMs = atMs;
    return delta.toString(36);
  });
  const indices = kept.map((one) => offsets.indexOf(one.afterMs).toString(36)).join("");
  return [
    (lastMs / STEP_MS).toString(36),
    offsets.map((ms) => (ms / 1000).toString(36)).join(" "),
    indices,
    deltas.join(" "),
    rules.join(" "),
  ].join("|");
}

function readTransitions(name: string): Transition[] {
  const found: Transition[] = [];
  let zone = Temporal.Instant.fromEpochMilliseconds(FIRST_MS).toZonedDateTimeISO(name);
  for (;;) {
    const next = zone.getTimeZoneTransition("next");
    if (!next || next.year > LAST_YEAR) return found;
    const before = next.subtract({ nanoseconds: 1 });
    found.push({
      atMs: next.epochMilliseconds,
      beforeMs: before.offsetNanoseconds / 1e6,
      afterMs: next.offsetNanoseconds / 1e6,
    });
    zone = next;
  }
}

/** Splits off the endless rules at the end, where there are any: one for each of two changes a year. */
function splitRules(transitions: readonly Transition[]): {
  kept: readonly Transition[];
  rules: readonly string[];
} {
  const last = transitions.at(-1);
  if (!last || new Date(last.atMs).getUTCFullYear() < LAST_YEAR - 1)
    return { kept: transitions, rules: [] };
  for (let start = 0; start < transitions.length - 60; start++) {
    const tail = transitions.slice(start);
    const rules = [0, 1].map((parity) => findRule(tail.filter((_, index) => index % 2 === parity)));
    if (rules.every((rule) => rule !== undefined)) {
      // One year is kept, so that the table says which offset the rules begin from.
      return { kept: transitions.slice(0, start + 2), rules };
    }
  }
  throw new Error("a zone changes for ever by no rule");
}

/** Times of day may be before or after the day that the rule names: `Sunday 24:00`. */
const SHIFTS_MS = [0, 24, -24, 3, -3].map((hours) => hours * HOUR_MS);

function findRule(changes: readonly Transition[]): string | undefined {
  // A year without a change breaks a rule, although each change may follow it.
  const yearly = changes.every(
    ({ atMs }, index) =>
      index === 0 || Math.round((atMs - changes[index - 1]!.atMs) / YEAR_MS) === 1,
  );
  if (!yearly) return undefined;
  for (const shiftMs of SHIFTS_MS) {
    const rule = findRuleShifted(changes, shiftMs);
    if (rule && changes.every((change) => instantOf(rule, change) === change.atMs)) {
      const { afterMs } = changes[0]!;
      return [
        rule.month,
        rule.day,
        rule.weekday,
        rule.timeMs / 1000,
        changes[0]!.beforeMs / 1000,
        afterMs / 1000,
      ].join(",");
    }
  }
  return undefined;
}

function findRuleShifted(changes: readonly Transition[], shiftMs: number): Rule | undefined {
  const [first] = changes;
  const days = changes.map(({ atMs, beforeMs }) => new Date(atMs + beforeMs - shiftMs));
  const one = days[0]!;
  const timeMs = (one.getTime() % (24 * HOUR_MS)) + shiftMs;
  const same = days.every(
    (day) =>
      day.getUTCMonth() === one.getUTCMonth() &&
      day.getUTCDay() === one.getUTCDay() &&
      (day.getTime() % (24 * HOUR_MS)) + shiftMs === timeMs,
  );
  if (
    !same ||
    changes.some(
      ({ afterMs, beforeMs }) => afterMs !== first!.afterMs || beforeMs !== first!.beforeMs,
    )
  ) {
    return undefined;
  }
  const day = Math.min(...days.map((date) => date.getUTCDate()));
  return { month: one.getUTCMonth(), day, weekday: one.getUTCDay(), timeMs };
}

function instantOf(rule: Rule, { atMs, beforeMs }: Transition): number {
  const year = new Date(atMs).getUTCFullYear();
  const candidates = [year - 1, year, year + 1].map((candidate) => {
    const first = new Date(Date.UTC(candidate, rule.month, rule.day));
    const ahead = (rule.weekday - first.getUTCDay() + 7) % 7;
    return first.getTime() + ahead * 24 * HOUR_MS + rule.timeMs - beforeMs;
  });
  return candidates.find((candidate) => candidate === atMs) ?? Number.NaN;
}
