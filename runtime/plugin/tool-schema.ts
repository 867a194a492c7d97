import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import type { Cursor } from "./cursor.ts";
import { compileLinearPattern } from "./pattern.ts";
import { SCHEMA_FORMATS, SCHEMA_KEYWORDS, SCHEMA_TYPES } from "./schema-keywords.ts";
import type { KeywordKind } from "./schema-keywords.ts";
import { remedyForUnknown } from "./suggest.ts";
import { quoteText } from "./text.ts";

const DIALECT = "https://json-schema.org/draft/2020-12/schema";
const DEPTH_MAX = 16;
const SUBSCHEMAS_MAX = 500;
/** Subschemas once every `$ref` is followed: what a validator may have to visit, times the alternatives. */
const EXPANDED_MAX = 2000;
const TEXT = { lengthMax: 8192, lines: true };
const NAMES_MAX = 1000;
/** A short expression may compile into a long program. */
const PATTERN_COST_MIN = 64;
const ANCHOR = /^[A-Za-z_][A-Za-z0-9._-]{0,99}$/;
const HEADER = /^[A-Za-z0-9-]{1,64}$/;
const HEADER_TYPES: readonly unknown[] = ["string", "integer", "boolean"];
const REF = /^#\/\$defs\/([A-Za-z0-9_.-]{1,100})$/;

/** How many more characters of regular expressions the tools of one plugin may have: compiling them takes time. */
export interface PatternBudget {
  left: number;
}

/**
 * Reads one tool's schema: an object schema of JSON Schema 2020-12, from which validating costs little.
 * The schema came from the plugin; a validator in the broker, and every client, will run it on others' input.
 */
export function readToolSchema(root: Cursor, budget: PatternBudget): JsonObject {
  const schema = root.object();
  if (!root.isObject()) return schema;
  if (root.member("type").value !== "object") {
    root.problem('the schema of a tool must have "type": "object"', "Wrap the value in an object.");
  }
  const check = new SchemaCheck(root.member("$defs"), budget);
  const before = root.problemCount;
  check.schema(root, 1);
  if (root.problemCount === before) check.expand(root, 1, []);
  return schema;
}

/** Two walks over one schema: as it is written, and as a validator follows it. */
class SchemaCheck {
  readonly #defs: Cursor;
  readonly #budget: PatternBudget;
  #subschemas = 0;
  #expanded = 0;
  /** Validators of others fail where two parts of a schema have one name, and clients where two arguments share a header. */
  readonly #named = new Set<string>();

  constructor(defs: Cursor, budget: PatternBudget) {
    this.#defs = defs;
    this.#budget = budget;
  }

