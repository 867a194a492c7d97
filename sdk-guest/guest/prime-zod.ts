/**
 * zod makes much of a schema when it first checks something. Here that happens while modules load, with a made-up value
 * that passes, so that it lies in the memory that every call begins with.
 * A schema may hold functions of the author's, and nothing of the author's may run that no call asked for: so only what
 * is known here is checked, and a schema with anything else is left as it is. A value that passes needs no messages.
 */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Tool } from "../tool/define.ts";

/** What zod documents for libraries: https://zod.dev/library-authors. */
interface ZodType {
  readonly _zod: { readonly def: Definition };
}
/** Of a type or of a check. */
interface Definition {
  readonly type?: string;
  readonly check?: string;
  readonly format?: string;
  readonly checks?: readonly ZodType[];
  readonly [detail: string]: unknown;
}

/** In one sample. A schema may hold itself, and arrays of arrays multiply. */
const partsMax = 200;
const lengthMax = 64;

/** No value of this schema can be made without running what is not known. */
class Unknown extends Error {}

export function primeSchemas(tools: readonly Tool[]): void {
  for (const { input, output } of tools) {
    primeSchema(input);
    if (output) primeSchema(output);
  }
}

function primeSchema(schema: StandardSchemaV1): void {
  try {
    if (!("_zod" in schema)) return;
    const value = sampleOf(schema as unknown as ZodType, { left: partsMax });
    void schema["~standard"].validate(value);
  } catch {
    // It will be checked in the call, as if this had not been tried.
  }
}

interface Parts {
  left: number;
}
type Sample = (def: Definition, parts: Parts) => unknown;

const SAMPLES: Readonly<Record<string, Sample>> = {
  string: (def) => "a".repeat(lengthFor(def)),
  number: numberFor,
  array: (def, parts) =>
    Array.from({ length: lengthFor(def) }, () => sampleOf(def["element"] as ZodType, parts)),
  boolean: unchecked(() => false),
  literal: unchecked((def) => (def["values"] as unknown[])[0]),
  enum: unchecked((def) => Object.values(def["entries"] as object)[0]),
  object: unchecked((def, parts) => {
    const shape = Object.entries(def["shape"] as Record<string, ZodType>);
    return Object.fromEntries(shape.map(([key, type]) => [key, sampleOf(type, parts)]));
  }),
  optional: unchecked(sampleInner),
  nullable: unchecked(sampleInner),
  // The value is there, so nobody asks for the default, which may be a function's.
  default: unchecked(sampleInner),
};

function sampleOf({ _zod: { def } }: ZodType, parts: Parts): unknown {
  const make = SAMPLES[def.type ?? ""];
  if (!make || --parts.left < 0) throw new Unknown();
  return make(def, parts);
}

function sampleInner(def: Definition, parts: Parts): unknown {
  return sampleOf(def["innerType"] as ZodType, parts);
}

function unchecked(sample: Sample): Sample {
  return (def, parts) => {
    checksOf(def);
    return sample(def, parts);
  };
}

/** The checks of a type, itself among them. All must be of the given kinds: others may be functions of the author's. */
function checksOf(def: Definition, ...kinds: readonly string[]): readonly Definition[] {
  const checks = (def.checks ?? []).map(({ _zod }) => _zod.def);
  const isKnown = ({ check = "" }: Definition): boolean => kinds.includes(check);
  if (!checks.every(isKnown) || (def.check !== undefined && !isKnown(def))) throw new Unknown();
  return [...checks, def];
}

/** One rather than none, so that the elements of an array are checked too. */
function lengthFor(def: Definition): number {
  const checks = checksOf(def, "min_length", "max_length", "length_equals");
  const passes = (length: number): boolean =>
    checks.every(
      ({ minimum = 0, maximum = lengthMax, length: exact = length }) =>
        length >= (minimum as number) && length <= (maximum as number) && length === exact,
    );
  return find([1, ...checks.flatMap((check) => [check["minimum"], check["length"]]), 0], passes);
}

function numberFor(def: Definition): number {
  const checks = checksOf(def, "greater_than", "less_than", "number_format");
  const passes = (number: number): boolean =>
    Number.isSafeInteger(number) &&
    checks.every(({ check, value, inclusive, format = "safeint" }) => {
      if (inclusive === true && number === value) return true;
      if (check === "greater_than") return number > (value as number);
      if (check === "less_than") return number < (value as number);
      return format === "safeint";
    });
  const bounds = checks.flatMap(({ value }) => (typeof value === "number" ? [value] : []));
  return find([0, ...bounds.flatMap((value) => [value, value + 1, value - 1])], passes);
}

function find(candidates: readonly unknown[], passes: (candidate: number) => boolean): number {
  const found = candidates.find((candidate) => typeof candidate === "number" && passes(candidate));
  if (found === undefined) throw new Unknown();
  return found as number;
}
