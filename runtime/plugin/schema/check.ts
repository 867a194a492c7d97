import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import type { LinearPattern } from "../pattern.ts";
import type { Run } from "./run.ts";

/** One keyword, compiled. True when the value passes, or is not of the type that the keyword speaks of. */
export type Check = (value: JsonValue, run: Run) => boolean;

/** What a keyword's compiler may ask for. */
export interface Compiling {
  /** The schema object that the keyword stands in. */
  readonly schema: JsonObject;
  /** Compiles a schema that stands below this one. Throws `PluginError`. */
  child(value: JsonValue | undefined, ...path: readonly (string | number)[]): Check;
  /** Answers the check of `#/$defs/NAME`, compiled when it is first used. */
  reference(target: JsonValue): Check;
  /** Compiles a pattern for RE2's engine, which takes time in proportion to the text. Throws `PluginError`. */
  pattern(source: JsonValue): LinearPattern;
  /** Refuses the schema. Throws `PluginError`. */
  refuse(message: string): never;
}

/** Compiles the value of one keyword. Undefined when the keyword asks nothing by itself. */
export type KeywordCompiler = (value: JsonValue, compiling: Compiling) => Check | undefined;

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A count that a keyword names. */
export function readCount(value: JsonValue, compiling: Compiling): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  return compiling.refuse("a count that is not a whole number");
}

export function readNumber(value: JsonValue, compiling: Compiling): number {
  return typeof value === "number" && Number.isFinite(value)
    ? value
    : compiling.refuse("not a number");
}

export function readNames(value: JsonValue, compiling: Compiling): readonly string[] {
  if (isList(value) && value.every((name) => typeof name === "string")) return value;
  return compiling.refuse("not a list of names");
}

export function readSchemas(
  value: JsonValue,
  keyword: string,
  compiling: Compiling,
): readonly Check[] {
  if (!isList(value) || value.length === 0) return compiling.refuse("not a list of schemas");
  return value.map((schema, index) => compiling.child(schema, keyword, index));
}

/** Runs all checks; goes on after a failure only while there is something more to say. */
export function all(checks: readonly Check[]): Check {
  return (value, run) => {
    let valid = true;
    for (const check of checks) {
      if (check(value, run)) continue;
      valid = false;
      if (!run.wantsMore) return false;
    }
    return valid;
  };
}

export function plural(count: number, one: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${one}s`;
}
