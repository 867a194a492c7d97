import { percentDecodeText, percentEncode } from "./percent.ts";

const FORM = /[A-Za-z0-9*\-._]/;

type Pairs = [name: string, value: string][];
export type SearchParamsInit =
  | string
  | URLSearchParams
  | Iterable<readonly string[]>
  | Readonly<Record<string, string>>
  | undefined;

/** What a `URL` does with its parameters: it hears of changes, and says when it has changed itself. */
export interface QueryLink {
  readonly params: URLSearchParams;
  reset(query: string): void;
}

/** Parameters that call `changed` with the new query after each change. Set by the class below: only it can. */
export let linkQuery: (query: string, changed: (query: string) => void) => QueryLink;

/** The URL standard's `URLSearchParams`. */
export class URLSearchParams {
  #pairs: Pairs = [];
  #changed: ((query: string) => void) | undefined;

  constructor(init?: SearchParamsInit) {
    if (init === undefined) return;
    if (typeof init === "object" && init !== null) this.#pairs = pairsOf(init);
    else this.#pairs = parseForm(init.replace(/^\?/, "").toWellFormed());
  }
  static {
    linkQuery = (query, changed) => {
      const params = new URLSearchParams();
      const reset = (text: string): void => {
        params.#pairs = parseForm(text);
      };
      reset(query);
      params.#changed = changed;
      return { params, reset };
    };
  }

  get size(): number {
    return this.#pairs.length;
  }
  append(name: string, value: string): void {
    this.#pairs.push([wellFormed(name), wellFormed(value)]);
    this.#tell();
  }
  delete(name: string, value?: string): void {
    this.#pairs = this.#pairs.filter(
      ([n, v]) => n !== wellFormed(name) || (value !== undefined && v !== wellFormed(value)),
    );
    this.#tell();
  }
  get(name: string): string | null {
    return this.#pairs.find(([n]) => n === wellFormed(name))?.[1] ?? null;
  }
  getAll(name: string): string[] {
    return this.#pairs.filter(([n]) => n === wellFormed(name)).map(([, v]) => v);
  }
  has(name: string, value?: string): boolean {
    return this.#pairs.some(
      ([n, v]) => n === wellFormed(name) && (value === undefined || v === wellFormed(value)),
    );
  }
  set(name: string, value: string): void {
    const key = wellFormed(name);
    const place = this.#pairs.findIndex(([n]) => n === key);
    const pair: [string, string] = [key, wellFormed(value)];
    if (place < 0) this.#pairs.push(pair);
    else
      this.#pairs = this.#pairs
        .filter(([n], index) => n !== key || index === place)
        .with(place, pair);
    this.#tell();
  }
  sort(): void {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#tell();
  }
  forEach(
    callback: (value: string, name: string, params: URLSearchParams) => void,
    thisArg?: unknown,
  ): void {
    for (const [name, value] of this.#pairs) callback.call(thisArg, value, name, this);
  }
  *entries(): Generator<[string, string]> {
    for (let index = 0; index < this.#pairs.length; index++) {
      const [name, value] = this.#pairs[index]!;
      yield [name, value];
    }
  }
  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name;
  }
  *values(): Generator<string> {
    for (const [, value] of this.entries()) yield value;
  }
  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries();
  }
  toString(): string {
    return this.#pairs.map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`).join("&");
  }
  get [Symbol.toStringTag](): string {
    return "URLSearchParams";
  }
  #tell(): void {
    this.#changed?.(this.toString());
  }
}

function wellFormed(value: unknown): string {
  return String(value).toWellFormed();
}

function encodeForm(text: string): string {
  return percentEncode(text, FORM).replaceAll("%20", "+");
}

function parseForm(query: string): Pairs {
  return query
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const equals = part.indexOf("=");
      const [name, value] =
        equals < 0 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
      return [decodeForm(name), decodeForm(value)];
    });
}

function decodeForm(text: string): string {
  return percentDecodeText(text.replaceAll("+", " "));
}

function pairsOf(init: object): Pairs {
  if (!(Symbol.iterator in init)) {
    return Object.entries(init).map(([name, value]) => [wellFormed(name), wellFormed(value)]);
  }
  return Array.from(init as Iterable<Iterable<string>>, (entry) => {
    const pair = [...entry];
    if (pair.length !== 2) throw new TypeError("URLSearchParams: each entry must be a pair");
    return [wellFormed(pair[0]), wellFormed(pair[1])];
  });
}
