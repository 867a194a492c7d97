import { Buffer } from "node:buffer";

/** How finely the image tells what was zero from what was not. A page of 64 KiB is a whole number of these. */
const GRAIN_BYTES = 16_384;
/** Zeros are compared in pieces of this size, so that a touched stack is not written as a whole. */
const ZEROS = Buffer.alloc(128 * 1024);

/** A run of bytes of the memory: what was in it, or nothing when all of it was zero. */
interface Run {
  readonly start: number;
  readonly end: number;
  readonly content: Buffer | undefined;
}

/**
 * The content of one linear memory, and the way back to it. What was zero is kept as a length alone, and compared before it
 * is written: it is half of a guest's memory (its stack, its free space), and pages that nobody touched stay untouched.
 */
export class MemoryImage {
  readonly #memory: WebAssembly.Memory;
  readonly #sizeBytes: number;
  readonly #runs: readonly Run[];
  #view: Buffer;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#view = Buffer.from(memory.buffer);
    this.#sizeBytes = this.#view.length;
    this.#runs = [...readRuns(this.#view)];
  }

  /** False when the memory has grown: no memory ever shrinks. */
  restore(): boolean {
    const { buffer } = this.#memory;
    if (buffer.byteLength !== this.#sizeBytes) return false;
    // Growing by nothing also replaces the buffer.
    if (this.#view.buffer !== buffer) this.#view = Buffer.from(buffer);
    for (const { start, end, content } of this.#runs) {
      if (content !== undefined) content.copy(this.#view, start);
      else if (!isZero(this.#view, start, end)) this.#view.fill(0, start, end);
    }
    return true;
  }
}

function* readRuns(memory: Buffer): Generator<Run> {
  for (let start = 0; start < memory.length;) {
    const zero = isZero(memory, start, start + GRAIN_BYTES);
    const lengthMax = zero ? ZEROS.length : memory.length;
    let end = start + GRAIN_BYTES;
    while (
      end < memory.length &&
      end - start < lengthMax &&
      isZero(memory, end, end + GRAIN_BYTES) === zero
    )
      end += GRAIN_BYTES;
    yield { start, end, content: zero ? undefined : copyOf(memory, start, end) };
    start = end;
  }
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
