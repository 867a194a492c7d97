import { GuestRefusal, type GuestSetting } from "../guest.ts";
import { Pollable } from "../io/poll.ts";
import { SLEEP_MS_MAX } from "./limits.ts";

/** What `wasi:clocks` needs of a clock. */
export interface Clock {
  wallMs(): number;
  monotonicNs(): bigint;
  /** Ready when `monotonicNs` has reached `whenNs`. */
  at(whenNs: bigint): Pollable;
}

const NS_PER_MS = 1_000_000;
const U64_MAX = 2n ** 64n - 1n;
const CALL_STARTS_NS = 3_600_000_000_000n;

/**
 * The clock of a plugin that has the grant. The broker says once what time it is, and the runner counts on from there:
 * programs read WASI's clock in loops, and each host call counts against the call's limit.
 */
export function makeRealClock({ channel, perCall }: GuestSetting): Clock {
  const start = perCall((): { ms: number | undefined } => ({ ms: undefined }));
  const monotonicNs = () => BigInt(Math.round(performance.now() * NS_PER_MS));
  const readStart = (): number | undefined => {
    try {
      return Number(channel.call("clock.now", []).value) - performance.now();
    } catch (error) {
      // Nobody to ask yet, or the grant is gone: as without the grant.
      if (error instanceof GuestRefusal) return undefined;
      throw error;
    }
  };
  return {
    wallMs() {
      const startMs = (start().ms ??= readStart());
      return startMs === undefined ? 0 : startMs + performance.now();
    },
    monotonicNs,
    at(whenNs) {
      const leftMs = () => Math.ceil(Math.max(0, Number(whenNs - monotonicNs())) / NS_PER_MS);
      return new Pollable({
        ready: () => monotonicNs() >= whenNs,
        block() {
          while (monotonicNs() < whenNs)
            channel.call("clock.sleep", [Math.min(leftMs(), SLEEP_MS_MAX)]);
        },
        leftMs,
      });
    },
  };
}

/**
 * The clock of a plugin without the grant. It links, because every toolchain imports it, and tells nothing:
 * the date is 1970, time moves by a millisecond at each reading, and waiting is over at once and moves it to the end of the wait.
 * Each call begins at the same moment, which is later than all that the instance can have read while it was made.
 */
export function makeStillClock({ perCall }: Pick<GuestSetting, "perCall">): Clock {
  const time = perCall((isAhead) =>
    isAhead ? { nowNs: 0n, lastNs: CALL_STARTS_NS } : { nowNs: CALL_STARTS_NS, lastNs: U64_MAX },
  );
  const moveTo = (whenNs: bigint) => {
    const now = time();
    now.nowNs = whenNs > now.lastNs ? now.lastNs : whenNs;
    return now.nowNs;
  };
  return {
    wallMs: () => 0,
    monotonicNs: () => moveTo(time().nowNs + BigInt(NS_PER_MS)),
    at(whenNs) {
      if (whenNs > time().nowNs) moveTo(whenNs);
      // Beside a request it is no time limit: that would be over before the request began.
      return new Pollable({ ready: () => true, block: () => {}, yields: true });
    },
  };
}
