import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import type { ErrorDetail, Place } from "../errors.ts";
import type { MakeProblem, Problems } from "./problems.ts";
import { remedyForUnknown } from "./suggest.ts";
import { quoteText } from "./text.ts";

export type Path = readonly (string | number)[];

/** A document being read: where its values stand, and where its problems go. */
export interface Reading {
  placeOf(path: Path): Place;
  readonly problems: Problems;
  readonly invalid: MakeProblem;
}

export interface StringRule {
  /** Characters, not code units; 0 when not given. */
  readonly lengthMin?: number;
  readonly lengthMax: number;
  readonly pattern?: RegExp;
  /** What the pattern wants, in words: "lower-case words joined by hyphens". */
  readonly shape?: string;
  /** Whether line feed and tab may stand in it. */
  readonly lines?: boolean;
}

/**
 * One value of a document, and the path to it.
 *
 * Every reading method answers a value of its type even after a problem, so that a parser goes on and reports all
 * problems at once. Use it inside `collectProblems` only: that lets no such placeholder out.
 */
export class Cursor {
  readonly #reading: Reading;
  readonly #path: Path;
  /** `undefined` when the value is missing, which has been reported. */
  readonly value: JsonValue | undefined;

  constructor(reading: Reading, value: JsonValue | undefined, path: Path = []) {
    this.#reading = reading;
    this.#path = path;
    this.value = value;
  }

  /** How many problems the whole document has so far. */
  get problemCount(): number {
    return this.#reading.problems.found.length;
  }

  /** Adds a problem with this value, or with what is at `below` in it. */
  problem(message: string, remedy?: string, below: Path = []): void {
    if (this.#reading.problems.full) return;
    this.#reading.problems.add(this.#reading.invalid(message, this.#detail(below, remedy)));
  }

  place(): Place {
    return this.#placeOf(this.#path);
  }

  /** One member, when the object's other keys are read elsewhere. */
  member(key: string): Cursor {
    return this.#child(this.isObject() ? this.object() : {}, key);
  }

  /** Reports each of `keys` that an object lacks. */
  require(keys: readonly string[]): void {
    if (!this.isObject()) return;
    const missing = keys.filter((key) => !Object.hasOwn(this.object(), key));
    if (missing.length === 0) return;
    this.problem(`missing ${missing.map((key) => `"${key}"`).join(", ")}`, "Add what is missing.");
  }

  /** Whether there is nothing to read: the value is missing, or null because all that stood in it is commented out. */
  isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  isObject(): boolean {
    return typeof this.value === "object" && this.value !== null && !Array.isArray(this.value);
  }

  /** The members of an object that has every `required` key, perhaps some `optional` ones, and no other. */
  fields(required: readonly string[], optional: readonly string[] = []): Fields {
    const known = [...required, ...optional];
    const object = this.object();
    for (const key of Object.keys(object)) {
      if (this.#reading.problems.full) break;
      if (known.includes(key)) continue;
      this.problem(`unknown key ${quoteText(key)}`, remedyForUnknown(key, known), [key]);
    }
    this.require(required);
    return new Fields((key) => this.#child(object, key));
  }

  /** The members of an object whose keys are data. */
  entries(): readonly (readonly [key: string, member: Cursor])[] {
    const object = this.object();
    return Object.keys(object).map((key) => [key, this.#child(object, key)]);
  }

  object(): JsonObject {
    if (this.isObject()) return this.value as JsonObject;
    return this.#wrong("an object", {});
  }

  items(countMin: number, countMax: number): readonly Cursor[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.#wrong("an array", []);
    if (value.length < countMin || value.length > countMax) {
      this.problem(`${value.length} items, where ${countMin} to ${countMax} are accepted`);
      return [];
    }
    return value.map((item: JsonValue, index) => {
      return new Cursor(this.#reading, item, [...this.#path, index]);
    });
  }

  string(rule: StringRule): string {
    const { value } = this;
    const { lengthMin = 0, lengthMax, pattern, shape = "another shape" } = rule;
    if (typeof value !== "string")
      return this.#wrong("a string", "", rule.shape && `Write ${rule.shape}.`);
    const length = value.length > 2 * lengthMax ? value.length : Array.from(value).length;
    if (rule.lines !== true && /[\n\t]/.test(value)) {
      this.problem(`a line break or a tab in ${quoteText(value)}, where one line belongs`);
    } else if (length > lengthMax || (length < lengthMin && pattern === undefined)) {
      this.problem(`${length} characters, where ${lengthMin} to ${lengthMax} are accepted`);
    } else if (length < lengthMin || (pattern !== undefined && !pattern.test(value))) {
      this.problem(`${quoteText(value)} is not ${shape}`, `Write ${shape}.`);
    }
    return value;
  }

  boolean(): boolean {
    return typeof this.value === "boolean" ? this.value : this.#wrong("true or false", false);
  }

  /** A value that can only be this one. */
  exactly<Value extends string | number>(wanted: Value): Value {
    return this.value === wanted ? wanted : this.#wrong(JSON.stringify(wanted), wanted);
  }

  #child(object: JsonObject, key: string): Cursor {
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    return new Cursor(this.#reading, value, [...this.#path, key]);
  }

  #wrong<Value>(wanted: string, placeholder: Value, remedy?: string): Value {
    if (this.value !== undefined)
      this.problem(`${describe(this.value)} where ${wanted} belongs`, remedy);
    return placeholder;
  }

  #placeOf(path: Path): Place {
    const place = this.#reading.placeOf(path);
    return path.length === 0 ? place : { ...place, path: formatPath(path) };
  }

  #detail(below: Path, remedy?: string): ErrorDetail {
    const place = this.#placeOf([...this.#path, ...below]);
    return remedy === undefined ? { place } : { place, remedy };
  }
}

/** The members of an object whose keys are known. */
export class Fields {
  readonly #member: (key: string) => Cursor;

  constructor(member: (key: string) => Cursor) {
    this.#member = member;
  }

  /** The member `key`; when it is missing, a cursor that reads as placeholders and reports nothing more. */
  get(key: string): Cursor {
    return this.#member(key);
  }

  /** `{ [key]: … }` when the member is there, `{}` when it is not: for spreading into a result. */
  optional<Key extends string, Value>(
    key: Key,
    read: (member: Cursor) => Value,
  ): Partial<Record<Key, Value>> {
    const member = this.#member(key);
    if (member.value === undefined) return {};
    return { [key]: read(member) } as Partial<Record<Key, Value>>;
  }
}

/** `plugins.time.grants.http[0]`, with keys quoted where they are not plain words. */
export function formatPath(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (!/^[A-Za-z0-9_$-]{1,60}$/.test(part)) text += `[${quoteText(part)}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text;
}

function describe(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? quoteText(value) : `the ${typeof value} ${value}`;
}
