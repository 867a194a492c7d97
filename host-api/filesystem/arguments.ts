import { HostError } from "../errors.ts";
import type { JsonValue } from "../json.ts";

/** 9999-12-31T23:59:59.999Z: what every file system and every date library can hold. */
const TIME_MS_MAX = 253_402_300_799_999;

type Args = readonly JsonValue[];

/** Readers of arguments that a hostile runner wrote. Each throws `HostError` (`invalid-argument`). */
export function assertCount(args: Args, count: number): void {
  if (args.length !== count)
    throw new HostError("invalid-argument", `${args.length} arguments for ${count}`);
}

/** A whole number from 0 to `max`. */
export function parseInteger(
  value: JsonValue | undefined,
  max: number = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= max)
    return value;
  throw new HostError("invalid-argument", "not a whole number in range");
}

/** One of the given words. */
export function parseWord<Word extends string>(
  value: JsonValue | undefined,
  words: readonly Word[],
): Word {
  const word = words.find((known) => known === value);
  if (word === undefined) throw new HostError("invalid-argument", "not one of the known words");
  return word;
}

/** A list of given words, as a set. */
export function parseWords<Word extends string>(
  value: JsonValue | undefined,
  words: readonly Word[],
): ReadonlySet<Word> {
  if (!Array.isArray(value) || value.length > words.length)
    throw new HostError("invalid-argument", "not a list of the known words");
  return new Set(value.map((word: JsonValue) => parseWord(word, words)));
}

/** `null` leaves a time as it is, `"now"` is the host's clock, a number is milliseconds since 1970. */
export function parseTime(value: JsonValue | undefined, currentMs: number, nowMs: number): number {
  if (value === null) return currentMs;
  if (value === "now") return nowMs;
  if (typeof value === "number" && value >= 0 && value <= TIME_MS_MAX) return value;
  throw new HostError("invalid-argument", "not a time");
}
