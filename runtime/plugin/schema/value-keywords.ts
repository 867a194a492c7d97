import type { JsonValue } from "@glovebox/host-api/json";
import { PATTERN_TEXT_LENGTH_MAX } from "../pattern.ts";
import type { LinearPattern } from "../pattern.ts";
import { SCHEMA_TYPES } from "../schema-keywords.ts";
import { isList, plural, readCount, readNumber } from "./check.ts";
import type { Check, Compiling, KeywordCompiler } from "./check.ts";
import { makeFormatCheck } from "./formats.ts";
import { echo, equalityText } from "./run.ts";
import type { Run } from "./run.ts";

function typeOf(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function article(type: string): string {
  if (type === "null") return "null";
  return `${/^[aeiou]/u.test(type) ? "an" : "a"} ${type}`;
}

function compileType(value: JsonValue, compiling: Compiling): Check {
  const written = isList(value) ? value : [value];
  const types = SCHEMA_TYPES.filter((type) => written.includes(type));
  if (types.length === 0 || types.length !== written.length) {
    return compiling.refuse("not a type of JSON, or several different ones");
  }
  const allowed = new Set<string>(types);
  const words = types.map(article).join(" or ");
  return (instance, run) => {
    const type = typeOf(instance);
    if (
      allowed.has(type) ||
      (type === "number" && allowed.has("integer") && Number.isInteger(instance))
    )
      return true;
    const found =
      type === "number" && !allowed.has("number") && allowed.has("integer")
        ? "a fraction"
        : article(type);
    return run.fail(() => `must be ${words}, not ${found}`);
  };
}

function compileOneOf(values: readonly JsonValue[]): Check {
  const known = new Set(values.map((value) => equalityText(value, undefined)));
  const words = values.slice(0, 20).map(echo).join(", ") + (values.length > 20 ? ", …" : "");
  return (value, run) =>
    known.has(equalityText(value, run)) ||
    run.fail(() => (values.length === 1 ? `must be ${words}` : `must be one of ${words}`));
}

type Compare = (value: number, limit: number) => boolean;

function compileBound(words: string, holds: Compare): KeywordCompiler {
  return (limit, compiling) => {
    const bound = readNumber(limit, compiling);
    return (value, run) =>
      typeof value !== "number" ||
      holds(value, bound) ||
      run.fail(() => `must be ${words} ${bound}`);
  };
}

/** `value` as a whole number times a power of ten. */
function decimal(value: number): readonly [digits: bigint, exponent: number] {
  const [coefficient = "0", exponent = "0"] = value.toString().split("e");
  const [whole = "0", fraction = ""] = coefficient.split(".");
  return [BigInt(whole + fraction), Number(exponent) - fraction.length];
}

/** Exact for the decimal numbers that people write: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, divisor: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return value % divisor === 0;
  const [left, leftExponent] = decimal(value);
  const [right, rightExponent] = decimal(divisor);
  const low = Math.min(leftExponent, rightExponent);
  return (
    (left * 10n ** BigInt(leftExponent - low)) % (right * 10n ** BigInt(rightExponent - low)) === 0n
  );
}

function compileMultiple(value: JsonValue, compiling: Compiling): Check {
  const divisor = readNumber(value, compiling);
  if (divisor <= 0) return compiling.refuse("not a number above zero");
  return (instance, run) => {
    if (typeof instance !== "number") return true;
    run.spend(Number.isSafeInteger(instance) ? 1 : 100);
    return isMultiple(instance, divisor) || run.fail(() => `must be a multiple of ${divisor}`);
  };
}

/** Length in characters of Unicode, as JSON Schema counts it. */
function lengthOf(text: string, run: Run): number {
  run.spend(text.length / 16);
  let surrogates = 0;
  for (let index = 0; index < text.length - 1; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0xd800 || unit > 0xdbff) continue;
    const next = text.charCodeAt(index + 1);
    if (next >= 0xdc00 && next <= 0xdfff) surrogates += 1;
  }
  return text.length - surrogates;
}

function compileLength(words: string, holds: Compare): KeywordCompiler {
  return (limit, compiling) => {
    const bound = readCount(limit, compiling);
    return (value, run) =>
      typeof value !== "string" ||
      holds(lengthOf(value, run), bound) ||
      run.fail(() => `must have ${words} ${plural(bound, "character")}`);
  };
}

/** Tests a text and pays for it: measured, ten instructions on a character take about one step's time. */
export function testPattern(pattern: LinearPattern, text: string, run: Run): boolean {
  run.spend(1 + (Math.min(text.length, PATTERN_TEXT_LENGTH_MAX) * pattern.size) / 10);
  return pattern.test(text);
}

function compilePattern(source: JsonValue, compiling: Compiling): Check {
  const pattern = compiling.pattern(source);
  return (value, run) =>
    typeof value !== "string" ||
    testPattern(pattern, value, run) ||
    run.fail(() =>
      value.length > PATTERN_TEXT_LENGTH_MAX
        ? `must have at most ${PATTERN_TEXT_LENGTH_MAX} characters`
        : `must match the regular expression ${echo(source)}`,
    );
}

function compileFormat(format: JsonValue, compiling: Compiling): Check {
  if (typeof format !== "string") return compiling.refuse("not the name of a format");
  const check = makeFormatCheck(format);
  if (check === undefined) return compiling.refuse("not a format that is accepted");
  return (value, run) => {
    run.spend(typeof value === "string" ? 5 + value.length / 8 : 1);
    return check(value) || run.fail(() => `must be a valid ${format}`);
  };
}

export const VALUE_KEYWORDS: Readonly<Record<string, KeywordCompiler>> = {
  type: compileType,
  enum: (values, compiling) =>
    isList(values) ? compileOneOf(values) : compiling.refuse("not a list"),
  const: (value) => compileOneOf([value]),
  minimum: compileBound("at least", (value, limit) => value >= limit),
  maximum: compileBound("at most", (value, limit) => value <= limit),
  exclusiveMinimum: compileBound("greater than", (value, limit) => value > limit),
  exclusiveMaximum: compileBound("less than", (value, limit) => value < limit),
  multipleOf: compileMultiple,
  minLength: compileLength("at least", (length, limit) => length >= limit),
  maxLength: compileLength("at most", (length, limit) => length <= limit),
  pattern: compilePattern,
  format: compileFormat,
};
