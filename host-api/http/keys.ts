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
  const near = known.find((key) => isNear(unknown.slice(0, 64).toLowerCase(), key.toLowerCase()));
  throw new GrantError(
    `http has no key ${JSON.stringify(unknown.slice(0, 64))} here`,
    near === undefined ? `The keys are: ${known.join(", ")}.` : `Did you mean "${near}"?`,
    [...path, unknown],
  );
}

/** Nearly the same word: one begins the other, or they share all but two letters of either. */
function isNear(word: string, key: string): boolean {
  if (word.length > 2 && (key.startsWith(word) || word.startsWith(key))) return true;
  const shared = (from: string, of: string) =>
    Array.from(from).filter((letter) => of.includes(letter)).length;
  return (
    Math.abs(word.length - key.length) <= 2 &&
    Math.min(shared(word, key), shared(key, word)) >= key.length - 1
  );
}
