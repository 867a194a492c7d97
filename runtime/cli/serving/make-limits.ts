import { PLAIN_STEPS, type CallSteps } from "../../call.ts";
import type { Configuration } from "../../policy/configuration.ts";
import { makeAdmit, makeTakePlace, type TakePlace } from "../../server/limits/admit.ts";
import { makeMemoryMeter } from "../../server/limits/memory-meter.ts";
import { makeRedisMeter, type Evaluate } from "../../server/limits/redis-meter.ts";

export interface CallerLimits {
  readonly admit: CallSteps["admit"];
  /** What a task needs when it begins to run; undefined where nothing limits it. */
  readonly takePlace?: TakePlace;
}

/** What limits callers, as `server.rate` says: counted in this process, or in what replicas share. */
export function makeLimits(
  { server: { rate } }: Configuration,
  evaluate: Evaluate | undefined,
): CallerLimits {
  if (!rate) return { admit: (caller, callable) => PLAIN_STEPS.admit(caller, callable) };
  const memory = makeMemoryMeter();
  const meter = evaluate ? makeRedisMeter(evaluate) : memory;
  const away = rate.whenAway === "allow" ? memory : undefined;
  return { admit: makeAdmit(rate, meter, away), takePlace: makeTakePlace(rate, meter, away) };
}
