export type HeadersLike =
  | Headers
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string>>
  | undefined
  | null;

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** The Fetch standard's `Headers`. Which of them may be sent is the host's decision. */
export class Headers {
  /** Names in lower case. */
  readonly #values = new Map<string, string[]>();

  constructor(init?: HeadersLike) {
    if (init === undefined || init === null) return;
    if (typeof init !== "object") throw new TypeError("Headers: not an object");
    const entries = Symbol.iterator in init ? [...init] : Object.entries(init);
    for (const entry of entries) {
      const [name, value, ...rest] = [...entry];
      if (name === undefined || value === undefined || rest.length > 0) {
        throw new TypeError("Headers: each entry must be a pair");
      }
      this.append(name, value);
    }
  }

  append(name: string, value: string): void {
    const key = parseName(name);
    const text = parseValue(value);
    const values = this.#values.get(key);
    if (values) values.push(text);
    else this.#values.set(key, [text]);
  }
  set(name: string, value: string): void {
    this.#values.set(parseName(name), [parseValue(value)]);
  }
  delete(name: string): void {
    this.#values.delete(parseName(name));
  }
  has(name: string): boolean {
    return this.#values.has(parseName(name));
  }
  get(name: string): string | null {
    return this.#values.get(parseName(name))?.join(", ") ?? null;
  }
  getSetCookie(): string[] {
    return [...(this.#values.get("set-cookie") ?? [])];
  }

  *entries(): Generator<[string, string]> {
    for (const name of [...this.#values.keys()].toSorted()) {
      const values = this.#values.get(name)!;
      if (name === "set-cookie") for (const value of values) yield [name, value];
      else yield [name, values.join(", ")];
    }
  }
  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name;
  }
  *values(): Generator<string> {
    for (const [, value] of this.entries()) yield value;
  }
  forEach(
    callback: (value: string, name: string, headers: Headers) => void,
    thisArg?: unknown,
  ): void {
    for (const [name, value] of this.entries()) callback.call(thisArg, value, name, this);
  }
  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries();
  }
  get [Symbol.toStringTag](): string {
    return "Headers";
  }
}

function parseName(name: unknown): string {
  const text = String(name);
  if (!NAME.test(text)) throw new TypeError(`Headers: not a header name: ${JSON.stringify(text)}`);
  return text.toLowerCase();
}

function parseValue(value: unknown): string {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  // oxlint-disable-next-line no-control-regex -- a header value is Latin-1 without these
  if (/[\0\n\r]|[^\0-\xff]/.test(text))
    throw new TypeError("Headers: a value has a character that no header may have");
  return text;
}
