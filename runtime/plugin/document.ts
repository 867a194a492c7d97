import { Cursor } from "./cursor.ts";
import { PluginError } from "./errors.ts";
import type { PluginErrorCode } from "./errors.ts";
import { parseJson } from "./json.ts";
import type { JsonLimits, JsonSource } from "./json.ts";
import { collectProblems } from "./problems.ts";

/** A JSON file of this room: everything wrong in it has `code`, but hidden characters have their own. */
export function pluginSource(
  code: PluginErrorCode,
  limits: JsonLimits,
  file: string | undefined,
): JsonSource {
  return {
    ...(file === undefined ? {} : { file }),
    limits,
    invalid: (message, detail) => new PluginError(code, message, detail),
    hidden: (message, detail) => new PluginError("ERR_TEXT_HIDDEN", message, detail),
  };
}

/**
 * Parses JSON and reads it through a cursor at its root.
 * Throws one error that `source` made, or `Refusals` of several.
 */
export function readDocument<Result>(
  input: Uint8Array | string,
  source: JsonSource,
  read: (root: Cursor) => Result,
): Result {
  return collectProblems((problems) => {
    const document = parseJson(input, source, problems);
    const placeOf = document.placeOf.bind(document);
    return read(new Cursor({ placeOf, problems, invalid: source.invalid }, document.value));
  });
}
