import { Buffer } from "node:buffer";
import { readSync, writeSync } from "node:fs";
import process from "node:process";
import { encodeHead, PREFIX_BYTES } from "../frames.ts";
import { AWAKE_MS, type ToRunner } from "../protocol.ts";

export const CHANNEL_FD = 3;
const READ_BYTES = 64 * 1024;
/** Up to this size a body is copied behind its head, for one system call instead of two. */
const JOINED_BYTES_MAX = 64 * 1024;

/** Taken before anybody else's code runs. */
const now = performance.now.bind(performance);

export interface Received {
  readonly message: unknown;
  readonly body: Uint8Array;
}

/**
 * The inner end of fd 3, blocking: while a host call is under way, the whole process waits in `read`.
 * What arrives is the broker's word and is trusted. The broker's end of the channel means: this process has no purpose.
 */
export class Wire {
  #buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  #start = 0;
  #end = 0;
  #behind: Received[] = [];
  readonly #hasInput: (() => boolean) | undefined;
  /** Whether what comes next is worth staying awake for. The broker says it with each call. */
  isHurried = false;

  /** `hasInput` looks whether there is something to be read, and waits for nothing. */
  constructor(hasInput?: () => boolean) {
    this.#hasInput = hasInput;
  }

  receive(): Received {
    return this.#behind.shift() ?? this.#read();
  }

  /** The next message that is no call. A call that came ahead of its turn is kept for it. */
  receiveAnswer(): Received {
    for (;;) {
      const received = this.#read();
      if ((received.message as ToRunner).t !== "call") return received;
      this.#behind.push(received);
    }
  }

  #read(): Received {
    this.#need(PREFIX_BYTES);
    const headerBytes = this.#buffer.readUInt32LE(this.#start);
    const bodyBytes = this.#buffer.readUInt32LE(this.#start + 4);
    this.#start += PREFIX_BYTES;
    this.#need(headerBytes + bodyBytes);
    const bodyStart = this.#start + headerBytes;
    const message: unknown = JSON.parse(this.#buffer.toString("utf8", this.#start, bodyStart));
    // A copy: the guest may keep it.
    const body = new Uint8Array(this.#buffer.subarray(bodyStart, bodyStart + bodyBytes));
    this.#start = bodyStart + bodyBytes;
    if (this.#start === this.#end) this.#rewind();
    return { message, body };
  }

  /** Throws `RangeError` when the header is too large for the protocol; then nothing was sent. */
  send(message: object, body?: Uint8Array): void {
    const head = encodeHead(message, body?.length ?? 0);
    if (body === undefined || body.length === 0) writeAll(head);
    else if (body.length <= JOINED_BYTES_MAX) writeAll(Buffer.concat([head, body]));
    else {
      writeAll(head);
      writeAll(body);
    }
  }

  #rewind(): void {
    this.#start = 0;
    this.#end = 0;
    // A large load is over: give its buffer back.
    if (this.#buffer.length > READ_BYTES) this.#buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  }

  #stayAwake(): void {
    if (this.#hasInput === undefined) return;
    const untilMs = now() + AWAKE_MS;
    while (!this.#hasInput() && now() < untilMs);
  }

  #need(bytes: number): void {
    if (this.#buffer.length - this.#start < bytes) {
      const larger = bytes > this.#buffer.length ? Buffer.allocUnsafeSlow(bytes) : this.#buffer;
      this.#buffer.copy(larger, 0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
      this.#buffer = larger;
    }
    while (this.#end - this.#start < bytes) {
      if (this.isHurried) this.#stayAwake();
      const count = readSync(
        CHANNEL_FD,
        this.#buffer,
        this.#end,
        this.#buffer.length - this.#end,
        null,
      );
      if (count === 0) process.exit(0);
      this.#end += count;
    }
  }
}

function writeAll(bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length)
    offset += writeSync(CHANNEL_FD, bytes, offset, bytes.length - offset);
}
