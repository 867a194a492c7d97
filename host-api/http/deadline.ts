import { HostError } from "../errors.ts";

/** Stops what runs under its signal when the time is up, or its call has ended, whichever is first. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #callSignal: AbortSignal;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(callSignal: AbortSignal, timeoutMs: number) {
    this.#callSignal = callSignal;
    if (callSignal.aborted) this.stop();
    callSignal.addEventListener("abort", this.stop, { once: true });
    this.limit(timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly stop = (): void =>
    this.#controller.abort(
      new HostError("timed-out", "the request took too long, or its call ended"),
    );

  /** A further limit from now on. Answers what lifts it again. */
  limit(timeoutMs: number): () => void {
    const timer = setTimeout(this.stop, timeoutMs);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  /** What went wrong, as a `HostError`: a request that was stopped fails in many ways. */
  explain(cause: unknown): HostError {
    if (cause instanceof HostError) return cause;
    return this.signal.aborted
      ? new HostError("timed-out", "the request took too long", { cause })
      : new HostError("unreachable", "the request failed", { cause });
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#callSignal.removeEventListener("abort", this.stop);
  }
}
