import { Buffer } from "node:buffer";

const CHUNK_BYTES = 65_536;
const ZEROS = Buffer.alloc(CHUNK_BYTES);

/**
 * The content of one linear memory, and the way back to it. What was zero to the end is kept as a length alone and is
 * compared before it is written, so that pages which nobody ever touched stay untouched.
 */
export class MemoryImage {
  readonly #memory: WebAssembly.Memory;
  readonly #sizeBytes: number;
  readonly #content: Buffer;
  #view: Buffer;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#view = Buffer.from(memory.buffer);
    this.#sizeBytes = this.#view.length;
    let used = this.#sizeBytes;
    while (used > 0 && isZero(this.#view, used - CHUNK_BYTES, used)) used -= CHUNK_BYTES;
    // `Buffer.from(buffer)` copies, and outside of the pool that other code shares.
    this.#content = Buffer.allocUnsafeSlow(used);
    this.#view.copy(this.#content, 0, 0, used);
  }

  /** False when the memory has grown: no memory ever shrinks. */
  restore(): boolean {
    const { buffer } = this.#memory;
    if (buffer.byteLength !== this.#sizeBytes) return false;
    // Growing by nothing also replaces the buffer.
    if (this.#view.buffer !== buffer) this.#view = Buffer.from(buffer);
    const view = this.#view;
    this.#content.copy(view);
    for (let at = this.#content.length; at < this.#sizeBytes; at += CHUNK_BYTES)
      if (!isZero(view, at, at + CHUNK_BYTES)) view.fill(0, at, at + CHUNK_BYTES);
    return true;
  }
}

/** A memory is made of pages of 64 KiB, so chunks of that size leave no rest. */
function isZero(bytes: Buffer, start: number, end: number): boolean {
  return bytes.compare(ZEROS, 0, CHUNK_BYTES, start, end) === 0;
}
