const SMALL_BYTES = 256;

/** Bytes that are put together piece by piece, without keeping the pieces. */
export class ByteWriter {
  #bytes = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array | readonly number[]): void {
    const end = this.#length + piece.length;
    if (end > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, 2 * this.#bytes.length, SMALL_BYTES));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = end;
  }

  /** What was added, until something else is. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
