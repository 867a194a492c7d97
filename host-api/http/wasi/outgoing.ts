import { OutputStream } from "../../io/streams.ts";
import { REQUEST_BYTES_MAX } from "../limits.ts";
import type { Header } from "../headers.ts";
import type { ErrorCode } from "./error-code.ts";
import { Fields } from "./fields.ts";

export type Method =
  | {
      readonly tag:
        | "get"
        | "head"
        | "post"
        | "put"
        | "delete"
        | "connect"
        | "options"
        | "trace"
        | "patch";
    }
  | { readonly tag: "other"; readonly val: string };

export type RequestScheme =
  | { readonly tag: "HTTP" | "HTTPS" }
  | { readonly tag: "other"; readonly val: string };

/** What the handler needs of a request: plain values for `http.send`. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly Header[];
  readonly body: OutgoingBody | undefined;
}

/** `wasi:http/types.outgoing-body`: gathers the body until it is finished. Nothing is sent before. */
export class OutgoingBody {
  readonly #expectedBytes: number | undefined;
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;
  #state: "open" | "writing" | "finished" = "open";

  constructor(expectedBytes?: number) {
    this.#expectedBytes = expectedBytes;
  }

  write(): OutputStream {
    if (this.#state !== "open") throw undefined;
    this.#state = "writing";
    return new OutputStream({ write: (bytes) => this.#gather(bytes) });
  }

  static finish(body: OutgoingBody, trailers: Fields | undefined): void {
    if (trailers !== undefined) {
      throw { tag: "HTTP-request-trailer-section-size", val: undefined } satisfies ErrorCode;
    }
    if (body.#expectedBytes !== undefined && body.#expectedBytes !== body.#sizeBytes) {
      throw { tag: "HTTP-request-body-size", val: BigInt(body.#sizeBytes) } satisfies ErrorCode;
    }
    body.#state = "finished";
  }

  static isFinished(body: OutgoingBody): boolean {
    return body.#state === "finished";
  }

  static bytesOf(body: OutgoingBody): Uint8Array {
    const whole = new Uint8Array(body.#sizeBytes);
    let offset = 0;
    for (const chunk of body.#chunks) {
      whole.set(chunk, offset);
      offset += chunk.length;
    }
    return whole;
  }

  #gather(bytes: Uint8Array): void {
    if (this.#state !== "writing") throw new Error("the body is finished");
    if (this.#sizeBytes + bytes.length > REQUEST_BYTES_MAX)
      throw new Error("the body is too large");
    this.#chunks.push(bytes.slice());
    this.#sizeBytes += bytes.length;
  }
}

/** `wasi:http/types.outgoing-request`. Its parts are only put together here; the broker parses the whole strictly. */
export class OutgoingRequest {
  readonly #headers: readonly Header[];
  #method: Method = { tag: "get" };
  #pathWithQuery: string | undefined;
  #scheme: RequestScheme | undefined;
  #authority: string | undefined;
  #body: OutgoingBody | undefined;

  constructor(headers: Fields) {
    this.#headers = Fields.headersOf(headers);
  }

  /** `undefined` when the parts make no http(s) request. */
  static partsOf(request: OutgoingRequest): Outgoing | undefined {
    const scheme = request.#scheme?.tag ?? "HTTPS";
    if (scheme === "other" || request.#authority === undefined) return undefined;
    return {
      method:
        request.#method.tag === "other" ? request.#method.val : request.#method.tag.toUpperCase(),
      url: `${scheme.toLowerCase()}://${request.#authority}${request.#pathWithQuery ?? "/"}`,
      headers: request.#headers,
      body: request.#body,
    };
  }

  body(): OutgoingBody {
    if (this.#body !== undefined) throw undefined;
    this.#body = new OutgoingBody(lengthOf(this.#headers));
    return this.#body;
  }
  method(): Method {
    return this.#method;
  }
  setMethod(method: Method): void {
    if (method.tag === "other" && !/^[A-Za-z]{1,32}$/.test(method.val)) throw undefined;
    this.#method = method;
  }
  pathWithQuery(): string | undefined {
    return this.#pathWithQuery;
  }
  setPathWithQuery(pathWithQuery: string | undefined): void {
    if (pathWithQuery !== undefined && !/^[/?][\x21-\x7e]*$|^$/.test(pathWithQuery))
      throw undefined;
    this.#pathWithQuery = pathWithQuery;
  }
  scheme(): RequestScheme | undefined {
    return this.#scheme;
  }
  setScheme(scheme: RequestScheme | undefined): void {
    this.#scheme = scheme;
  }
  authority(): string | undefined {
    return this.#authority;
  }
  setAuthority(authority: string | undefined): void {
    // Only these characters: a slash or an @ would move the border between host and path.
    if (authority !== undefined && !/^[0-9A-Za-z.:[\]-]+$/.test(authority)) throw undefined;
    this.#authority = authority;
  }
  headers(): Fields {
    return Fields.immutable(this.#headers);
  }
}

/** `wasi:http/types.request-options`. The host has its own deadlines; one that it cannot keep is refused, not ignored. */
export class RequestOptions {
  connectTimeout(): undefined {
    return undefined;
  }
  setConnectTimeout(duration: bigint | undefined): void {
    if (duration !== undefined) throw undefined;
  }
  firstByteTimeout(): undefined {
    return undefined;
  }
  setFirstByteTimeout(duration: bigint | undefined): void {
    if (duration !== undefined) throw undefined;
  }
  betweenBytesTimeout(): undefined {
    return undefined;
  }
  setBetweenBytesTimeout(duration: bigint | undefined): void {
    if (duration !== undefined) throw undefined;
  }
}

/** `wasi:http/types.outgoing-response`: for linking. Plugins serve no HTTP, so nobody ever reads one. */
export class OutgoingResponse {
  readonly #headers: readonly Header[];
  #statusCode = 200;
  constructor(headers: Fields) {
    this.#headers = Fields.headersOf(headers);
  }
  statusCode(): number {
    return this.#statusCode;
  }
  setStatusCode(statusCode: number): void {
    this.#statusCode = statusCode;
  }
  headers(): Fields {
    return Fields.immutable(this.#headers);
  }
  body(): OutgoingBody {
    throw undefined;
  }
}

function lengthOf(headers: readonly Header[]): number | undefined {
  const length = headers.find(([name]) => name.toLowerCase() === "content-length")?.[1];
  return length !== undefined && /^[0-9]{1,15}$/.test(length) ? Number(length) : undefined;
}
