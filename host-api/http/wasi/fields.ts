import { isForbidden, isHeaderName, isHeaderValue } from "../headers.ts";
import type { Header } from "../headers.ts";

/** The `header-error` variant as jco's generated code expects it to be thrown. */
export type HeaderError = { readonly tag: "invalid-syntax" | "forbidden" | "immutable" };

type Entry = [name: string, value: Uint8Array];

/**
 * `wasi:http/types.fields`. What a guest may not send is `forbidden` here already, for its libraries' sake;
 * the broker checks again and is the one that counts.
 */
export class Fields {
  #entries: Entry[] = [];
  #isMutable = true;

  static fromList(entries: readonly (readonly [string, Uint8Array])[]): Fields {
    const fields = new Fields();
    for (const [name, value] of entries) fields.append(name, value);
    return fields;
  }

  /** Headers that the guest may only read. */
  static immutable(headers: readonly Header[]): Fields {
    const fields = new Fields();
    fields.#entries = headers.map(([name, value]) => [name, fromLatin1(value)]);
    fields.#isMutable = false;
    return fields;
  }

  /** As the broker takes them. */
  static headersOf(fields: Fields): readonly Header[] {
    return fields.#entries.map(([name, value]) => [name, toLatin1(value)]);
  }

  get(name: string): Uint8Array[] {
    return this.#entries.filter(([known]) => isSame(known, name)).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.#entries.some(([known]) => isSame(known, name));
  }

  set(name: string, values: readonly Uint8Array[]): void {
    for (const value of values) this.#assertSettable(name, value);
    this.delete(name);
    for (const value of values) this.append(name, value);
  }

  delete(name: string): void {
    this.#assertSettable(name, new Uint8Array(0));
    this.#entries = this.#entries.filter(([known]) => !isSame(known, name));
  }

  append(name: string, value: Uint8Array): void {
    this.#assertSettable(name, value);
    this.#entries.push([name, value.slice()]);
  }

  entries(): Entry[] {
    return this.#entries.map(([name, value]) => [name, value]);
  }

  clone(): Fields {
    const fields = new Fields();
    fields.#entries = this.entries();
    return fields;
  }

  #assertSettable(name: string, value: Uint8Array): void {
    if (!this.#isMutable) throw { tag: "immutable" } satisfies HeaderError;
    const lower = name.toLowerCase();
    if (!isHeaderName(lower) || !isHeaderValue(toLatin1(value))) {
      throw { tag: "invalid-syntax" } satisfies HeaderError;
    }
    if (isForbidden(lower)) throw { tag: "forbidden" } satisfies HeaderError;
  }
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Header values are bytes in WASI and one character a byte on the channel. */
function toLatin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
