import type { AbortSignal } from "./abort.ts";
import { Body, type BodyLike, readBody } from "./body.ts";
import { Headers, type HeadersLike } from "./headers.ts";
import { URL } from "./url/url.ts";

export interface RequestInit {
  readonly method?: string;
  readonly headers?: HeadersLike;
  readonly body?: BodyLike;
  readonly signal?: AbortSignal | null;
  /** Redirects are the host's to follow, within the grant. Anything but `follow` is refused. */
  readonly redirect?: string;
}

const NORMALIZED = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]);

/** The Fetch standard's `Request`, without what only a browser has: modes, credentials, cache, referrer, streams. */
export class Request extends Body {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly signal: AbortSignal | null;

  constructor(input: unknown, init: RequestInit = {}) {
    const base = input instanceof Request ? input : undefined;
    const given = readBody(init.body);
    super(given.bytes ?? base?.share());
    if (init.redirect !== undefined && init.redirect !== "follow") {
      throw new TypeError(
        'fetch: `redirect` can only be "follow": the host follows redirects within the grant',
      );
    }
    this.url = base ? base.url : parseUrl(input);
    this.method = parseMethod(init.method ?? base?.method ?? "GET");
    this.headers = new Headers(init.headers ?? base?.headers);
    this.signal = (init.signal === undefined ? base?.signal : init.signal) ?? null;
    if (this.hasBody && (this.method === "GET" || this.method === "HEAD")) {
      throw new TypeError(`fetch: ${this.method} has no body`);
    }
    if (given.type && !this.headers.has("content-type"))
      this.headers.set("content-type", given.type);
  }
  clone(): Request {
    return new Request(this);
  }
}

function parseUrl(input: unknown): string {
  const url = new URL(String(input));
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("fetch: the address must not carry a user name or password");
  }
  return url.href;
}

function parseMethod(method: unknown): string {
  const text = String(method);
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)) throw new TypeError("fetch: not a method");
  const upper = text.toUpperCase();
  if (upper === "CONNECT" || upper === "TRACE" || upper === "TRACK") {
    throw new TypeError(`fetch: the method ${upper} is forbidden`);
  }
  return NORMALIZED.has(upper) ? upper : text;
}