  /** Checks each keyword of `schema` and of all schemas within it. */
  schema(schema: Cursor, depth: number): void {
    if (++this.#subschemas > SUBSCHEMAS_MAX) {
      if (this.#subschemas > SUBSCHEMAS_MAX + 1) return;
      return schema.problem(`more than ${SUBSCHEMAS_MAX} subschemas`);
    }
    if (depth > DEPTH_MAX) return schema.problem(`schemas nested deeper than ${DEPTH_MAX}`);
    if (typeof schema.value === "boolean") return;
    for (const [keyword, member] of schema.entries()) {
      const kind = SCHEMA_KEYWORDS.get(keyword);
      if (kind !== undefined) {
        this.#keyword(kind, member);
        if (kind === "anchor" || kind === "header") this.#name(kind, member, schema);
        for (const child of childrenOf(kind, member)) this.schema(child, depth + 1);
      } else if (keyword !== "$schema" || depth > 1) {
        const remedy = remedyForUnknown(keyword, [...SCHEMA_KEYWORDS.keys()]);
        schema.problem(`${quoteText(keyword)} is not accepted in a schema`, remedy, [keyword]);
      } else if (member.value !== DIALECT) {
        member.problem("another dialect than JSON Schema 2020-12", `Write "${DIALECT}".`);
      }
    }
  }

  /** Follows every `$ref` from `schema` on, as a validator would, and refuses circles and bombs. */
  expand(schema: Cursor, depth: number, within: readonly string[]): void {
    if (++this.#expanded > EXPANDED_MAX) {
      if (this.#expanded > EXPANDED_MAX + 1) return;
      return schema.problem(`more than ${EXPANDED_MAX} subschemas when each $ref is followed`);
    }
    if (depth > DEPTH_MAX) {
      return schema.problem(`schemas nested deeper than ${DEPTH_MAX} when each $ref is followed`);
    }
    if (typeof schema.value === "boolean") return;
    for (const [keyword, member] of schema.entries()) {
      const kind = SCHEMA_KEYWORDS.get(keyword);
      if (keyword === "$defs" || kind === undefined) continue;
      for (const child of childrenOf(kind, member)) this.expand(child, depth + 1, within);
      if (kind !== "ref") continue;
      const name = nameOfRef(member.value) ?? "";
      if (within.includes(name)) member.problem(`$ref leads back to ${quoteText(name)}`);
      else this.expand(this.#defs.member(name), depth + 1, [...within, name]);
    }
  }

  #keyword(kind: KeywordKind, member: Cursor): void {
    const { value } = member;
    const complaint = COMPLAINTS[kind]?.(value);
    if (complaint !== undefined) member.problem(complaint);
    if (kind === "text") member.string(TEXT);
    if (kind === "pattern") this.#pattern(value, member);
    if (kind === "patternMap") {
      for (const [pattern, child] of member.entries()) this.#pattern(pattern, child);
    }
    if (kind === "ref") this.#ref(value, member);
  }

  #name(kind: "anchor" | "header", member: Cursor, schema: Cursor): void {
    const { value } = member;
    const isGood = typeof value === "string" && (kind === "anchor" ? ANCHOR : HEADER).test(value);
    if (!isGood) return member.problem("not a plain name");
    // MCP: of a text, a whole number or a truth value, so that it has one spelling.
    if (kind === "header" && !HEADER_TYPES.includes(schema.member("type").value))
      return member.problem("only a string, an integer or a boolean goes into a header");
    const key = `${kind} ${kind === "header" ? value.toLowerCase() : value}`;
    if (this.#named.has(key)) member.problem(`${quoteText(value)} stands here twice`);
    this.#named.add(key);
  }

  #ref(value: JsonValue | undefined, at: Cursor): void {
    const name = nameOfRef(value);
    if (name === undefined) return at.problem("a $ref that is not #/$defs/NAME");
    if (this.#defs.member(name).value !== undefined) return;
    at.problem(`a $ref to ${quoteText(name)}, which $defs does not have`);
  }

  #pattern(pattern: JsonValue | undefined, at: Cursor): void {
    if (typeof pattern !== "string") return at.problem("a pattern that is no string");
    this.#budget.left -= Math.max(pattern.length, PATTERN_COST_MIN);
    if (this.#budget.left < 0) return at.problem("more regular expressions than are accepted");
    if (compileLinearPattern(pattern) !== undefined) return;
    at.problem(
      "not a regular expression that runs in linear time, or a large one",
      "Write a short one without look-around and back-references.",
    );
  }
}

function nameOfRef(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? REF.exec(value)?.[1] : undefined;
}

/** The schemas directly within the value of a keyword. */
function childrenOf(kind: KeywordKind, member: Cursor): readonly Cursor[] {
  if (kind === "schema") return [member];
  if (kind === "schemas") return member.items(1, SUBSCHEMAS_MAX);
  if (kind === "schemaMap" || kind === "patternMap")
    return member.entries().map(([, child]) => child);
  return [];
}

type Complaint = (value: JsonValue | undefined) => string | undefined;

function unless(holds: (value: JsonValue | undefined) => boolean, message: string): Complaint {
  return (value) => (holds(value) ? undefined : message);
}

const COMPLAINTS: Partial<Readonly<Record<KeywordKind, Complaint>>> = {
  type: unless(isType, "not a type of JSON, or several different ones"),
  format: unless(
    (value) => SCHEMA_FORMATS.some((format) => format === value),
    `not a format that is accepted (${SCHEMA_FORMATS.join(", ")})`,
  ),
  strings: unless(isNames, "not a list of different names"),
  stringsMap: unless(
    (value) => isPlainObject(value) && Object.values(value).every(isNames),
    "not an object of lists of different names",
  ),
  count: unless((value) => Number.isSafeInteger(value) && Number(value) >= 0, "not a count"),
  number: unless((value) => typeof value === "number", "not a number"),
  positive: unless((value) => typeof value === "number" && value > 0, "not a number above zero"),
  boolean: unless((value) => typeof value === "boolean", "neither true nor false"),
  values: unless(
    (value) => Array.isArray(value) && value.length <= NAMES_MAX,
    "not a list, or too long",
  ),
};

function isType(value: JsonValue | undefined): boolean {
  const names = Array.isArray(value) ? value : [value];
  const known = names.every((name) => SCHEMA_TYPES.some((type) => type === name));
  return known && names.length > 0 && new Set(names).size === names.length;
}

function isNames(value: JsonValue | undefined): boolean {
  if (!Array.isArray(value) || value.length > NAMES_MAX) return false;
  return value.every((name) => typeof name === "string") && new Set(value).size === value.length;
}

function isPlainObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
