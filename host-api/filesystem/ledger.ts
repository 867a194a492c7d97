import { HostError } from "../errors.ts";

export interface Usage {
  readonly bytes: number;
  readonly files: number;
}

/** A count is believed for this long, or for twenty times as long as it took: counting costs at most a twentieth. */
const FRESH_MS = 1000;
const FRESH_FACTOR = 20;
/** Most folders are counted at once. A large one is counted in the background, so that other plugins' calls go on. */
const FIRST_SLICE_MS = 50;
const SLICE_MS = 4;

/** Thrown instead of an answer while a count runs in the background. Nothing has changed: try again when it is over. */
export class CountUnderWay extends Error {
  readonly over: Promise<void>;
  constructor(over: Promise<void>) {
    super("the plugin's folder is being counted");
    this.over = over;
  }
}

/**
 * What a plugin's folder holds, against what it may hold.
 * Kept by addition between counts. Counted anew when the last count is old, since the operator, or a second
 * server on the same workspace, may have changed the folder too.
 */
export class Ledger {
  readonly #max: Usage;
  readonly #count: () => Generator<void, Usage>;
  readonly #monotonicMs: () => number;
  #bytes = 0;
  #files = 0;
  #freshUntilMs = Number.NEGATIVE_INFINITY;
  #failure: unknown;
  #underWay: Promise<void> | undefined;

  constructor(max: Usage, count: () => Generator<void, Usage>, monotonicMs: () => number) {
    this.#max = max;
    this.#count = count;
    this.#monotonicMs = monotonicMs;
  }

  /** Refuses growth that does not fit: `quota-exceeded`, or what the count threw. Throws `CountUnderWay`. */
  assertRoom(growth: Usage): void {
    if (growth.bytes === 0 && growth.files === 0) return;
    this.assertStill();
    if (this.#monotonicMs() >= this.#freshUntilMs) this.#recount();
    if (this.#failure !== undefined) throw this.#failure;
    const fits =
      this.#bytes + growth.bytes <= this.#max.bytes &&
      this.#files + growth.files <= this.#max.files;
    if (!fits) throw new HostError("quota-exceeded", "the plugin's folder is full");
  }

  /** While a count runs nothing may be moved, or it would be missed. Throws `CountUnderWay`. */
  assertStill(): void {
    if (this.#underWay !== undefined) throw new CountUnderWay(this.#underWay);
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
    const walk = this.#count();
    if (this.#advance(walk, startMs, FIRST_SLICE_MS)) return;
    this.#underWay = this.#goOn(walk, startMs).finally(() => (this.#underWay = undefined));
    throw new CountUnderWay(this.#underWay);
  }

  async #goOn(walk: Generator<void, Usage>, startMs: number): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (!this.#advance(walk, startMs, SLICE_MS));
  }

  /** Walks on for a while. True when the count is over, and then it is kept, or why there is none. */
  #advance(walk: Generator<void, Usage>, startMs: number, sliceMs: number): boolean {
    const untilMs = this.#monotonicMs() + sliceMs;
    this.#failure = undefined;
    try {
      let step = walk.next();
      while (!step.done && this.#monotonicMs() < untilMs) step = walk.next();
      if (!step.done) return false;
      this.#bytes = step.value.bytes;
      this.#files = step.value.files;
    } catch (error) {
      this.#failure = error;
    }
    const endMs = this.#monotonicMs();
    this.#freshUntilMs = endMs + Math.max(FRESH_MS, FRESH_FACTOR * (endMs - startMs));
    return true;
  }
}
