import { parseHost } from "./host.ts";
import { appendPath, encodeQuery, parseUrl, setPort, splitHostAndPort } from "./parse.ts";
import { FRAGMENT, percentEncode, USERINFO } from "./percent.ts";
import { defaultPort, isSpecial, serializePath, serializeUrl, type UrlRecord } from "./record.ts";
import { linkQuery, type QueryLink, type URLSearchParams } from "./search-params.ts";

/** The URL standard's `URL`. */
export class URL {
  #record: UrlRecord;
  #link: QueryLink;

  constructor(input: unknown, base?: unknown) {
    this.#record = parseWithBase(input, base);
    this.#link = linkQuery(this.#record.query ?? "", (query) => {
      this.#record.query = query === "" ? null : query;
    });
  }
  static canParse(input: unknown, base?: unknown): boolean {
    return URL.parse(input, base) !== null;
  }
  static parse(input: unknown, base?: unknown): URL | null {
    try {
      return new URL(input, base);
    } catch {
      return null;
    }
  }

  get href(): string {
    return serializeUrl(this.#record);
  }
  set href(value: unknown) {
    this.#record = parseWithBase(value, undefined);
    this.#link.reset(this.#record.query ?? "");
  }
  toString(): string {
    return this.href;
  }
  toJSON(): string {
    return this.href;
  }
  get [Symbol.toStringTag](): string {
    return "URL";
  }
  get origin(): string {
    const { scheme, path } = this.#record;
    if (scheme === "blob:" && typeof path === "string") {
      const inner = parseUrl(path);
      return inner && /^https?:$/.test(inner.scheme) ? `${inner.scheme}//${hostOf(inner)}` : "null";
    }
    return isSpecial(scheme) && scheme !== "file:" ? `${scheme}//${this.host}` : "null";
  }

  get protocol(): string {
    return this.#record.scheme;
  }
  set protocol(value: unknown) {
    const url = this.#record;
    const scheme = /^([A-Za-z][A-Za-z0-9+\-.]*)(?::|$)/.exec(clean(value))?.[1]?.toLowerCase();
    if (scheme === undefined || isSpecial(`${scheme}:`) !== isSpecial(url.scheme)) return;
    if (scheme === "file" && (url.username !== "" || url.password !== "" || url.port !== null))
      return;
    if (url.scheme === "file:" && url.host === "") return;
    url.scheme = `${scheme}:`;
    if (url.port === defaultPort(url.scheme)) url.port = null;
  }

  get username(): string {
    return this.#record.username;
  }
  set username(value: unknown) {
    if (takesCredentials(this.#record))
      this.#record.username = percentEncode(wellFormed(value), USERINFO);
  }
  get password(): string {
    return this.#record.password;
  }
  set password(value: unknown) {
    if (takesCredentials(this.#record))
      this.#record.password = percentEncode(wellFormed(value), USERINFO);
  }

  get host(): string {
    return hostOf(this.#record);
  }
  set host(value: unknown) {
    const text = hostPart(this.#record, value);
    // A file's host has no port to split off.
    const [host, port] =
      this.#record.scheme === "file:" ? [text, undefined] : splitHostAndPort(text);
    this.#setHost(host, port && /^\d*/.exec(port)![0]);
  }
  get hostname(): string {
    return this.#record.host ?? "";
  }
  set hostname(value: unknown) {
    const text = hostPart(this.#record, value);
    if (splitHostAndPort(text)[1] !== undefined) return;
    this.#setHost(text, undefined);
  }
  #setHost(host: string, port: string | undefined): void {
    const url = this.#record;
    if (typeof url.path === "string") return;
    if (host === "" && (port !== undefined || (isSpecial(url.scheme) && url.scheme !== "file:")))
      return;
    if (host === "" && (url.username !== "" || url.password !== "" || url.port !== null)) return;
    const parsed = host === "" ? "" : parseHost(host, isSpecial(url.scheme));
    if (parsed === undefined) return;
    url.host = url.scheme === "file:" && parsed === "localhost" ? "" : parsed;
    if (port !== undefined && port !== "" && url.scheme !== "file:") setPort(url, port);
  }

  get port(): string {
    return this.#record.port === null ? "" : String(this.#record.port);
  }
  set port(value: unknown) {
    if (!takesCredentials(this.#record)) return;
    const text = clean(value);
    if (text === "") this.#record.port = null;
    const digits = /^\d+/.exec(text)?.[0];
    if (digits !== undefined) setPort(this.#record, digits);
  }

  get pathname(): string {
    return serializePath(this.#record);
  }
  set pathname(value: unknown) {
    const url = this.#record;
    if (typeof url.path === "string") return;
    url.path = [];
    const text = clean(value);
    if (isSpecial(url.scheme)) appendPath(url, text.replace(/^[/\\]/, ""));
    else if (text !== "") appendPath(url, text.replace(/^\//, ""));
    else if (url.host === null) url.path = [""];
  }

  get search(): string {
    return this.#record.query ? `?${this.#record.query}` : "";
  }
  set search(value: unknown) {
    const text = clean(value).replace(/^\?/, "");
    this.#record.query = clean(value) === "" ? null : encodeQuery(this.#record, text);
    this.#link.reset(this.#record.query ?? "");
  }
  get searchParams(): URLSearchParams {
    return this.#link.params;
  }
  get hash(): string {
    return this.#record.fragment ? `#${this.#record.fragment}` : "";
  }
  set hash(value: unknown) {
    const text = clean(value).replace(/^#/, "");
    this.#record.fragment = clean(value) === "" ? null : percentEncode(text, FRAGMENT);
  }
}

function parseWithBase(input: unknown, base: unknown): UrlRecord {
  const baseRecord = base === undefined ? undefined : parseUrl(text(base));
  const record = base !== undefined && !baseRecord ? undefined : parseUrl(text(input), baseRecord);
  if (!record) throw new TypeError("Invalid URL");
  return record;
}

function wellFormed(value: unknown): string {
  return text(value).toWellFormed();
}

/** Setters ignore tabs and line breaks. */
function clean(value: unknown): string {
  return wellFormed(value).replace(/[\t\n\r]/g, "");
}

function hostOf(url: UrlRecord): string {
  return `${url.host ?? ""}${url.port === null ? "" : `:${url.port}`}`;
}

function takesCredentials(url: UrlRecord): boolean {
  return url.host !== null && url.host !== "" && url.scheme !== "file:";
}

/** A setter reads the host up to where a URL would end it. */
function hostPart(url: UrlRecord, value: unknown): string {
  const text = clean(value);
  const end = text.search(isSpecial(url.scheme) ? /[/\\?#]/ : /[/?#]/);
  return end < 0 ? text : text.slice(0, end);
}

/** Web APIs take any value for text, objects by their `toString` included. */
function text(value: unknown): string {
  // oxlint-disable-next-line typescript/no-base-to-string -- that is how they take it
  return String(value);
}
