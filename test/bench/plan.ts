/** How often everything is done. The whole plan takes about a minute; the small one only shows that nothing is broken. */
export interface Plan {
  /** Both servers take turns this often, so that a machine that gets slower gets slower for both. */
  readonly rounds: number;
  /** On a busy machine fewer rounds and starts are made, so that the whole stays below a minute and a half. */
  readonly roundsMsMax: number;
  readonly warmUpCalls: number;
  readonly callsARound: number;
  readonly gapMs: readonly number[];
  readonly callsAGap: number;
  readonly inFlight: number;
  readonly callsInFlight: number;
  /** Half of the starts are called at once, half after `settleMs`. */
  readonly starts: number;
  readonly startsMsMax: number;
  readonly settleMs: number;
  readonly stops: number;
  readonly deadlineMs: number;
  readonly callsBeforeMemory: number;
}

export const WHOLE_PLAN: Plan = {
  rounds: 6,
  roundsMsMax: 25_000,
  warmUpCalls: 200,
  callsARound: 200,
  gapMs: [1, 5],
  callsAGap: 50,
  inFlight: 8,
  callsInFlight: 200,
  starts: 8,
  startsMsMax: 15_000,
  settleMs: 1000,
  stops: 20,
  deadlineMs: 300,
  callsBeforeMemory: 1000,
};

export const SMALL_PLAN: Plan = {
  rounds: 1,
  roundsMsMax: 25_000,
  warmUpCalls: 2,
  callsARound: 5,
  gapMs: [1],
  callsAGap: 5,
  inFlight: 2,
  callsInFlight: 4,
  starts: 2,
  startsMsMax: 15_000,
  settleMs: 10,
  stops: 2,
  deadlineMs: 1000,
  callsBeforeMemory: 5,
};
