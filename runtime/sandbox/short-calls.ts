import { PATIENCE_MS } from "./calls-behind.ts";

/** Calls are short that take less than this in the mean: waking a process for each costs about as much as they do. */
const SHORT_MS = 3;
/** Weight of the last call in the mean. */
const LAST_SHARE = 1 / 8;
/** So many must come before anything is known of a plugin, */
const FEW = 20;
/** and so many after one for which nobody would have liked to wait. A runner that is given up for it costs as much as they do. */
const MANY = 1000;

/** Whether a plugin's calls are short, one like the other: then they may be sent to a runner behind one another. */
export class ShortCalls {
  #needed = FEW;
  #count = 0;
  #meanMs = 0;

  get isRule(): boolean {
    return this.#count >= this.#needed && this.#meanMs < SHORT_MS;
  }

  note(durationMs: number): void {
    this.#meanMs += (Math.min(durationMs, PATIENCE_MS) - this.#meanMs) * LAST_SHARE;
    if (durationMs <= PATIENCE_MS) this.#count += 1;
    else {
      this.#count = 0;
      this.#needed = MANY;
    }
  }
}
