import type { Writable } from "node:stream";

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

  /** Sends at the end of this turn, all that is sent so in one piece. */
  sendLater(message: Buffer): void {
    if (this.#later.length === 0) process.nextTick(() => this.flush());
    this.#later.push(message);
  }

  /** What was to be sent later is sent now. */
  flush(): void {
    if (this.#later.length === 0) return;
    const messages = this.#later;
    this.#later = [];
    this.#channel.write(Buffer.concat(messages), this.#written);
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
  };
}
