import type { GloveboxError } from "../../errors.ts";
import { makeVisible } from "../../firewall/visible.ts";

/** One line of what `doctor` found. Only `failed` makes it end with another code than 0. */
export interface Check {
  readonly name: string;
  readonly state: "ok" | "untried" | "warning" | "failed";
  readonly says: string;
}

/** A reason not to start, as a line. `next` says what to do about it. */
export function toCheck(
  name: string,
  state: Check["state"],
  { code, message, remedy, place }: GloveboxError,
  next = remedy,
): Check {
  const line = place?.line === undefined ? undefined : `line ${place.line}`;
  const where = [place?.path, line].filter((part) => part !== undefined).join(", ");
  const what = where === "" ? message : `${message.replace(/\.$/, "")} (${where})`;
  const said = /[.!?]$/.test(what) ? what : `${what}.`;
  return { name, state, says: `${code}: ${makeVisible(said)} ${makeVisible(next)}` };
}
