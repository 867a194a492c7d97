import { currentHost } from "../host/host.ts";

const sleepMsMax = 0xffff_ffff;

/** Time. Needs the `clock` capability. */
export const clock = {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number {
    return currentHost().clock.now();
  },
  /** Milliseconds of a clock that never goes back, from an arbitrary start. */
  monotonic(): number {
    return currentHost().clock.monotonic();
  },
  /** Waits, at most until the call's deadline. */
  async sleep(milliseconds: number): Promise<void> {
    if (!(milliseconds >= 0)) throw new RangeError("clock.sleep: milliseconds must be 0 or more");
    currentHost().clock.sleep(Math.min(Math.ceil(milliseconds), sleepMsMax));
  },
} as const;
