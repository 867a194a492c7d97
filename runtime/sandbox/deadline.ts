/**
 * One deadline at a time, for whoever sets thousands of them a second and meets nearly all: a timer is not made and ended
 * for each. The one that runs looks, when it rings, whether a deadline has passed, and goes on where that is later.
 */
export class Deadline {
  #atMs = Number.POSITIVE_INFINITY;
  #ringsAtMs = Number.POSITIVE_INFINITY;
  #passed: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;

  /** In the place of the last one. `passed` is called once, not before `durationMs` are over. */
  set(durationMs: number, passed: () => void): void {
    this.#atMs = performance.now() + durationMs;
    this.#passed = passed;
    if (this.#atMs < this.#ringsAtMs) this.#ringIn(durationMs);
  }

  /** It was met. */
  clear(): void {
    this.#atMs = Number.POSITIVE_INFINITY;
  }

  /** None will be set any more: nothing keeps the process. */
  end(): void {
    this.clear();
    clearTimeout(this.#timer);
    this.#ringsAtMs = Number.POSITIVE_INFINITY;
  }

  #ringIn(durationMs: number): void {
    clearTimeout(this.#timer);
    this.#ringsAtMs = performance.now() + durationMs;
    this.#timer = setTimeout(() => this.#ring(), durationMs);
  }

  #ring(): void {
    this.#ringsAtMs = Number.POSITIVE_INFINITY;
    if (this.#atMs === Number.POSITIVE_INFINITY) return;
    const leftMs = this.#atMs - performance.now();
    if (leftMs > 0) return this.#ringIn(Math.ceil(leftMs));
    this.clear();
    this.#passed();
  }
}
