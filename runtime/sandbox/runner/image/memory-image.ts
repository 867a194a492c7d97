import { Buffer } from "node:buffer";
import { TOUCHED } from "../../touched.ts";

/** How finely the image tells what was zero from what was not. A page of 64 KiB is a whole number of these. */
const GRAIN_BYTES = 16_384;
const ZEROS = Buffer.alloc(GRAIN_BYTES);

/**
 * The content of one linear memory, and the way back to it. Where it is known which pages were touched, they alone are
 * restored, and a call costs what it wrote; else all is. What was zero is half of a guest's memory (its stack, its free
 * space): no image of it is kept, and it is compared before it is written, so that pages that nobody touched stay untouched.
 */
export class MemoryImage {
  readonly #memory: WebAssembly.Memory;
  readonly #sizeBytes: number;
  /** Undefined for what was zero. */
  readonly #grains: readonly (Buffer | undefined)[];
  readonly #touched: Uint8Array | undefined;
  /** The same in pieces of four pages, most of which nobody touches. */
  readonly #fours: Uint32Array;
  #view: Buffer;

  /** `touched` has a byte for each page, see `TOUCHED`. What it told up to now is forgotten. */
  constructor(memory: WebAssembly.Memory, touched?: Uint8Array) {
    this.#memory = memory;
    this.#view = Buffer.from(memory.buffer);
    this.#sizeBytes = this.#view.length;
    this.#grains = readGrains(this.#view);
    const pages = Math.ceil(this.#sizeBytes / TOUCHED.pageBytes);
    this.#touched = touched?.subarray(0, pages).fill(0);
    this.#fours =
      touched === undefined
        ? new Uint32Array()
        : new Uint32Array(touched.buffer, touched.byteOffset, Math.ceil(pages / 4));
  }

  /** False when the memory has grown: no memory ever shrinks. */
  restore(): boolean {
    const { buffer } = this.#memory;
    if (buffer.byteLength !== this.#sizeBytes) return false;
    // Growing by nothing also replaces the buffer.
    if (this.#view.buffer !== buffer) this.#view = Buffer.from(buffer);
    if (this.#touched === undefined) this.#restore(0, this.#sizeBytes);
    else this.#restoreTouched(this.#touched);
    return true;
  }

  #restoreTouched(touched: Uint8Array): void {
    const { pageBytes, reachBytes } = TOUCHED;
    for (let four = 0; four < this.#fours.length; four += 1) {
      if (this.#fours[four] === 0) continue;
      for (let page = four * 4; page < four * 4 + 4; page += 1) {
        if (touched[page] !== 1) continue;
        const start = page * pageBytes;
        this.#restore(start, Math.min(start + pageBytes + reachBytes, this.#sizeBytes));
      }
      this.#fours[four] = 0;
    }
  }

  #restore(from: number, to: number): void {
    for (let start = from; start < to;) {
      const grain = Math.floor(start / GRAIN_BYTES);
      const grainStart = grain * GRAIN_BYTES;
      const end = Math.min(grainStart + GRAIN_BYTES, to);
      const content = this.#grains[grain];
      if (content !== undefined)
        content.copy(this.#view, start, start - grainStart, end - grainStart);
      else if (this.#touched !== undefined || !isZero(this.#view, start, end))
        this.#view.fill(0, start, end);
      start = end;
    }
  }
}

function readGrains(memory: Buffer): readonly (Buffer | undefined)[] {
  return Array.from({ length: memory.length / GRAIN_BYTES }, (_, grain) => {
    const start = grain * GRAIN_BYTES;
    const end = start + GRAIN_BYTES;
    return isZero(memory, start, end) ? undefined : copyOf(memory, start, end);
  });
}

/** Outside of the pool of small buffers, which other code shares. */
function copyOf(memory: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(end - start);
  memory.copy(copy, 0, start, end);
  return copy;
}

function isZero(bytes: Buffer, start: number, end: number): boolean {
  return bytes.compare(ZEROS, 0, end - start, start, end) === 0;
}
