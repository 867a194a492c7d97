/** How many plugins the two larger starts have, by their key in `ratios`. */
export interface StartCounts {
  readonly start20: number;
  readonly start100: number;
}

/** How often everything is done. The small plan only shows that nothing is broken. */
export interface Plan {
  /** All servers take turns this often, so that a machine that gets slower gets slower for all. */
  readonly rounds: number;
  /** On a busy machine there are fewer rounds and starts, so that the whole stays within some minutes. */
  readonly roundsMsMax: number;
  /** One server's turn at one load: it ends after this long, and not before `callsATurnMin`. */
  readonly turnMs: number;
  readonly callsATurnMin: number;
  /** At the begin of a turn, and not counted: the others had the processor's caches. */
  readonly leadMs: number;
  readonly warmUpCalls: number;
  /** Half of the starts are called at once, half after `settleMs`. */
  readonly starts: number;
  readonly startsMsMax: number;
  readonly startCounts: StartCounts;
  readonly settleMs: number;
  readonly stops: number;
  readonly deadlineMs: number;
  readonly callsInRoom: number;
}

export const WHOLE_PLAN: Plan = {
  rounds: 10,
  roundsMsMax: 90_000,
  turnMs: 250,
  callsATurnMin: 32,
  leadMs: 30,
  warmUpCalls: 500,
  starts: 8,
  startsMsMax: 40_000,
  startCounts: { start20: 20, start100: 100 },
  settleMs: 1000,
  stops: 20,
  deadlineMs: 300,
  callsInRoom: 2000,
};

export const SMALL_PLAN: Plan = {
  rounds: 1,
  roundsMsMax: 1,
  turnMs: 1,
  callsATurnMin: 3,
  leadMs: 1,
  warmUpCalls: 2,
  starts: 2,
  startsMsMax: 1,
  startCounts: { start20: 2, start100: 3 },
  settleMs: 10,
  stops: 2,
  deadlineMs: 1000,
  callsInRoom: 5,
};
