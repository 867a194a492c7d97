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

  /** Pieces of like size are joined: a line that comes byte by byte would be held as millions of them. */
  #keep(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#bytesMax) this.#parts = [];
    if (this.#bytes > this.#bytesMax || part.length === 0) return;
    let piece = part;
    for (
      let last = this.#parts.at(-1);
      last && last.length <= piece.length;
      last = this.#parts.at(-1)
    ) {
      this.#parts.pop();
      piece = Buffer.concat([last, piece]);
    }
    this.#parts.push(piece);
  }
}
