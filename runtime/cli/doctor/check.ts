import type { GloveboxError } from "../../errors.ts";
import { makeVisible } from "../../firewall/visible.ts";

/** One line of what `doctor` found. Only `failed` makes it end with another code than 0. */
export interface Check {
  readonly name: string;
  readonly state: "ok" | "warning" | "failed";
  readonly says: string;
}

/** A reason not to start, as a line. `next` says what to do about it. */
export function toCheck(
  name: string,
  state: Check["state"],
  { code, message, remedy }: GloveboxError,
  next = remedy,
): Check {
  return { name, state, says: `${code}: ${makeVisible(message)} ${makeVisible(next)}` };
}
