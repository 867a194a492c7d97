/**
 * What native code could do that has taken a runner's place: it speaks the channel's protocol up to the moment of its attack.
 * It is sealed and tightened as the runner is.
 */
export const RUNNER_ATTACKS = [
  /** Answers for another call than the one that runs. */
  "answer for another call",
  /** Asks the host under a number that is not the next. */
  "ask out of sequence",
  /** Asks for an operation that nobody serves. */
  "ask for what does not exist",
  /** Asks for an operation of a capability that was not granted, and tells what it was answered. */
  "ask for what is not granted",
  /** Puts something into a message that does not belong there. */
  "say more than a message holds",
  /** Announces a frame larger than any honest one. */
  "announce too much",
  /** Speaks while nothing was asked of it. */
  "speak out of turn",
  /** Says more on the side than anybody reads. */
  "flood",
  /** Fills memory of the process's own, which no maximum of a WebAssembly memory bounds. */
  "hoard memory",
  /** Does nothing any more, and does not read that its channel has ended. */
  "stay",
] as const;

export type RunnerAttack = (typeof RUNNER_ATTACKS)[number];

/** What it answers where it was let go on. */
export const GOT_THROUGH = "got through";
