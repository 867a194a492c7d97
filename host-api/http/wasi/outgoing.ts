import { joinBytes } from "../../bytes.ts";
import { OutputStream } from "../../io/streams.ts";
import { REQUEST_BYTES_MAX } from "../limits.ts";
import type { Header } from "../headers.ts";
import { type ErrorCode, requestTooLarge, streamFailure } from "./error-code.ts";
import type { Exchange } from "./exchange.ts";
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

/** What the handler needs of a request: plain values for `http.open`. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly Header[];
  readonly body: OutgoingBody | undefined;
}

/** `wasi:http/types.outgoing-body`: kept here until the request is sent, and from then on sent as it is written. */
export class OutgoingBody {
  readonly #expectedBytes: number | undefined;
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;
  #state: "open" | "writing" | "finished" = "open";
  #exchange: Exchange | undefined;

  constructor(expectedBytes?: number) {
    this.#expectedBytes = expectedBytes;
  }

  write(): OutputStream {
    if (this.#state !== "open") throw undefined;
    this.#state = "writing";
    return new OutputStream({ write: (bytes) => streamFailure(() => this.#put(bytes)) });
  }

  static finish(body: OutgoingBody, trailers: Fields | undefined): void {
    const exchange = body.#exchange;
    body.#exchange = undefined;
    try {
      if (trailers !== undefined && trailers.entries().length > 0)
        throw { tag: "HTTP-request-trailer-section-size", val: undefined } satisfies ErrorCode;
      const isWhole =
        body.#sizeBytes <= REQUEST_BYTES_MAX &&
        body.#sizeBytes === (body.#expectedBytes ?? body.#sizeBytes);
      if (!isWhole)
        throw { tag: "HTTP-request-body-size", val: BigInt(body.#sizeBytes) } satisfies ErrorCode;
      body.#state = "finished";
      exchange?.finish();
    } catch (error) {
      // Half a body must not look whole.
      const code = error instanceof Error ? (exchange?.errorCodeOf(error) ?? error) : error;
      exchange?.abort();
      throw code;
    } finally {
      exchange?.release();
    }
  }

  /** Dropped before its end: the request cannot be completed any more. */
  [Symbol.dispose](): void {
    this.#exchange?.abort();
    this.#exchange?.release();
    this.#exchange = undefined;
  }

  /** What is sent with the request itself, and whether more may follow. */
  static beginningOf(body: OutgoingBody): OutgoingBeginning {
    return {
      bytes: joinBytes(body.#chunks),
      isWhole: body.#state === "finished",
      lengthBytes: body.#expectedBytes,
    };
  }

  /** From now on what is written goes to `exchange`, and what was written before has gone there. */
  static attach(body: OutgoingBody, exchange: Exchange): void {
    body.#chunks = [];
    body.#exchange = exchange.retain();
  }

  #put(bytes: Uint8Array): void {
    if (this.#state !== "writing") throw new Error("the body is finished");
    // Counted also when it fails: a body that lacks a piece is not finished as if it were whole.
    this.#sizeBytes += bytes.length;
    if (this.#sizeBytes > (this.#expectedBytes ?? REQUEST_BYTES_MAX))
      throw requestTooLarge(this.#sizeBytes);
    if (this.#exchange === undefined) this.#chunks.push(bytes.slice());
    else this.#exchange.write(bytes);
  }
}

export interface OutgoingBeginning {
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
  readonly lengthBytes: number | undefined;
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

const NS_PER_MS = 1_000_000n;

/** `wasi:http/types.request-options`. The host's own deadlines stay: a time only ever shortens them. */
export class RequestOptions {
  #connect: bigint | undefined;
  #firstByte: bigint | undefined;
  #betweenBytes: bigint | undefined;

  /** Milliseconds as `http.open` takes them. */
  static timesOf(options: RequestOptions): readonly (number | null)[] {
    return [options.#connect, options.#firstByte, options.#betweenBytes].map((time) =>
      time === undefined ? null : Number((time + NS_PER_MS - 1n) / NS_PER_MS),
    );
  }

  connectTimeout(): bigint | undefined {
    return this.#connect;
  }
  setConnectTimeout(duration: bigint | undefined): void {
    this.#connect = duration;
  }
  firstByteTimeout(): bigint | undefined {
    return this.#firstByte;
  }
  setFirstByteTimeout(duration: bigint | undefined): void {
    this.#firstByte = duration;
  }
  betweenBytesTimeout(): bigint | undefined {
    return this.#betweenBytes;
  }
  setBetweenBytesTimeout(duration: bigint | undefined): void {
    this.#betweenBytes = duration;
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
