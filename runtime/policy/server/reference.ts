import type { Cursor } from "../../plugin/cursor.ts";

const REFERENCE = /^(?:env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:\/[^\0]{0,4094})$/;

/**
 * Where a secret is: `env:NAME` or `file:/absolute/path`. The configuration never holds the secret itself, so what stands
 * there instead may be one: the problem does not show it.
 */
export function readReference(member: Cursor): string {
  const { value } = member;
  if (value === undefined) return "";
  if (typeof value === "string" && REFERENCE.test(value)) return value;
  member.problem(
    "not a reference to a secret; what stands there is not shown, in case it is one",
    "Write env:NAME or file:/absolute/path, and keep the secret there. If a secret stood here, replace it: it is in this file's history.",
  );
  return "";
}
