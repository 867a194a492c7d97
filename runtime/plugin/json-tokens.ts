import type { JsonValue } from "@glovebox/host-api/json";
import type { GloveboxError, Place } from "../errors.ts";
import type { JsonSource } from "./json.ts";
import type { Problems } from "./problems.ts";
import { findHiddenCharacter, quoteText } from "./text.ts";
import type { TextRule } from "./text.ts";

const BYTE_ORDER_MARK = 0xfeff;
const LITERALS: readonly (readonly [string, JsonValue])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** All that may stand in a string without meaning something: neither quote, backslash nor C0 control. */
// eslint-disable-next-line no-control-regex -- RFC 8259 defines it so.
const STRING_RUN = /[^"\\\u0000-\u001f]*/y;
const HEX4 = /[0-9a-fA-F]{4}/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Reads the tokens of one JSON text, from left to right. Every method either moves `offset` on or throws. */
export class JsonTokens {
  readonly #text: string;
  readonly #source: JsonSource;
  readonly #problems: Problems;
  /** Where each line begins; made when the first place is asked for. */
  #lineStarts: readonly number[] | undefined;
  offset = 0;

  constructor(input: Uint8Array | string, source: JsonSource, problems: Problems) {
    this.#source = source;
    this.#problems = problems;
    const bytes = typeof input === "string" ? Buffer.byteLength(input) : input.byteLength;
    const { bytesMax } = source.limits;
    if (bytes > bytesMax) {
      throw source.invalid(`${bytes} bytes, where at most ${bytesMax} are read`, this.#detail({}));
    }
    this.#text = typeof input === "string" ? input : this.#decode(input);
    if (this.#text.charCodeAt(0) === BYTE_ORDER_MARK) {
      throw this.problem("the file begins with a byte order mark", 0);
    }
  }

  skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.offset);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.offset++;
    }
  }

  take(character: string): boolean {
    if (this.#text[this.offset] !== character) return false;
    this.offset++;
    return true;
  }

  expect(character: string, what: string): void {
    if (!this.take(character)) throw this.#unexpected(what);
  }

  assertEnd(): void {
    if (this.offset < this.#text.length) throw this.#unexpected("the end of the text");
  }

  readScalar(): JsonValue {
    if (this.#text[this.offset] === '"') return this.readString({ lines: true });
    for (const [word, value] of LITERALS) {
      if (!this.#text.startsWith(word, this.offset)) continue;
      this.offset += word.length;
      return value;
    }
    const start = this.offset;
    const number = Number(this.#match(NUMBER) ?? Number.NaN);
    if (Number.isNaN(number)) throw this.#unexpected("a value");
    if (!Number.isFinite(number)) throw this.problem("a number too large to hold", start);
    return number;
  }

  readString(rule: TextRule): string {
    const start = this.offset;
    this.expect('"', "a string in double quotes");
    let value = "";
    for (;;) {
      value += this.#match(STRING_RUN) ?? "";
      if (this.take('"')) break;
      if (!this.take("\\")) throw this.#unexpected("the end of the string");
      value += this.#readEscape();
    }
    if (!value.isWellFormed()) {
      this.#problems.add(this.problem("a lone surrogate, which is no character", start));
      return value.toWellFormed();
    }
    const hidden = findHiddenCharacter(value, rule);
    if (hidden !== undefined) {
      const message = `${hidden.name} in ${quoteText(value)}, which a reader would not see`;
      this.#problems.add(this.#source.hidden(message, this.#detail(this.placeAt(start))));
    }
    return value;
  }

  placeAt(offset: number): Place {
    this.#lineStarts ??= [0, ...[...this.#text.matchAll(/\n/g)].map((match) => match.index + 1)];
    let [low, high] = [0, this.#lineStarts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const column = offset - (this.#lineStarts[low] ?? 0) + 1;
    return { ...this.#detail({}).place, line: low + 1, column };
  }

  problem(message: string, offset: number): GloveboxError {
    return this.#source.invalid(message, this.#detail(this.placeAt(offset)));
  }

  #readEscape(): string {
    const start = this.offset - 1;
    const letter = this.#text[this.offset++] ?? "";
    if (letter === "u") {
      const digits = this.#match(HEX4);
      if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits, 16));
    } else if (Object.hasOwn(ESCAPES, letter)) {
      return ESCAPES[letter] ?? "";
    }
    throw this.problem("an escape that JSON does not have", start);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.#text)?.[0];
    this.offset += found?.length ?? 0;
    return found;
  }

  #unexpected(wanted: string): GloveboxError {
    const found = this.#text.codePointAt(this.offset);
    const what =
      found === undefined ? "the end of the text" : quoteText(String.fromCodePoint(found));
    return this.problem(`${what} where ${wanted} belongs`, this.offset);
  }

  #decode(bytes: Uint8Array): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (cause) {
      const line = bytes
        .subarray(0, firstInvalidByte(bytes))
        .filter((byte) => byte === 0x0a).length;
      throw this.#source.invalid("bytes that are not UTF-8", {
        ...this.#detail({ line: line + 1, column: 1 }),
        cause,
      });
    }
  }

  #detail(place: Place): { readonly place: Place } {
    const { file } = this.#source;
    return { place: file === undefined ? place : { file, ...place } };
  }
}

/** Index near the first byte that is not UTF-8: the length of the longest prefix that could still become it. */
function firstInvalidByte(bytes: Uint8Array): number {
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      low = middle;
    } catch {
      high = middle - 1;
    }
  }
  return low;
}
