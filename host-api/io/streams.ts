/**
 * Guest-side `wasi:io` objects: error, poll and streams, for every capability that hands streams to a guest.
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

/** What a pollable waits for. `block` returns when `ready` is true. */
export interface Readiness {
  ready(): boolean;
  block(): void;
}

const ALWAYS: Readiness = { ready: () => true, block: () => {} };

export class Pollable {
  readonly #readiness: Readiness;
  constructor(readiness: Readiness = ALWAYS) {
    this.#readiness = readiness;
  }
  ready(): boolean {
    return this.#readiness.ready();
  }
  block(): void {
    this.#readiness.block();
  }
}

/** `wasi:io/poll.poll`: blocks on the first pollable when none is ready, then reports all that are. Traps on an empty list. */
export function poll(pollables: readonly Pollable[]): Uint32Array {
  if (pollables.length === 0) throw new Error("poll of an empty list");
  const readyOnes = () => pollables.flatMap((pollable, index) => (pollable.ready() ? [index] : []));
  let ready = readyOnes();
  if (ready.length === 0) {
    pollables[0]?.block();
    ready = readyOnes();
  }
  return Uint32Array.from(ready.length === 0 ? [0] : ready);
}

/** The `stream-error` variant as jco's generated code expects it to be thrown. */
export type StreamError = { readonly tag: "closed" } | { readonly tag: "last-operation-failed"; readonly val: IoError };

const CLOSED: StreamError = { tag: "closed" };
/** The most that one read answers, whatever the guest asks for. */
export const READ_BYTES_MAX = 1024 * 1024;
/** What `check-write` permits at a time. */
export const WRITE_BYTES_MAX = 1024 * 1024;

/** Where an input stream's bytes come from. An empty array means: nothing now. `undefined`: the end. Errors are thrown. */
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
    const bytes = attempt(() => this.#source.read(lengthBytes));
    if (bytes === undefined) {
      this.#closed = true;
      throw CLOSED;
    }
    return bytes;
  }
  blockingRead(length: bigint): Uint8Array {
    for (;;) {
      const bytes = this.read(length);
      if (bytes.length > 0 || length === 0n) return bytes;
      this.#source.readiness?.block();
    }
  }
  skip(length: bigint): bigint {
    return BigInt(this.read(length).length);
  }
  blockingSkip(length: bigint): bigint {
    return BigInt(this.blockingRead(length).length);
  }
  subscribe(): Pollable {
    return new Pollable(this.#source.readiness);
  }
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#source.close?.();
  }
}

/** Where an output stream's bytes go. Errors are thrown. */
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
  write(contents: Uint8Array): void {
    if (this.#closed) throw CLOSED;
    attempt(() => this.#sink.write(contents));
  }
  blockingWriteAndFlush(contents: Uint8Array): void {
    this.write(contents);
    this.flush();
  }
  flush(): void {
    if (this.#closed) throw CLOSED;
    attempt(() => this.#sink.flush?.());
  }
  blockingFlush(): void {
    this.flush();
  }
  subscribe(): Pollable {
    return new Pollable();
  }
  writeZeroes(length: bigint): void {
    if (length > BigInt(WRITE_BYTES_MAX)) throw new Error("write-zeroes beyond what check-write permitted");
    this.write(new Uint8Array(Number(length)));
  }
  blockingWriteZeroesAndFlush(length: bigint): void {
    this.writeZeroes(length);
    this.flush();
  }
  splice(source: InputStream, length: bigint): bigint {
    const bytes = source.read(length);
    this.write(bytes);
    return BigInt(bytes.length);
  }
  blockingSplice(source: InputStream, length: bigint): bigint {
    const bytes = source.blockingRead(length);
    this.write(bytes);
    return BigInt(bytes.length);
  }
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#sink.close?.();
  }
}

function attempt<Result>(operation: () => Result): Result {
  try {
    return operation();
  } catch (error) {
    const text = error instanceof Error ? error.message : "failed";
    throw { tag: "last-operation-failed", val: new IoError(text) } satisfies StreamError;
  }
}
