import type { Writable } from "node:stream";
import { BEHIND_BYTES_MAX, BEHIND_COUNT_MAX } from "./calls-behind.ts";

/** Of messages that are sent later. As many as may be behind at one time, and as many again of whose writing we have not heard. */
const LATER_BYTES_MAX = 4 * BEHIND_COUNT_MAX * BEHIND_BYTES_MAX;

type Part = Uint8Array | undefined;

/**
 * The broker's writing half of a channel. What a runner does not read, the broker holds: one message on its way, one behind
 * it, and the short messages of calls whose turn has not come. An honest runner reads before it goes on, but libuv may tell
 * us of its own writing only after it has read what the runner said next.
 */
export class Outlet {
  readonly #channel: Writable;
  readonly #refuse: () => void;
  #unsent: (() => void) | undefined;
  #later: Buffer[] = [];
  /** Of those messages, what the broker holds. */
  #laterBytes = 0;

  /** `refuse` is called when the runner went on without reading what it was sent. */
  constructor(channel: Writable, refuse: () => void) {
    this.#channel = channel;
    this.#refuse = refuse;
  }

  send(head: Buffer, ...parts: readonly Part[]): void {
    const write = (): void => this.#write(head, parts);
    if (this.#channel.writableLength === 0) write();
    else if (this.#unsent === undefined) this.#unsent = write;
    else this.#refuse();
  }

  /** Sends at the end of this turn, all that is sent so in one piece, and behind all that was sent before. */
  sendLater(message: Buffer): void {
    if (this.#later.length === 0) process.nextTick(() => this.flush());
    this.#later.push(message);
    this.#laterBytes += message.length;
    if (this.#laterBytes > LATER_BYTES_MAX) this.#refuse();
  }

  /** What was to be sent later is sent now, unless something waits that goes before it. */
  flush(): void {
    if (this.#later.length === 0 || this.#unsent !== undefined) return;
    const messages = Buffer.concat(this.#later);
    this.#later = [];
    this.#channel.write(messages, () => {
      this.#laterBytes -= messages.length;
      this.#written();
    });
  }

  /** Nothing is sent any more. */
  end(): void {
    this.#unsent = undefined;
    this.#later = [];
  }

  #write(head: Buffer, parts: readonly Part[]): void {
    const bodies = parts.filter((part) => part !== undefined && part.length > 0);
    if (bodies.length > 0) this.#channel.cork();
    for (const part of [head, ...bodies]) this.#channel.write(part, this.#written);
    if (bodies.length > 0) this.#channel.uncork();
  }

  readonly #written = (): void => {
    const write = this.#unsent;
    if (write === undefined || this.#channel.writableLength > 0) return;
    this.#unsent = undefined;
    write();
    this.flush();
  };
}
