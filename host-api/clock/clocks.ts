import { GuestRefusal, type GuestSetting } from "../guest.ts";
import { Pollable } from "../io/streams.ts";
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

/**
 * The clock of a plugin that has the grant. The broker says once what time it is, and the runner counts on from there:
 * programs read WASI's clock in loops, and each host call counts against the call's limit.
 */
export function makeRealClock({ channel }: GuestSetting): Clock {
  let startMs: number | undefined;
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
      startMs ??= readStart();
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
 */
export function makeStillClock(): Clock {
  let nowNs = 0n;
  const moveTo = (whenNs: bigint) => {
    nowNs = whenNs > U64_MAX ? U64_MAX : whenNs;
    return nowNs;
  };
  return {
    wallMs: () => 0,
    monotonicNs: () => moveTo(nowNs + BigInt(NS_PER_MS)),
    at(whenNs) {
      if (whenNs > nowNs) moveTo(whenNs);
      return new Pollable();
    },
  };
}
