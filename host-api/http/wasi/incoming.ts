import { InputStream, Pollable } from "../../io/streams.ts";
import type { Readiness } from "../../io/streams.ts";
import type { HttpAnswer } from "../channel.ts";
import type { ErrorCode } from "./error-code.ts";
import { Fields } from "./fields.ts";

export type Result<Ok, Err> =
  | { readonly tag: "ok"; readonly val: Ok }
  | { readonly tag: "err"; readonly val: Err };

/** `wasi:http/types.incoming-body`: bytes that are in the runner already, handed out as a stream. */
export class IncomingBody {
  #rest: Uint8Array;
  #isTaken = false;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  stream(): InputStream {
    if (this.#isTaken) throw undefined;
    this.#isTaken = true;
    return new InputStream({ read: (lengthBytesMax) => this.#take(lengthBytesMax) });
  }

  static finish(body: IncomingBody): FutureTrailers {
    body.#rest = new Uint8Array(0);
    return new FutureTrailers();
  }

  #take(lengthBytesMax: number): Uint8Array | undefined {
    if (this.#rest.length === 0) return undefined;
    const bytes = this.#rest.slice(0, lengthBytesMax);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }
}

/** `wasi:http/types.incoming-response`. */
export class IncomingResponse {
  readonly #answer: HttpAnswer;
  #isConsumed = false;
  constructor(answer: HttpAnswer) {
    this.#answer = answer;
  }
  status(): number {
    return this.#answer.status;
  }
  headers(): Fields {
    return Fields.immutable(this.#answer.headers);
  }
  consume(): IncomingBody {
    if (this.#isConsumed) throw undefined;
    this.#isConsumed = true;
    return new IncomingBody(this.#answer.body);
  }
}

/** `wasi:http/types.future-trailers`: trailers are never handed on. */
export class FutureTrailers {
  #isTaken = false;
  subscribe(): Pollable {
    return new Pollable();
  }
  get(): Result<Result<Fields | undefined, ErrorCode>, undefined> {
    if (this.#isTaken) return { tag: "err", val: undefined };
    this.#isTaken = true;
    return { tag: "ok", val: { tag: "ok", val: undefined } };
  }
}

type Arrival = Result<IncomingResponse, ErrorCode>;

/**
 * `wasi:http/types.future-incoming-response`. The request is sent when the guest first asks for the answer,
 * because that host call blocks and the guest may still have a body to write.
 */
export class FutureIncomingResponse {
  readonly #isSendable: () => boolean;
  readonly #send: () => Arrival;
  #isAbandoned = false;
  #isTaken = false;

  constructor(isSendable: () => boolean, send: () => Arrival) {
    this.#isSendable = isSendable;
    this.#send = send;
  }

  subscribe(): Pollable {
    const readiness: Readiness = {
      ready: () => this.#isAbandoned || this.#isSendable(),
      // The guest waits for the answer to a request whose body it did not finish: nothing can finish it any more.
      block: () => {
        this.#isAbandoned = !this.#isSendable();
      },
    };
    return new Pollable(readiness);
  }

  get(): Result<Arrival, undefined> | undefined {
    if (this.#isTaken) return { tag: "err", val: undefined };
    if (!this.#isAbandoned && !this.#isSendable()) return undefined;
    this.#isTaken = true;
    return {
      tag: "ok",
      val: this.#isAbandoned ? { tag: "err", val: { tag: "HTTP-protocol-error" } } : this.#send(),
    };
  }
}

/** `wasi:http/types.incoming-request`: for linking. Plugins serve no HTTP, so none ever exists. */
export class IncomingRequest {
  constructor() {
    throw new Error("plugins serve no HTTP");
  }
  consume(): IncomingBody {
    throw undefined;
  }
}

/** `wasi:http/types.response-outparam`: for linking, as above. */
export class ResponseOutparam {
  constructor() {
    throw new Error("plugins serve no HTTP");
  }
  static set(): void {
    throw new Error("plugins serve no HTTP");
  }
}
