import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import type { Issue } from "../schema/validator.ts";
import { camelCase } from "./parse-function.ts";
import type { WitField, WitFunction, WitType } from "./types.ts";

const ISSUES_MAX = 10;
const PATH_CHARS_MAX = 80;
/** As for arguments that a schema judges. */
const VALUES_MAX = 100_000;
const DIGITS = /^-?(?:0|[1-9][0-9]{0,19})$/;

/** Arguments as the runner is sent them, or what is wrong with them. */
export type Encoded =
  | { readonly args: readonly JsonValue[]; readonly issues?: never }
  | { readonly args?: never; readonly issues: readonly Issue[] };

/**
 * Turns a client's arguments into the values that a function of this type takes, as the runner is sent them: what
 * generated code expects, but with 64-bit integers as `{ "$int": "123" }`. Stricter than the schema, which knows no
 * widths: what does not fit is an issue, and nothing is cut or rounded. Lenient in one thing: a 64-bit integer may be a
 * string of digits, since beyond ±9007199254740991 a number in JSON does not arrive as it was sent.
 * Never throws, in time linear in the value.
 */
export function encodeArguments({ params }: WitFunction, value: JsonValue): Encoded {
  const run = new Encoding();
  const args = run.members(params, value);
  return run.issues.length > 0 ? { issues: run.issues } : { args: args.map(([, arg]) => arg) };
}

/** A problem was noted; the value is not used. */
const NONE = null;

class Encoding {
  readonly issues: Issue[] = [];
  readonly #path: (string | number)[] = [];
  #values = 0;

