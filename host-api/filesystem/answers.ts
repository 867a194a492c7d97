import { type GuestAnswer, GuestRefusal } from "../guest.ts";
import type { BeneathStat } from "../powers.ts";
import { decodeUtf8 } from "../text.ts";

export interface ListedEntry {
  readonly name: string;
  readonly kind: BeneathStat["kind"];
}

const KINDS: readonly unknown[] = [
  "file",
  "directory",
  "symlink",
  "other",
] satisfies BeneathStat["kind"][];
const NUMBERS = ["sizeBytes", "modifiedMs", "accessedMs", "changedMs"];

/** The answer of `stat` and `statHandle`. Like the others here, refuses a strange answer as `internal`. */
export function statOf({ value }: GuestAnswer): BeneathStat {
  return isStat(value) ? value : refuseAnswer();
}

/** The answer of `list`: JSON in the body. */
export function entriesOf({ body }: GuestAnswer): readonly ListedEntry[] {
  const entries: unknown = JSON.parse(decodeUtf8(body));
  return Array.isArray(entries) && entries.every(isEntry) ? entries : refuseAnswer();
}

/** The answer of `open`: a handle, or `undefined` for a directory, which needs none. */
export function handleOf({ value }: GuestAnswer): number | undefined {
  if (value === null) return undefined;
  return typeof value === "number" ? value : refuseAnswer();
}

function refuseAnswer(): never {
  throw new GuestRefusal("internal");
}

function isStat(value: unknown): value is BeneathStat {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return (
    KINDS.includes(fields.get("kind")) &&
    typeof fields.get("identity") === "string" &&
    NUMBERS.every((name) => typeof fields.get(name) === "number")
  );
}

function isEntry(value: unknown): value is ListedEntry {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    "kind" in value &&
    typeof value.name === "string" &&
    KINDS.includes(value.kind)
  );
}
