import { HostError } from "../errors.ts";

export interface Usage {
  readonly bytes: number;
  readonly files: number;
}

/** A count is believed for this long, or for twenty times as long as it took: counting costs at most a twentieth. */
const FRESH_MS = 1000;
const FRESH_FACTOR = 20;

/**
 * What a plugin's folder holds, against what it may hold.
 * Kept by addition between counts. Counted anew when the last count is old, since the operator, or a second
 * server on the same workspace, may have changed the folder too.
 */
export class Ledger {
  readonly #max: Usage;
  readonly #count: () => Usage;
  readonly #monotonicMs: () => number;
  #bytes = 0;
  #files = 0;
  #freshUntilMs = Number.NEGATIVE_INFINITY;

  constructor(max: Usage, count: () => Usage, monotonicMs: () => number) {
    this.#max = max;
    this.#count = count;
    this.#monotonicMs = monotonicMs;
  }

  /** Refuses growth that does not fit: `quota-exceeded`, or what the count threw. */
  assertRoom(growth: Usage): void {
    if (growth.bytes === 0 && growth.files === 0) return;
    if (this.#monotonicMs() >= this.#freshUntilMs) this.#recount();
    const fits =
      this.#bytes + growth.bytes <= this.#max.bytes &&
      this.#files + growth.files <= this.#max.files;
    if (!fits) throw new HostError("quota-exceeded", "the plugin's folder is full");
  }

  /** Takes room first and then grows: what failed gives its room back. */
  spend<Result>(growth: Usage, grow: () => Result): Result {
    this.assertRoom(growth);
    this.#bytes += growth.bytes;
    this.#files += growth.files;
    try {
      return grow();
    } catch (error) {
      this.release(growth);
      throw error;
    }
  }

  release(shrinkage: Usage): void {
    this.#bytes = Math.max(0, this.#bytes - shrinkage.bytes);
    this.#files = Math.max(0, this.#files - shrinkage.files);
  }

  #recount(): void {
    const startMs = this.#monotonicMs();
    const { bytes, files } = this.#count();
    const endMs = this.#monotonicMs();
    this.#bytes = bytes;
    this.#files = files;
    this.#freshUntilMs = endMs + Math.max(FRESH_MS, FRESH_FACTOR * (endMs - startMs));
  }
}