  /** The values of a record's fields, in their order. */
  members(fields: readonly WitField[], value: JsonValue): [name: string, value: JsonValue][] {
    const object = this.#object(value);
    if (object === undefined) return [];
    return fields.map(({ name, type }) => [camelCase(name), this.#member(object, name, type)]);
  }

  #value(type: WitType, value: JsonValue): JsonValue {
    const isFirst = this.#values <= VALUES_MAX;
    // Flags are sent with all their names, whether set or not.
    this.#values += type.kind === "flags" ? 1 + flagsCost(type.names) : 1;
    if (this.#values > VALUES_MAX) {
      if (isFirst) this.#wrong(`must not have more than ${VALUES_MAX} values in all`);
      return NONE;
    }
    switch (type.kind) {
      case "bool":
        return typeof value === "boolean" ? value : this.#wrong("must be true or false");
      case "integer":
        return this.#integer(type, value);
      case "float":
        return this.#float(type.bits, value);
      case "char":
        return typeof value === "string" && isOneCharacter(value)
          ? value
          : this.#wrong("must be a string of one character");
      case "string":
        return typeof value === "string" ? value : this.#wrong("must be a string");
      case "list":
        return this.#items(value, () => type.item);
      case "tuple":
        return this.#tuple(type.items, value);
      case "record":
        return Object.fromEntries(this.members(type.fields, value));
      case "variant":
        return this.#variant(type.cases, value);
      case "enum":
        return this.#name(type.names, value);
      case "flags":
        return this.#flags(type.names, value);
      case "option":
        return this.#option(type.item, value);
      default:
        return this.#result(type, value);
    }
  }

  #integer({ bits, signed }: WitType & { kind: "integer" }, value: JsonValue): JsonValue {
    const isText = bits === 64 && typeof value === "string" && DIGITS.test(value);
    if (!isText && !Number.isInteger(value)) return this.#wrong("must be a whole number");
    if (!isText && !Number.isSafeInteger(value))
      return this.#wrong(
        bits === 64
          ? "is a number too large to arrive exactly: send it as a string of digits"
          : "is out of range",
      );
    const number = BigInt(value as number | string);
    const half = 1n << BigInt(bits - 1);
    const [least, most] = signed ? [-half, half - 1n] : [0n, 2n * half - 1n];
    if (number < least || number > most) return this.#wrong(`must be from ${least} to ${most}`);
    return bits === 64 ? { $int: String(number) } : Number(number);
  }

  #float(bits: 32 | 64, value: JsonValue): JsonValue {
    if (typeof value !== "number") return this.#wrong("must be a number");
    const isFinite = Number.isFinite(bits === 32 ? Math.fround(value) : value);
    return isFinite ? value : this.#wrong(`is out of the range of ${bits}-bit numbers`);
  }

  #items(value: JsonValue, typeAt: (index: number) => WitType): JsonValue {
    if (!Array.isArray(value)) return this.#wrong("must be an array");
    const items = value as readonly JsonValue[];
    const encoded: JsonValue[] = [];
    for (const [index, item] of items.entries()) {
      if (this.issues.length >= ISSUES_MAX || this.#values > VALUES_MAX) return NONE;
      encoded.push(this.#within(index, () => this.#value(typeAt(index), item)));
    }
    return encoded;
  }

  #tuple(types: readonly WitType[], value: JsonValue): JsonValue {
    if (!Array.isArray(value) || value.length !== types.length)
      return this.#wrong(`must be an array of ${types.length} values`);
    return this.#items(value, (index) => types[index] as WitType);
  }

  #variant(cases: (WitType & { kind: "variant" })["cases"], value: JsonValue): JsonValue {
    const object = this.#object(value);
    if (object === undefined) return NONE;
    const found = cases.find(({ name }) => name === object["tag"]);
    if (found === undefined)
      return this.#within("tag", () => this.#oneOf(cases.map(({ name }) => name)));
    if (found.type === undefined) return { tag: found.name };
    return { tag: found.name, val: this.#member(object, "val", found.type) };
  }

  #flags(names: readonly string[], value: JsonValue): JsonValue {
    if (!Array.isArray(value)) return this.#wrong("must be an array of names");
    const set = this.#items(value, () => ({ kind: "enum", names }));
    const chosen = new Set(Array.isArray(set) ? set : []);
    return Object.fromEntries(names.map((name) => [camelCase(name), chosen.has(name)]));
  }

  #name(names: readonly string[], value: JsonValue): JsonValue {
    return typeof value === "string" && names.includes(value) ? value : this.#oneOf(names);
  }

  /** Generated code tells an option of an option by its tag. `null` is always the outer one: JSON has no other. */
  #option(item: WitType, value: JsonValue): JsonValue {
    const isNested = item.kind === "option";
    if (value === null) return isNested ? { tag: "none" } : null;
    const some = this.#value(item, value);
    return isNested ? { tag: "some", val: some } : some;
  }

  #result(type: WitType & { kind: "result" }, value: JsonValue): JsonValue {
    const object = this.#object(value);
    if (object === undefined) return NONE;
    const given = (["ok", "err"] as const).filter((name) => Object.hasOwn(object, name));
    const [tag] = given;
    if (tag === undefined || given.length > 1) return this.#wrong('must have either "ok" or "err"');
    const payload = type[tag];
    if (payload !== undefined) return { tag, val: this.#member(object, tag, payload) };
    return object[tag] === null ? { tag } : this.#within(tag, () => this.#wrong("must be null"));
  }

  #member(object: JsonObject, name: string, type: WitType): JsonValue {
    if (!Object.hasOwn(object, name)) return this.#within(name, () => this.#wrong("is missing"));
    return this.#within(name, () => this.#value(type, object[name] as JsonValue));
  }

  #object(value: JsonValue): JsonObject | undefined {
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as JsonObject;
    this.#wrong("must be an object");
    return undefined;
  }

  #oneOf(names: readonly string[]): null {
    const shown = names.slice(0, 10).map((name) => JSON.stringify(name));
    return this.#wrong(`must be one of ${shown.join(", ")}${names.length > 10 ? ", …" : ""}`);
  }

  #within<Result>(key: string | number, read: () => Result): Result {
    this.#path.push(key);
    const result = read();
    this.#path.pop();
    return result;
  }

  #wrong(message: string): null {
    if (this.issues.length < ISSUES_MAX)
      this.issues.push({ path: formatPath(this.#path), message });
    return NONE;
  }
}

/** A name takes as much room as some values do. */
const NAME_CHARS = 16;

function flagsCost(names: readonly string[]): number {
  return names.reduce((cost, { length }) => cost + Math.ceil(length / NAME_CHARS), 0);
}

function isOneCharacter(text: string): boolean {
  return text.length <= 2 && text.isWellFormed() && Array.from(text).length === 1;
}

/** All keys are labels of the component or indices. */
function formatPath(path: readonly (string | number)[]): string {
  const text = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  return text.replace(/^\./, "").slice(0, PATH_CHARS_MAX);
}
