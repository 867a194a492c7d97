import type { CallTerms } from "./running-call.ts";
import type { PluginAnswer, PluginCall } from "./sandbox.ts";

/** How many calls a runner is sent at most behind the one that it runs. */
export const BEHIND_COUNT_MAX = 16;
/** How long the message of each may be: all together fit what the kernel holds for a runner that does not read. */
export const BEHIND_BYTES_MAX = 4096;
/** Where calls take less than this in the mean, others are sent behind them: they wait no longer there than for a place. */
const SHORT_MS = 3;
/** Nothing is known of a new runner's calls: several short ones must come first. */
const UNKNOWN_MS = 8 * SHORT_MS;
/** Weight of the last call in the mean. */
const LAST_SHARE = 1 / 8;
/** When a call takes longer than this after all, those behind it are taken back. */
export const PATIENCE_MS = 100;

/** Why a call must be handed over again: its runner ended, or had to be given up, before its turn. Nothing was done for it. */
export class NotBegun extends Error {
  constructor() {
    super("the call has not begun");
  }
}

/** A call that a runner was sent. Until its turn nothing that the runner says can be in its name. */
export interface HandedCall {
  readonly id: number;
  readonly call: PluginCall;
  readonly terms: CallTerms;
  readonly done: PromiseWithResolvers<PluginAnswer>;
  /** Called once, when it has ended or was cancelled or taken back. */
  readonly leave: () => void;
}

/**
 * Calls that one runner was sent behind the one that it runs, the next first: where calls are short, waking a process for
 * each costs more than they do. Who is behind loses nothing by it: a call that turns out to be long gives them back, and so
 * does a runner that dies.
 */
export class CallsBehind {
  #calls: readonly HandedCall[] = [];
  #meanMs = UNKNOWN_MS;

  get count(): number {
    return this.#calls.length;
  }

  /** How many more may come. */
  get room(): number {
    return this.#meanMs < SHORT_MS ? BEHIND_COUNT_MAX - this.#calls.length : 0;
  }

  /** How long one that comes now would wait for its turn, about. */
  get waitMs(): number {
    return this.#meanMs * (this.#calls.length + 1);
  }

  add(call: HandedCall): void {
    this.#calls = [...this.#calls, call];
  }

  /** Whose turn it is after one that took so long. */
  next(lastMs: number): HandedCall | undefined {
    this.#meanMs += (lastMs - this.#meanMs) * LAST_SHARE;
    const [next, ...rest] = this.#calls;
    this.#calls = rest;
    return next;
  }

  /** All of them: they must be handed over again. */
  takeBack(): void {
    const calls = this.#calls;
    this.#calls = [];
    for (const { call, done, leave } of calls) {
      if (call.scope.signal.aborted) continue;
      leave();
      done.reject(new NotBegun());
    }
  }
}
