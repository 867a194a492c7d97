import type { JsonValue } from "@glovebox/host-api/json";
import { camelCase } from "./parse-function.ts";
import type { WitType } from "./types.ts";

/** Each is at least two characters of an answer, whose length is bounded before. */
const VALUES_MAX = 500_000;
/** What is left out of an answer is written out by its name. No plugin may be allowed to answer more than so much. */
const NAMES_CHARS_MAX = 8 * 1024 * 1024;
const DIGITS = /^-?(?:0|[1-9][0-9]{0,19})$/;

/** What a runner sent is no value of the type. `words` is for the client where it is the plugin's honest mistake. */
export class NotOfType extends Error {
  readonly words: string | undefined;
  constructor(words?: string) {
    super(words ?? "not a value of the type");
    this.words = words;
  }
}

const NOT_A_NUMBER = "The result has a number that JSON does not have (NaN or an infinity).";

/**
 * Turns a value that a runner sent into JSON text. Text, because 64-bit integers keep all their digits in it.
 * The runner is held for hostile: every part is checked against the type, and what the type does not have is dropped.
 * Throws `NotOfType`. Takes time linear in the value.
 */
export function decodeValue(type: WitType | undefined, value: JsonValue | undefined): string {
  return new Decoding().value(type, value);
}

class Decoding {
  #values = 0;
  #namesChars = 0;
  /** In generated code, of each label: a list says the same ones again and again. */
  readonly #generated = new Map<string, string>();

  value(type: WitType | undefined, value: JsonValue | undefined): string {
    this.#values += 1;
    if (this.#values > VALUES_MAX) throw new NotOfType("The result has too many values.");
    if (type === undefined) return "null";
    switch (type.kind) {
      case "bool":
        if (typeof value !== "boolean") throw new NotOfType();
        return String(value);
      case "integer":
        return decodeInteger(type, value);
      case "float":
        if (typeof value === "string") throw new NotOfType(NOT_A_NUMBER);
        if (typeof value !== "number" || !Number.isFinite(value)) throw new NotOfType();
        return JSON.stringify(value);
      case "char":
      case "string":
        return JSON.stringify(asText(value));
      case "list":
        return this.#items(value, () => type.item);
      case "tuple":
        if (asArray(value).length !== type.items.length) throw new NotOfType();
        return this.#items(value, (index) => type.items[index]);
      case "record": {
        const object = asObject(value);
        return writeObject(
          type.fields.map(({ name, type: part }) => [
            this.#counted(name),
            this.value(part, this.#memberOf(object, name)),
          ]),
        );
      }
      case "variant":
        return this.#variant(type.cases, value);
      case "enum":
        return writeName(type.names, value);
      case "flags": {
        const object = asObject(value);
        // Every name is looked for, whether the runner sent it or not.
        this.#values += type.names.length;
        const set = type.names.filter((name) => this.#memberOf(object, name) === true);
        return JSON.stringify(set);
      }
      case "option":
        return this.#option(type.item, value);
      default: {
        const { tag, val } = asTagged(value);
        if (tag !== "ok" && tag !== "err") throw new NotOfType();
        return writeObject([[tag, this.value(type[tag], val)]]);
      }
    }
  }

  #memberOf(object: Members, label: string): JsonValue | undefined {
    const name = this.#generated.get(label) ?? camelCase(label);
    this.#generated.set(label, name);
    return memberOf(object, name);
  }

  #counted(name: string): string {
    this.#namesChars += name.length;
    if (this.#namesChars > NAMES_CHARS_MAX)
      throw new NotOfType("The result is too long when its fields are named.");
    return name;
  }

  #items(value: JsonValue | undefined, typeAt: (index: number) => WitType | undefined): string {
    const items = asArray(value).map((item, index) => this.value(typeAt(index), item));
    return `[${items.join(",")}]`;
  }

  #variant(cases: (WitType & { kind: "variant" })["cases"], value: JsonValue | undefined): string {
    const { tag, val } = asTagged(value);
    const found = cases.find(({ name }) => name === tag);
    if (found === undefined) throw new NotOfType();
    const members: [string, string][] = [["tag", JSON.stringify(found.name)]];
    if (found.type !== undefined) members.push(["val", this.value(found.type, val)]);
    return writeObject(members);
  }

  /** Generated code tells an option of an option by its tag, and leaves out what is none. */
  #option(item: WitType, value: JsonValue | undefined): string {
    if (item.kind !== "option")
      return value === null || value === undefined ? "null" : this.value(item, value);
    const { tag, val } = asTagged(value);
    if (tag !== "some" && tag !== "none") throw new NotOfType();
    return tag === "none" ? "null" : this.value(item, val);
  }
}

function decodeInteger(
  { bits, signed }: WitType & { kind: "integer" },
  value: JsonValue | undefined,
): string {
  const isWhole =
    bits === 64
      ? typeof value === "string" && DIGITS.test(value)
      : typeof value === "number" && Number.isSafeInteger(value);
  if (!isWhole) throw new NotOfType();
  const number = BigInt(value as string | number);
  const fits = signed ? BigInt.asIntN(bits, number) : BigInt.asUintN(bits, number);
  if (fits !== number) throw new NotOfType();
  return String(number);
}

function writeName(names: readonly string[], value: JsonValue | undefined): string {
  const found = names.find((name) => name === value);
  if (found === undefined) throw new NotOfType();
  return JSON.stringify(found);
}

function writeObject(members: readonly (readonly [name: string, text: string])[]): string {
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

type Members = Readonly<Record<string, JsonValue | undefined>>;

function asObject(value: JsonValue | undefined): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new NotOfType();
  return value as Members;
}

function asTagged(value: JsonValue | undefined): { tag: unknown; val: JsonValue | undefined } {
  const object = asObject(value);
  return { tag: memberOf(object, "tag"), val: memberOf(object, "val") };
}

function asArray(value: JsonValue | undefined): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new NotOfType();
  return value as readonly JsonValue[];
}

function asText(value: JsonValue | undefined): string {
  if (typeof value !== "string") throw new NotOfType();
  return value.toWellFormed();
}

function memberOf(object: Members, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
