import type { Waiver } from "../configuration.ts";
import { CALLER_GATES } from "./caller-gates.ts";
import type { Gate } from "./gate.ts";
import { KEEPING_GATES } from "./keeping-gates.ts";
import { LOCAL_GATES } from "./local-gates.ts";
import { ROOT_GATE } from "./sandbox-root.ts";

/** Gates of the HTTP server, in the order in which reasons are told. */
export const HTTP_GATES: readonly Gate[] = [
  ...CALLER_GATES,
  ...KEEPING_GATES,
  ...LOCAL_GATES,
  ROOT_GATE,
];

/** Gates that a waiver may name. Signatures, pins and secrets are not among them. */
export const WAIVABLE_GATES: readonly string[] = [
  "ring5",
  // Decided after the start, and whenever the probes have run: `runtime/cli/serving/watch-probes.ts`.
  "probes",
  ...HTTP_GATES.filter(({ isWaivable }) => isWaivable).map(({ id }) => id),
];

/** A waiver counts until the end of its day, UTC. A day that cannot be read is past. */
// debt("GB-013"): no longest term.
export function isInForce(waiver: Pick<Waiver, "until">, nowMs: number): boolean {
  return nowMs <= Date.parse(`${waiver.until}T23:59:59.999Z`);
}

/** A waiver as whoever watches the server sees it. */
export interface WaiverState {
  readonly gate: string;
  readonly reason: string;
  readonly until: string;
  readonly isInForce: boolean;
  /** Until it ends; 0 when it has. */
  readonly secondsLeft: number;
}

/** Every waiver, for the log, `doctor` and metrics. */
export function describeWaivers(waivers: readonly Waiver[], nowMs: number): readonly WaiverState[] {
  return waivers.map((waiver) => {
    const leftMs = Date.parse(`${waiver.until}T23:59:59.999Z`) - nowMs;
    return {
      ...waiver,
      isInForce: isInForce(waiver, nowMs),
      secondsLeft: leftMs > 0 ? Math.ceil(leftMs / 1000) : 0,
    };
  });
}
