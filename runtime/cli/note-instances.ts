import type { Transpiled } from "../sandbox/sandbox.ts";
import type { Output } from "./output.ts";

/** Tells author and operator when every call will pay for an instance of its own, and what in the component makes it so. */
export function noteInstances(transpiled: Transpiled, out: Pick<Output, "line">): Transpiled {
  const { fresh } = transpiled;
  if (fresh !== undefined) {
    out.line(
      `Its instances cannot be restored (${fresh}), so each call makes a new one: safe, and slower.`,
    );
    out.line();
  }
  return transpiled;
}
