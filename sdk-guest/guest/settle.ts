import { dropJobs, runJobs } from "../globals/jobs.ts";
import { GuestPromise, takeUnhandledRejection } from "../globals/promise.ts";
import { dropTimers, runNextTimer } from "../globals/timers.ts";

/** The promise of a call cannot settle: no job is queued and no timer is pending. */
export class NeverSettles extends Error {
  override readonly name = "NeverSettles";
  constructor() {
    super("The handler waits for something that never happens");
  }
}

/**
 * Runs jobs and timers until the promise has settled, and answers its value or throws its reason.
 * A value that is no promise is answered after the jobs that are queued.
 * Throws also what nobody caught on the way: a timer's exception, or a rejection without a handler.
 * Leaves no job, timer or rejection behind.
 */
export function settle<T>(value: T | Promise<T>): T {
  try {
    if (!(value instanceof GuestPromise)) {
      runUntilIdle();
      return value as T;
    }
    const own: GuestPromise = value;
    // Whoever waits here handles its rejection.
    own.then(undefined, () => {});
    do {
      runUntilIdle();
      const { state, value: settled } = GuestPromise.inspect(own);
      if (state === "fulfilled") return settled as T;
      if (state === "rejected") throw settled;
    } while (runNextTimer());
    throw new NeverSettles();
  } finally {
    dropJobs();
    dropTimers();
    takeUnhandledRejection();
  }
}

function runUntilIdle(): void {
  runJobs();
  const stray = takeUnhandledRejection();
  if (stray) throw stray.reason;
}
