import { JSON_HEADERS, STREAM_HEADERS, toEvent } from "./answers.ts";
import type { HttpExchange, HttpStream } from "./exchange.ts";

/** How long a client is told to wait before it asks for the rest of a stream that broke. */
const RETRY_MS = 1000;
const KEEP_ALIVE_MS = 15_000;

/** Keeps what a stream sends, and names it. */
export interface KeepEvent {
  (json: string): string;
}

export interface ReplySetting {
  /** Beside those of every response: a session's id. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where what is sent can be asked for again. */
  readonly keep?: KeepEvent;
  /** Whether the client knows events without data, by which it learns where the stream begins. */
  readonly isPrimed?: boolean;
}

/**
 * The response to one JSON-RPC request: plain JSON when the result is all there is to say, and a stream of events from
 * the moment when there is something to say before it.
 */
export class Reply {
  readonly #setting: ReplySetting;
  #exchange: HttpExchange | undefined;
  #stream: HttpStream | undefined;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(exchange: HttpExchange, setting: ReplySetting = {}) {
    this.#exchange = exchange;
    this.#setting = setting;
  }

  /** Begins the stream, if it has not begun: from then on a broken connection loses nothing. */
  open(): void {
    if (this.#stream || !this.#exchange) return;
    const stream = this.#attach(this.#exchange);
    const { keep, isPrimed } = this.#setting;
    if (keep && isPrimed) stream.write(`id: ${keep("")}\nretry: ${RETRY_MS}\ndata: \n\n`);
  }

  /** Something before the result. */
  notify(json: string): void {
    this.open();
    const id = this.#setting.keep?.(json);
    this.#stream?.write(toEvent(json, id));
  }

  /** The result, and the end. */
  finish(json: string, status = 200): void {
    clearInterval(this.#keepAlive);
    if (this.#stream) {
      const id = this.#setting.keep?.(json);
      this.#stream.end(toEvent(json, id));
    } else this.#exchange?.answer(status, { ...JSON_HEADERS, ...this.#setting.headers }, json);
    this.#exchange = undefined;
    this.#stream = undefined;
  }

  /** Ends the connection before the result: the client comes back for it. */
  detach(): void {
    clearInterval(this.#keepAlive);
    this.#stream?.end();
    this.#exchange = undefined;
  }

  /** Goes on over another connection. */
  resume(exchange: HttpExchange, missed: string): void {
    this.detach();
    this.#attach(exchange).write(missed);
  }

  #attach(exchange: HttpExchange): HttpStream {
    this.#exchange = exchange;
    const stream = exchange.stream(200, { ...STREAM_HEADERS, ...this.#setting.headers });
    this.#stream = stream;
    this.#keepAlive = setInterval(() => stream.write(": still here\n\n"), KEEP_ALIVE_MS).unref();
    exchange.onClosed(() => {
      if (this.#stream === stream) clearInterval(this.#keepAlive);
    });
    return stream;
  }
}
