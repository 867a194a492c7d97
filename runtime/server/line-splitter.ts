const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines. A line that is too long is skipped as it arrives, never held. */
export class LineSplitter {
  readonly #bytesMax: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The lines that `chunk` completes, without their ends; `too long` stands for one that was skipped. */
  push(chunk: Uint8Array): (Uint8Array | "too long")[] {
    const lines: (Uint8Array | "too long")[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(this.#bytes > this.#bytesMax ? "too long" : Buffer.concat(this.#parts));
      this.#parts = [];
      this.#bytes = 0;
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  #keep(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#bytesMax) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }
}
