import { assertShape, parseInteger } from "../arguments.ts";
import type { CapabilityBroker } from "../capability.ts";
import { HostError } from "../errors.ts";
import type { Powers } from "../powers.ts";
import { SLEEP_MS_MAX } from "./limits.ts";

export function makeClockBroker(powers: Powers): CapabilityBroker {
  return {
    operations: {
      /** `[]` → milliseconds since 1970. */
      "clock.now"(request) {
        assertShape(request, 0);
        return { value: powers.nowMs() };
      },
      /** `[milliseconds]` → `null`, after that time. */
      async "clock.sleep"(request, call) {
        assertShape(request, 1);
        await sleep(parseInteger(request.args[0], SLEEP_MS_MAX), call.signal);
        return { value: null };
      },
    },
  };
}

/** The timer goes away with the call, so that ended calls leave nothing behind in the broker. */
function sleep(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new HostError("timed-out", "the call ended while it slept"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, durationMs);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
