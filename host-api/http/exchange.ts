import { HostError } from "../errors.ts";
import type { HttpPowerResponse } from "../powers.ts";
import type { Deadline } from "./deadline.ts";
import { decodedChunks } from "./decode.ts";
import type { Header } from "./headers.ts";
import { type Arrival, type Hop, type Journey, readHeaders, travel } from "./hops.ts";
import type { RequestBody } from "./request-body.ts";

/** What is read ahead of a guest, so that a small answer arrives, and lets go of its connection, by itself. */
const AHEAD_BYTES = 64 * 1024;

export const EXCHANGE_EVENTS = ["head", "body", "trailers"] as const;
export type ExchangeEvent = (typeof EXCHANGE_EVENTS)[number];

export interface Head {
  readonly status: number;
  /** The address after redirects. */
  readonly url: string;
  readonly headers: readonly Header[];
}

export interface Terms {
  readonly firstByteMsMax: number | undefined;
  readonly betweenBytesMsMax: number | undefined;
}

/**
 * One request and its answer, both under way at once: the guest writes the one and reads the other in pieces.
 * Of the answer it sees only what was checked: the head whole, and of the body no byte of a secret.
 */
export class Exchange {
  readonly #journey: Journey;
  readonly #body: RequestBody | undefined;
  readonly #deadline: Deadline;
  readonly #onEnd: () => void;
  #head: Head | undefined;
  #failure: HostError | undefined;
  #trailers: readonly Header[] = [];
  #pieces: Uint8Array[] = [];
  #aheadBytes = 0;
  #isOver = false;
  #changed = Promise.withResolvers<void>();

  /** `onEnd` is called once, when nothing is left open: no connection, no timer. */
  constructor(journey: Journey, hop: Hop, terms: Terms, deadline: Deadline, onEnd: () => void) {
    this.#journey = journey;
    this.#body = hop.body;
    this.#deadline = deadline;
    this.#onEnd = onEnd;
    // A stop must end it also while it waits for a guest that does not read.
    deadline.signal.addEventListener("abort", () => this.#wake(), { once: true });
    void this.#run(hop, terms);
  }

  write(bytes: Uint8Array): void {
    this.#requestBody().write(bytes);
  }

  finish(): void {
    this.#requestBody().finish();
  }

  isReady(event: ExchangeEvent): boolean {
    if (this.#isOver) return true;
    if (event === "head") return this.#head !== undefined;
    // Trailers of a body that the guest left half read are not waited for.
    return this.#aheadBytes > 0;
  }

  /** Fulfilled when something may have become ready. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** The head, once it is ready. Throws `HostError` where the request failed. */
  head(): Head {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#head === undefined) throw new HostError("invalid-argument", "there is no answer yet");
    return this.#head;
  }

  /** What is there, at most so much; `undefined` at the end. Throws `HostError` where the body failed, whatever was read ahead. */
  read(bytesMax: number): Uint8Array | undefined {
    this.head();
    const [first] = this.#pieces;
    if (first === undefined) return this.#isOver ? undefined : new Uint8Array(0);
    const bytes = first.subarray(0, bytesMax);
    if (bytes.length < first.length) this.#pieces[0] = first.subarray(bytes.length);
    else this.#pieces.shift();
    this.#aheadBytes -= bytes.length;
    this.#wake();
    return bytes;
  }

  /** What followed the body; nothing when the guest did not read so far. Throws `HostError` where the body failed. */
  trailers(): readonly Header[] {
    this.head();
    return this.#trailers;
  }

  /** Ends it where it is. */
  close(): void {
    this.#pieces = [];
    this.#aheadBytes = 0;
    this.#deadline.stop();
  }

  #requestBody(): RequestBody {
    if (this.#body === undefined)
      throw new HostError("invalid-argument", "the request has no body to write");
    return this.#body;
  }

  async #run(hop: Hop, terms: Terms): Promise<void> {
    let response: HttpPowerResponse | undefined;
    try {
      const arrival = await this.#arrive(hop, terms.firstByteMsMax);
      response = arrival.response;
      await this.#receive(arrival, terms.betweenBytesMsMax);
    } catch (error) {
      this.#failure = this.#deadline.explain(error);
      this.#pieces = [];
      this.#aheadBytes = 0;
    } finally {
      response?.cancel();
      this.#body?.abandon();
      this.#deadline[Symbol.dispose]();
      this.#isOver = true;
      this.#wake();
      this.#onEnd();
    }
  }

  async #arrive(hop: Hop, firstByteMsMax: number | undefined): Promise<Arrival> {
    const lift = firstByteMsMax === undefined ? undefined : this.#deadline.limit(firstByteMsMax);
    try {
      return await travel(this.#journey, hop);
    } finally {
      lift?.();
    }
  }

  async #receive({ url, response }: Arrival, betweenBytesMsMax: number | undefined): Promise<void> {
    const { grant, secrets, signal } = this.#journey;
    const headers = readHeaders(response.headers, secrets);
    const body = { ...response, body: this.#paced(response.body, betweenBytesMsMax) };
    const pieces = secrets.passClean(decodedChunks(body, grant.responseBytesMax), signal);
    this.#head = { status: response.status, url, headers };
    this.#wake();
    for await (const piece of pieces) {
      signal.throwIfAborted();
      this.#pieces.push(piece);
      this.#aheadBytes += piece.length;
      this.#wake();
      while (this.#aheadBytes >= AHEAD_BYTES) {
        await this.changed;
        signal.throwIfAborted();
      }
    }
    this.#trailers = readHeaders(response.trailers(), secrets);
  }

  /** Only the server's silence counts, not the guest's. */
  async *#paced(
    chunks: AsyncIterable<Uint8Array>,
    betweenBytesMsMax: number | undefined,
  ): AsyncGenerator<Uint8Array> {
    const start = () =>
      betweenBytesMsMax === undefined ? () => {} : this.#deadline.limit(betweenBytesMsMax);
    let lift = start();
    try {
      for await (const chunk of chunks) {
        lift();
        yield chunk;
        lift = start();
      }
    } finally {
      lift();
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
