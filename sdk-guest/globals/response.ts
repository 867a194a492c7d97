import { Body, type BodyLike, readBody } from "./body.ts";
import { Headers, type HeadersLike } from "./headers.ts";

export interface ResponseInit {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: HeadersLike;
}

const NO_BODY = new Set([101, 204, 205, 304]);

/** The Fetch standard's `Response`, whole in memory. */
export class Response extends Body {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  #url = "";
  #redirected = false;

  constructor(body?: BodyLike, init: ResponseInit = {}) {
    const given = readBody(body);
    super(given.bytes);
    const status = init.status ?? 200;
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new RangeError("Response: the status must be from 200 to 599");
    }
    if (given.bytes && NO_BODY.has(status))
      throw new TypeError(`Response: status ${status} has no body`);
    this.status = status;
    this.statusText = init.statusText ?? "";
    this.headers = new Headers(init.headers);
    if (given.type && !this.headers.has("content-type"))
      this.headers.set("content-type", given.type);
  }
  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }
  /** The address after redirects; empty for a response that was made here. */
  get url(): string {
    return this.#url;
  }
  get redirected(): boolean {
    return this.#redirected;
  }
  clone(): Response {
    const copy = new Response(this.share(), this);
    copy.#url = this.#url;
    copy.#redirected = this.#redirected;
    return copy;
  }
  static json(value: unknown, init: ResponseInit = {}): Response {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError("Response.json: not a JSON value");
    const response = new Response(text, { ...init, headers: undefined });
    response.headers.set("content-type", "application/json");
    for (const [name, header] of new Headers(init.headers)) response.headers.set(name, header);
    return response;
  }

  /** What the host sent, as a response. Not part of the standard's interface. */
  static received(
    reply: {
      readonly status: number;
      readonly url: string;
      readonly headers: string;
      readonly body: Uint8Array;
    },
    requested: string,
  ): Response {
    const headers = new Headers(JSON.parse(reply.headers) as [string, string][]);
    const response = new Response(NO_BODY.has(reply.status) ? null : reply.body, {
      status: reply.status,
      headers,
    });
    response.#url = reply.url;
    response.#redirected = reply.url !== requested;
    return response;
  }
}
