import { callOrThrowTag, type GuestSetting } from "../guest.ts";
import type { Pollable } from "../io/poll.ts";
import { makeRealClock, makeStillClock } from "./clocks.ts";
import { SLEEP_MS_MAX } from "./limits.ts";

/** `glovebox:plugin/clock` and `wasi:clocks`. */
export function makeClockImports(setting: GuestSetting): Record<string, Record<string, unknown>> {
  const clock = setting.granted.has("clock") ? makeRealClock(setting) : makeStillClock(setting);
  return {
    "glovebox:plugin/clock": makePluginClock(setting),
    "wasi:clocks/monotonic-clock": {
      now: (): bigint => clock.monotonicNs(),
      resolution: (): bigint => 1_000_000n,
      subscribeInstant: (when: bigint): Pollable => clock.at(when),
      subscribeDuration: (duration: bigint): Pollable => clock.at(clock.monotonicNs() + duration),
    },
    "wasi:clocks/wall-clock": {
      now: () => toDatetime(clock.wallMs()),
      resolution: () => toDatetime(1),
    },
    // Guests have no zone of the host's: everything is UTC.
    "wasi:clocks/timezone": {
      display: () => ({ utcOffset: 0, name: "UTC", inDaylightSavingTime: false }),
      utcOffset: () => 0,
    },
  };
}

function toDatetime(timeMs: number): { seconds: bigint; nanoseconds: number } {
  const wholeMs = Math.max(0, Math.floor(timeMs));
  return { seconds: BigInt(Math.floor(wholeMs / 1000)), nanoseconds: (wholeMs % 1000) * 1_000_000 };
}

function makePluginClock({ channel, granted }: GuestSetting): Record<string, unknown> {
  return {
    now: (): number => Number(callOrThrowTag(channel, "clock.now", []).value),
    // The runner's own clock: passing time is no secret that a host call could keep from it.
    monotonic(): number {
      if (!granted.has("clock")) throw "not-permitted";
      return performance.now();
    },
    sleep(durationMs: number): void {
      let leftMs = durationMs;
      do {
        const sliceMs = Math.min(leftMs, SLEEP_MS_MAX);
        callOrThrowTag(channel, "clock.sleep", [sliceMs]);
        leftMs -= sliceMs;
      } while (leftMs > 0);
    },
  };
}
