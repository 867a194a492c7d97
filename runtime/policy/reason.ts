import type { StringRule } from "../plugin/cursor.ts";

/** Why the operator decided something, for whoever reads the configuration later. */
export const REASON: StringRule = {
  lengthMin: 10,
  lengthMax: 500,
  pattern: /\S/,
  shape: "a reason",
  lines: true,
};
