import { GuestRefusal, type GuestAnswer, type GuestChannel } from "../../guest.ts";
import type { Readiness, Waiter } from "../../io/poll.ts";
import type { JsonValue } from "../../json.ts";
import { headersOf, headOf, type HttpHead } from "../channel.ts";
import type { ExchangeEvent } from "../exchange.ts";
import type { Header } from "../headers.ts";
import { READ_BYTES_MAX, WAIT_MS_MAX } from "../limits.ts";
import { type ErrorCode, errorCodeOf } from "./error-code.ts";

/** Waits for any of several exchanges at once. It remembers nothing. */
export function makeWaiter(channel: GuestChannel): Waiter {
  return {
    wait(all, timeoutMs) {
      const remotes = [...new Set(all)];
      const limitMs = timeoutMs === undefined ? null : Math.min(timeoutMs, WAIT_MS_MAX);
      const items = remotes.map(({ item: [handle, event] }) => [handle, event]);
      const { value } = channel.call("http.wait", [items, limitMs]);
      if (!Array.isArray(value)) throw new GuestRefusal("internal");
      for (const index of value) remotes[Number(index)]?.settle();
    },
  };
}

/** What opens an exchange: a handle, or why there is none. */
export type Opened = { readonly handle: number } | { readonly refused: ErrorCode };

/** A request under way, on the guest's side: shared by the objects that belong to it, of which the last closes it. */
export class Exchange {
  readonly #channel: GuestChannel;
  readonly #waiter: Waiter;
  readonly #handle: number;
  #users = 1;
  /** Why it is over for the guest, when it is. */
  #end: ErrorCode | undefined;

  constructor(channel: GuestChannel, waiter: Waiter, opened: Opened) {
    this.#channel = channel;
    this.#waiter = waiter;
    if ("handle" in opened) this.#handle = opened.handle;
    else [this.#handle, this.#end] = [0, opened.refused];
  }

  retain(): this {
    this.#users += 1;
    return this;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users === 0) this.abort();
  }

  /** Ends it for all who share it. */
  abort(): void {
    if (this.#end !== undefined) return;
    this.#call("close");
    this.#end = { tag: "HTTP-protocol-error" };
  }

  write(bytes: Uint8Array): void {
    this.#call("write", [], bytes);
  }

  finish(): void {
    this.#call("finish");
  }

  head(): HttpHead {
    return headOf(this.#call("head").value);
  }

  trailers(): readonly Header[] {
    return headersOf(this.#call("trailers").value);
  }

  /** `undefined` at the end; no bytes when there are none now. */
  read(): Uint8Array | undefined {
    const { value, body } = this.#call("read", [READ_BYTES_MAX]);
    return value === true ? body : undefined;
  }

  /** What is said of `event` until `unsettle`. */
  event(event: ExchangeEvent): Readiness & { unsettle(): void } {
    let isSettled = false;
    return {
      ready: () => isSettled || this.#end !== undefined,
      block: () => {},
      unsettle: () => (isSettled = false),
      remote: {
        waiter: this.#waiter,
        item: [this.#handle, event],
        settle: () => (isSettled = true),
      },
    };
  }

  /** The `error-code` for what one of these methods threw. */
  errorCodeOf(error: unknown): ErrorCode {
    return this.#end ?? errorCodeOf(error);
  }

  #call(operation: string, args: readonly JsonValue[] = [], body?: Uint8Array): GuestAnswer {
    if (this.#end !== undefined) throw new GuestRefusal("invalid-argument");
    return this.#channel.call(`http.${operation}`, [this.#handle, ...args], body);
  }
}
