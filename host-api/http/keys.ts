import { GrantError } from "../errors.ts";

/** Whether `value` is a plain JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Refuses a key that means nothing here, and names the one that was probably meant. */
export function assertKnownKeys(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: readonly (string | number)[],
): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const near = known.find((key) => beginsAlike(unknown, key));
  throw new GrantError(
    `http has no key ${JSON.stringify(unknown.slice(0, 64))} here`,
    near === undefined ? `The keys are: ${known.join(", ")}.` : `Did you mean "${near}"?`,
    [...path, unknown],
  );
}

/** Most slips are in a word's end: singular for plural, a letter lost, a suffix too much. */
function beginsAlike(word: string, key: string): boolean {
  return word.slice(0, 3).toLowerCase() === key.slice(0, 3).toLowerCase();
}
