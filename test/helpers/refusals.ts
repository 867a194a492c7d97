import assert from "node:assert/strict";
import { GloveboxError, Refusals } from "../../runtime/errors.ts";

/** The codes of what `action` refuses with, in order. Fails when it does not throw, or throws anything unforeseen. */
export function codesOf(action: () => unknown): readonly string[] {
  return errorsOf(action).map(({ code }) => code);
}

/** Asserts that `action` is refused with this code and no other. */
export function assertRefused(action: () => unknown, code: string): void {
  assert.deepEqual([...new Set(codesOf(action))], [code]);
}

export function errorsOf(action: () => unknown): readonly GloveboxError[] {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusals) return error.reasons;
    if (error instanceof GloveboxError) return [error];
    throw error;
  }
  return assert.fail("was not refused");
}

/** The codes of what `promise` rejects with. Fails when it does not, or when that was not foreseen. */
export async function codesOfRejection(promise: Promise<unknown>): Promise<readonly string[]> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  return codesOf(() => {
    if (outcome) throw outcome.error;
  });
}
