import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { remedyForUnknown } from "../plugin/suggest.ts";
import { PolicyError, type PolicyErrorCode } from "./errors.ts";
import { formatPath, type KeyPath, type YamlFile } from "./yaml.ts";

/** Reads values out of a YAML file and collects every problem, each with its place, instead of stopping at the first. */
export interface Reader {
  readonly problems: PolicyError[];
  problem(code: PolicyErrorCode, path: KeyPath, message: string, remedy?: string): undefined;
  /** The mapping at `path`, with unknown keys reported. `known` may be "any" where the keys are names. */
  object(value: JsonValue | undefined, path: KeyPath, known: readonly string[] | "any"): JsonObject | undefined;
  list(value: JsonValue | undefined, path: KeyPath): readonly JsonValue[] | undefined;
  text(value: JsonValue | undefined, path: KeyPath, rule?: TextRule): string | undefined;
  flag(value: JsonValue | undefined, path: KeyPath): boolean | undefined;
  whole(value: JsonValue | undefined, path: KeyPath, min: number, max: number): number | undefined;
}

export interface TextRule {
  readonly pattern: RegExp;
  /** What the text must be, to complete "must be …". */
  readonly what: string;
}

const TEXT_CHARS_MAX = 4096;

export function makeReader(file: YamlFile): Reader {
  const problems: PolicyError[] = [];
  const problem: Reader["problem"] = (code, path, message, remedy) => {
    const place = file.placeOf(path);
    problems.push(new PolicyError(code, message, remedy === undefined ? { place } : { place, remedy }));
    return undefined;
  };
  const wrong = (path: KeyPath, what: string) =>
    problem("ERR_CONFIG_INVALID", path, `\`${formatPath(path) || "the file"}\` must be ${what}.`);

  return {
    problems,
    problem,
    object(value, path, known) {
      if (!isObject(value)) return wrong(path, "a mapping of keys to values");
      if (known !== "any") {
        for (const key of Object.keys(value)) {
          if (known.includes(key)) continue;
          problem(
            "ERR_CONFIG_UNKNOWN_KEY",
            [...path, key],
            `There is no key \`${key}\`${path.length > 0 ? ` in \`${formatPath(path)}\`` : ""}.`,
            remedyForUnknown(key, known),
          );
        }
      }
      return value;
    },
    list(value, path) {
      return Array.isArray(value) ? (value as readonly JsonValue[]) : wrong(path, "a list");
    },
    text(value, path, rule) {
      if (typeof value !== "string" || value.length === 0 || value.length > TEXT_CHARS_MAX)
        return wrong(path, rule?.what ?? "a text");
      if (rule && !rule.pattern.test(value)) return wrong(path, rule.what);
      return value;
    },
    flag(value, path) {
      return typeof value === "boolean" ? value : wrong(path, "true or false");
    },
    whole(value, path, min, max) {
      if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
      return wrong(path, `a whole number from ${min} to ${max}`);
    },
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
