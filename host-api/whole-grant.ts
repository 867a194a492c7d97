import { GrantError } from "./errors.ts";

/** The grant of a capability that has no parts: it is there or it is not. */
export type WholeGrant = true;

/** Reads `true`; an empty object means the same. Throws `GrantError`. */
export function parseWholeGrant(value: unknown): WholeGrant {
  if (value === true) return true;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const [key] = Object.keys(value);
    if (key === undefined) return true;
    throw new GrantError("the grant has no settings", "Write `true`.", [key]);
  }
  throw new GrantError("the grant is not `true`", "Write `true`, or leave the capability out.");
}

/** Reads the text of a flag that takes none. Throws `GrantError`. */
export function parseWholeFlag(text: string): WholeGrant {
  if (text === "") return true;
  throw new GrantError("the grant takes no value", "Write the capability's name alone.");
}
