import { GuestRefusal } from "../guest.ts";

/** `wasi:filesystem` error codes for our tags. What is not here is `io`. */
const CODES: Readonly<Record<string, string>> = {
  "not-permitted": "not-permitted",
  "refused-by-policy": "not-permitted",
  "not-found": "no-entry",
  "already-exists": "exist",
  "not-a-file": "is-directory",
  "not-a-directory": "not-directory",
  "not-empty": "not-empty",
  "invalid-argument": "invalid",
  "too-large": "file-too-large",
  "quota-exceeded": "quota",
  "limit-exceeded": "insufficient-memory",
  "timed-out": "interrupted",
};

/** The code for one of our tags. `undefined` for text that is no tag. */
export function wasiCodeOfTag(tag: string): string | undefined {
  if (Object.hasOwn(CODES, tag)) return CODES[tag];
  return tag === "internal" || tag === "unreachable" ? "io" : undefined;
}

/** Runs a host call for `wasi:filesystem`: a refusal is thrown as the string that its WIT enum names. */
export function orWasiCode<Result>(operation: () => Result): Result {
  try {
    return operation();
  } catch (error) {
    if (error instanceof GuestRefusal) throw wasiCodeOfTag(error.tag) ?? "io";
    throw error;
  }
}
