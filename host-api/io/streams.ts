import { Pollable, type Readiness } from "./poll.ts";

/**
 * Guest-side `wasi:io` objects: error and streams, for every capability that hands streams to a guest.
 * They run in the runner, inside the seal; sources and sinks behind them block on the channel.
 */

export class IoError {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toDebugString(): string {
    return this.#text;
  }
}

/** The `stream-error` variant as jco's generated code expects it to be thrown. */
export type StreamError =
  | { readonly tag: "closed" }
  | { readonly tag: "last-operation-failed"; readonly val: IoError };

const CLOSED: StreamError = { tag: "closed" };
/** The most that one read answers, whatever the guest asks for. */
export const READ_BYTES_MAX = 1024 * 1024;
/** What `check-write` permits at a time. */
export const WRITE_BYTES_MAX = 1024 * 1024;

/**
 * Where an input stream's bytes come from. `undefined` is the end; errors are thrown and end the stream.
 * An empty array means nothing now, and only a source with a `readiness` may answer it, which is then no longer ready.
 */
export interface InputSource {
  read(lengthBytesMax: number): Uint8Array | undefined;
  readiness?: Readiness;
  close?(): void;
}

export class InputStream {
  readonly #source: InputSource;
  #closed = false;
  constructor(source: InputSource) {
    this.#source = source;
  }
  read(length: bigint): Uint8Array {
    if (this.#closed) throw CLOSED;
    const lengthBytes = Number(length > BigInt(READ_BYTES_MAX) ? BigInt(READ_BYTES_MAX) : length);
    if (lengthBytes === 0) return new Uint8Array(0);
    const bytes = this.#attempt(() => this.#source.read(lengthBytes));
    if (bytes === undefined) {
      this.#closed = true;
      throw CLOSED;
    }
    // The guest has made room for what it asked for, and for no byte more.
    if (bytes.length > lengthBytes) throw new Error("a source answered more than was asked for");
    return bytes;
  }
  blockingRead(length: bigint): Uint8Array {
    for (;;) {
      const bytes = this.read(length);
      if (bytes.length > 0 || length === 0n) return bytes;
      if (this.#source.readiness === undefined) throw new Error("a source has nothing to wait for");
      new Pollable(this.#source.readiness).block();
    }
  }
  skip(length: bigint): bigint {
    return BigInt(this.read(length).length);
  }
  blockingSkip(length: bigint): bigint {
    return BigInt(this.blockingRead(length).length);
  }
  /** A closed stream is ready: the next read says so at once. */
  subscribe(): Pollable {
    const { readiness } = this.#source;
    if (readiness === undefined) return new Pollable();
    return new Pollable({ ...readiness, ready: () => this.#closed || readiness.ready() });
  }
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#source.close?.();
  }
  #attempt<Result>(operation: () => Result): Result {
    try {
      return operation();
    } catch (error) {
      this.#closed = true;
      throw toStreamError(error);
    }
  }
}

/** Where an output stream's bytes go. Errors are thrown, and end the stream. */
export interface OutputSink {
  write(bytes: Uint8Array): void;
  flush?(): void;
  close?(): void;
}

export class OutputStream {
  readonly #sink: OutputSink;
  #closed = false;
  constructor(sink: OutputSink) {
    this.#sink = sink;
  }
  checkWrite(): bigint {
    if (this.#closed) throw CLOSED;
    return BigInt(WRITE_BYTES_MAX);
  }
  /** Traps on more than `check-write` permits, as WASI says. */
  write(contents: Uint8Array): void {
    if (contents.length > WRITE_BYTES_MAX)
      throw new Error("a write beyond what check-write permits");
    this.#attempt(() => this.#sink.write(contents));
  }
  blockingWriteAndFlush(contents: Uint8Array): void {
    this.write(contents);
    this.flush();
  }
  flush(): void {
    this.#attempt(() => this.#sink.flush?.());
  }
  blockingFlush(): void {
    this.flush();
  }
  subscribe(): Pollable {
    return new Pollable();
  }
  writeZeroes(length: bigint): void {
    if (length > BigInt(WRITE_BYTES_MAX))
      throw new Error("a write beyond what check-write permits");
    this.write(new Uint8Array(Number(length)));
  }
  blockingWriteZeroesAndFlush(length: bigint): void {
    this.writeZeroes(length);
    this.flush();
  }
  splice(source: InputStream, length: bigint): bigint {
    return this.#splice(() => source.read(length));
  }
  blockingSplice(source: InputStream, length: bigint): bigint {
    return this.#splice(() => source.blockingRead(length));
  }
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#sink.close?.();
  }
  /** A closed sink is found before the source is read: bytes that were read and not written would be lost. */
  #splice(read: () => Uint8Array): bigint {
    this.checkWrite();
    const bytes = read();
    this.write(bytes);
    return BigInt(bytes.length);
  }
  #attempt<Result>(operation: () => Result): Result {
    if (this.#closed) throw CLOSED;
    try {
      return operation();
    } catch (error) {
      this.#closed = true;
      throw toStreamError(error);
    }
  }
}

function toStreamError(error: unknown): StreamError {
  const text = error instanceof Error ? error.message : String(error);
  return { tag: "last-operation-failed", val: new IoError(text) };
}
