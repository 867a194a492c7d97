import type { WitCase, WitField, WitFunction, WitType } from "./types.ts";

/** Why a function of a component cannot be a tool. The message is a clause: `it takes a resource`. */
export class NotATool extends Error {}

/**
 * Reads the text of a function's type as `formatType` writes it: `func(city: string) -> result(string, string)`.
 * The text is ours, made from labels that were checked and of at most `TYPE_TEXT_LENGTH_MAX` characters.
 * Throws `NotATool` where a value of it cannot be said in JSON.
 */
export function parseFunction(text: string): WitFunction {
  return new FunctionText(text).read();
}

const INTEGER = /^([su])(8|16|32|64)$/;

class FunctionText {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): WitFunction {
    this.#expect("func");
    const params = this.#list(() => this.#field());
    assertDistinct(params, "parameters");
    const result = this.#take(" -> ") ? this.#type() : undefined;
    if (this.#at < this.#text.length) throw this.#unknown();
    return { params, result };
  }

  #type(): WitType {
    const word = this.#word();
    const integer = INTEGER.exec(word);
    if (integer !== null) {
      const bits = Number(integer[2]) as 8 | 16 | 32 | 64;
      return { kind: "integer", bits, signed: integer[1] === "s" };
    }
    switch (word) {
      case "bool":
      case "char":
      case "string":
        return { kind: word };
      case "f32":
      case "f64":
        return { kind: "float", bits: word === "f32" ? 32 : 64 };
      case "list":
      case "option":
        return { kind: word, item: this.#one() };
      case "tuple":
        return { kind: word, items: this.#list(() => this.#type()) };
      case "record":
        return {
          kind: word,
          fields: assertDistinct(
            this.#list(() => this.#field()),
            "fields",
          ),
        };
      case "variant":
        return { kind: word, cases: this.#list(() => this.#case()) };
      case "enum":
        return { kind: word, names: this.#list(() => this.#word()) };
      case "flags":
        return { kind: word, names: distinctNames(this.#list(() => this.#word())) };
      case "result":
        return this.#result();
      case "own":
      case "borrow":
        throw new NotATool("it takes or gives a resource, which JSON cannot hold");
      default:
        throw this.#unknown();
    }
  }

  #result(): WitType {
    const [ok, err] = this.#list(() => (this.#take("_") ? undefined : this.#type()));
    return { kind: "result", ok, err };
  }

  #field(): WitField {
    const name = this.#word();
    this.#expect(": ");
    return { name, type: this.#type() };
  }

  #case(): WitCase {
    const name = this.#word();
    return { name, type: this.#take(": ") ? this.#type() : undefined };
  }

  #one(): WitType {
    const [item] = this.#list(() => this.#type());
    if (item === undefined) throw this.#unknown();
    return item;
  }

  #list<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    this.#expect("(");
    if (this.#take(")")) return items;
    do items.push(read());
    while (this.#take(", "));
    this.#expect(")");
    return items;
  }

  #word(): string {
    const word = /[A-Za-z][A-Za-z0-9-]*/y;
    word.lastIndex = this.#at;
    const found = word.exec(this.#text)?.[0];
    if (found === undefined) throw this.#unknown();
    this.#at += found.length;
    return found;
  }

  #take(mark: string): boolean {
    if (!this.#text.startsWith(mark, this.#at)) return false;
    this.#at += mark.length;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#take(mark)) throw this.#unknown();
  }

  #unknown(): NotATool {
    return new NotATool("its type is of a kind that is not known");
  }
}

/** The name of a field or function in generated code: `read-URL` is `readUrl`. */
export function camelCase(label: string): string {
  return label
    .toLowerCase()
    .replace(/-([a-z0-9])/g, (_dash, letter: string) => letter.toUpperCase());
}

/** Names that would be one in generated code: a value of one would be taken for the other's. */
function assertDistinct(fields: WitField[], what: string): WitField[] {
  if (new Set(fields.map(({ name }) => camelCase(name))).size === fields.length) return fields;
  throw new NotATool(`it has two ${what} whose names are taken for one`);
}

function distinctNames(names: string[]): string[] {
  if (new Set(names.map(camelCase)).size === names.length) return names;
  throw new NotATool("it has two flags whose names are taken for one");
}
