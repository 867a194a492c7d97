import type { CallTerms } from "./running-call.ts";
import type { PluginAnswer, PluginCall } from "./sandbox.ts";

/** How many calls a runner is sent at most behind the one that it runs. */
export const BEHIND_COUNT_MAX = 16;
/** How long the message of each may be: all together fit what the kernel holds for a runner that does not read. */
export const BEHIND_BYTES_MAX = 4096;
/** When a call takes longer than this, those behind it are taken back. */
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

/** Calls that one runner was sent behind the one that it runs, the next first. */
export class CallsBehind {
  #calls: readonly HandedCall[] = [];

  get count(): number {
    return this.#calls.length;
  }

  /** How many more may come. */
  get room(): number {
    return BEHIND_COUNT_MAX - this.#calls.length;
  }

  add(call: HandedCall): void {
    this.#calls = [...this.#calls, call];
  }

  next(): HandedCall | undefined {
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
