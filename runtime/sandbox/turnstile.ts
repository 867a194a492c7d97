import { SandboxError } from "./errors.ts";

export interface TurnstileLimits {
  readonly insideMax: number;
  readonly waitingMax: number;
  readonly waitMsMax: number;
}

/** Leaves a place. Undefined where none was given: who waited was called up. */
export type Leave = (() => void) | undefined;

interface Waiting {
  readonly isBack: boolean;
  readonly admit: (leave: Leave) => void;
  readonly refuse: (error: SandboxError) => void;
}

/** Lets at most `insideMax` in at once, in order of arrival, and turns away who would wait in a full or slow queue. */
export class Turnstile {
  readonly #limits: TurnstileLimits;
  #inside = 0;
  #queue: readonly Waiting[] = [];
  #passMs = 0;
  /** Calls that ended in somebody else's place. */
  #followed = 0;

  constructor(limits: TurnstileLimits) {
    this.#limits = limits;
  }

  /** The same at once, where a place is free. */
  tryEnter(signal: AbortSignal): (() => void) | undefined {
    if (signal.aborted || this.#inside >= this.#limits.insideMax) return undefined;
    this.#inside += 1;
    return this.#leaving();
  }

  /**
   * Resolves with the function to leave by, to be called once. Rejects with `ERR_OVERLOADED` or `ERR_CALL_CANCELLED`.
   * Who `isBack` was let in before and got nowhere: it waits before all who came later, is not turned away for their number,
   * and is not called up again.
   */
  async enter(signal: AbortSignal, isBack = false): Promise<Leave> {
    if (signal.aborted) throw new SandboxError("ERR_CALL_CANCELLED", "the call was cancelled");
    if (this.#inside < this.#limits.insideMax) {
      this.#inside += 1;
      return this.#leaving();
    }
    if (isBack || this.#queue.length < this.#limits.waitingMax) return this.#wait(signal, isBack);
    throw this.#overloaded("too many calls are waiting");
  }

  get isWaitedFor(): boolean {
    return this.#queue.length > 0;
  }

  /**
   * A call has ended behind another, or has others behind it: whoever waits longest need not wait any more, and gets no place.
   * Nobody, where that one must have a place.
   */
  callUp(): void {
    this.#followed += 1;
    const [next] = this.#queue;
    if (next?.isBack === false) next.admit(undefined);
  }

  #leaving(): () => void {
    const enteredMs = performance.now();
    const followedBefore = this.#followed;
    return () => {
      const passes = 1 + (this.#followed - followedBefore) / this.#limits.insideMax;
      this.#leave((performance.now() - enteredMs) / passes);
    };
  }

  close(error: SandboxError): void {
    for (const waiting of this.#queue) waiting.refuse(error);
  }

  #wait(signal: AbortSignal, isBack: boolean): Promise<Leave> {
    const { promise, resolve, reject } = Promise.withResolvers<Leave>();
    const settle = (): void => {
      this.#queue = this.#queue.filter((other) => other !== waiting);
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
    };
    const waiting: Waiting = {
      isBack,
      admit: (leave) => {
        settle();
        resolve(leave);
      },
      refuse: (error) => {
        settle();
        reject(error);
      },
    };
    const cancel = (): void =>
      waiting.refuse(new SandboxError("ERR_CALL_CANCELLED", "the call was cancelled"));
    const timer = setTimeout(
      () => waiting.refuse(this.#overloaded("the call waited too long")),
      this.#limits.waitMsMax,
    );
    signal.addEventListener("abort", cancel, { once: true });
    const ahead = this.#queue.filter((other) => other.isBack || !isBack);
    this.#queue = [...ahead, waiting, ...this.#queue.slice(ahead.length)];
    return promise;
  }

  #leave(passMs: number): void {
    this.#passMs = passMs;
    const next = this.#queue[0];
    // The place goes to the next in line, so that nobody who comes later slips in between.
    if (next === undefined) this.#inside -= 1;
    else next.admit(this.#leaving());
  }

  #overloaded(why: string): SandboxError {
    const passes = (this.#queue.length + 1) / this.#limits.insideMax;
    const retryAfterMs = Math.ceil(Math.min(Math.max(passes * this.#passMs, 100), 60_000));
    return new SandboxError("ERR_OVERLOADED", why, { retryAfterMs });
  }
}
