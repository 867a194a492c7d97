import { DOMException } from "./dom-exception.ts";
import { Event, EventTarget } from "./events.ts";
import { setTimeout } from "./timers.ts";

const MAKE = Symbol("make");

/** Aborts a signal. Set by the class below, because only it can reach the fields. */
let trigger: (signal: AbortSignal, reason: unknown) => void;

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown = undefined;
  /** What `any` made of this one: aborted with it, and told after it. */
  readonly #dependents: AbortSignal[] = [];
  onabort: ((event: Event) => void) | null = null;

  constructor(key?: unknown) {
    super();
    if (key !== MAKE) throw new TypeError("Illegal constructor");
  }
  get aborted(): boolean {
    return this.#aborted;
  }
  get reason(): unknown {
    return this.#reason;
  }
  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(MAKE);
    trigger(signal, reason);
    return signal;
  }
  static timeout(milliseconds: number): AbortSignal {
    const signal = new AbortSignal(MAKE);
    const reason = new DOMException("The operation timed out", "TimeoutError");
    setTimeout(() => trigger(signal, reason), milliseconds);
    return signal;
  }
  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const all = [...signals];
    const signal = new AbortSignal(MAKE);
    const aborted = all.find((other) => other.aborted);
    if (aborted) trigger(signal, aborted.reason);
    else for (const other of all) other.#dependents.push(signal);
    return signal;
  }

  static {
    trigger = (signal, reason) => {
      if (signal.#aborted) return;
      signal.#aborted = true;
      signal.#reason =
        reason === undefined
          ? new DOMException("This operation was aborted", "AbortError")
          : reason;
      const event = new Event("abort");
      signal.onabort?.(event);
      signal.dispatchEvent(event);
      for (const dependent of signal.#dependents) trigger(dependent, signal.#reason);
    };
  }
}

export class AbortController {
  readonly signal = new AbortSignal(MAKE);
  abort(reason?: unknown): void {
    trigger(this.signal, reason);
  }
}
