import { Pollable, type Readiness } from "../../io/poll.ts";
import { InputStream } from "../../io/streams.ts";
import type { HttpHead } from "../channel.ts";
import type { ExchangeEvent } from "../exchange.ts";
import { type ErrorCode, streamFailure } from "./error-code.ts";
import type { Exchange } from "./exchange.ts";
import { Fields } from "./fields.ts";

export type Result<Ok, Err> =
  | { readonly tag: "ok"; readonly val: Ok }
  | { readonly tag: "err"; readonly val: Err };

/** `wasi:http/types.incoming-body`: read in pieces, as they arrive. */
export class IncomingBody {
  readonly #exchange: Exchange;
  #isTaken = false;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  stream(): InputStream {
    if (this.#isTaken) throw undefined;
    this.#isTaken = true;
    const exchange = this.#exchange.retain();
    const readiness = exchange.event("body");
    // What was fetched and not asked for yet: guests read little at a time, and each fetch is a host call.
    let rest: Uint8Array | undefined = new Uint8Array(0);
    return new InputStream({
      read(lengthBytesMax) {
        if (rest?.length === 0) rest = streamFailure(() => exchange.read());
        if (rest === undefined) return undefined;
        const bytes = rest.slice(0, lengthBytesMax);
        rest = rest.subarray(bytes.length);
        if (rest.length === 0) readiness.unsettle();
        return bytes;
      },
      readiness,
      close: () => exchange.release(),
    });
  }

  /** Takes the body: its share of the exchange goes to the trailers. */
  static finish(body: IncomingBody): FutureTrailers {
    return new FutureTrailers(body.#exchange);
  }

  [Symbol.dispose](): void {
    this.#exchange.release();
  }
}

/** `wasi:http/types.incoming-response`. */
export class IncomingResponse {
  readonly #exchange: Exchange;
  readonly #head: HttpHead;
  #isConsumed = false;
  constructor(exchange: Exchange, head: HttpHead) {
    this.#exchange = exchange;
    this.#head = head;
  }
  status(): number {
    return this.#head.status;
  }
  headers(): Fields {
    return Fields.immutable(this.#head.headers);
  }
  consume(): IncomingBody {
    if (this.#isConsumed) throw undefined;
    this.#isConsumed = true;
    return new IncomingBody(this.#exchange);
  }
  [Symbol.dispose](): void {
    if (!this.#isConsumed) this.#exchange.release();
  }
}

/** Something that arrives once and is taken once. Its share of the exchange goes to what is taken, or is given back. */
class Future<Value> {
  readonly #exchange: Exchange;
  readonly #readiness: Readiness;
  readonly #take: (exchange: Exchange) => Value;
  #isTaken = false;

  constructor(exchange: Exchange, event: ExchangeEvent, take: (exchange: Exchange) => Value) {
    this.#exchange = exchange;
    this.#readiness = exchange.event(event);
    this.#take = take;
  }

  subscribe(): Pollable {
    return new Pollable(this.#readiness);
  }

  get(): Result<Result<Value, ErrorCode>, undefined> | undefined {
    if (this.#isTaken) return { tag: "err", val: undefined };
    if (!this.subscribe().ready()) return undefined;
    this.#isTaken = true;
    try {
      return { tag: "ok", val: { tag: "ok", val: this.#take(this.#exchange) } };
    } catch (error) {
      const code = this.#exchange.errorCodeOf(error);
      this.#exchange.release();
      return { tag: "ok", val: { tag: "err", val: code } };
    }
  }

  [Symbol.dispose](): void {
    if (!this.#isTaken) this.#exchange.release();
    this.#isTaken = true;
  }
}

/** `wasi:http/types.future-incoming-response`. */
export class FutureIncomingResponse extends Future<IncomingResponse> {
  constructor(exchange: Exchange) {
    super(exchange, "head", () => new IncomingResponse(exchange, exchange.head()));
  }
}

/** `wasi:http/types.future-trailers`: what followed the body, for a guest that read it to its end. */
export class FutureTrailers extends Future<Fields | undefined> {
  constructor(exchange: Exchange) {
    super(exchange, "trailers", () => {
      const headers = exchange.trailers();
      exchange.release();
      return headers.length === 0 ? undefined : Fields.immutable(headers);
    });
  }
}

/** `wasi:http/types.incoming-request`: for linking. Plugins serve no HTTP, so none ever exists. */
export class IncomingRequest {
  constructor() {
    servesNothing();
  }
  method(): never {
    return servesNothing();
  }
  pathWithQuery(): never {
    return servesNothing();
  }
  scheme(): never {
    return servesNothing();
  }
  authority(): never {
    return servesNothing();
  }
  headers(): never {
    return servesNothing();
  }
  consume(): never {
    return servesNothing();
  }
}

/** `wasi:http/types.response-outparam`: for linking, as above. */
export class ResponseOutparam {
  constructor() {
    servesNothing();
  }
  sendInformational(): never {
    return servesNothing();
  }
  static set(): never {
    return servesNothing();
  }
}

function servesNothing(): never {
  throw new Error("plugins serve no HTTP");
}
