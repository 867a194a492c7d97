import type { ProbeResult, Verdict } from "../../debt/probe-result.ts";
import type { ProbeStage } from "./stage.ts";

/** One claim, attacked on this machine under this release: it must be able to fail, and `npm run test:probes` shows that it does. */
export interface Probe {
  /** Stable: reports and debt items refer to it. */
  readonly id: string;
  readonly ring: ProbeResult["ring"];
  /** What must not be possible. */
  readonly claim: string;
  /** Threats of THREAT_MODEL.md that it stands for. */
  readonly threats: readonly string[];
  /** It mostly waits: it runs beside the others, which come one after the other. */
  readonly waits?: true;
  attempt(stage: ProbeStage): Promise<Verdict>;
}

export function held(says: string): Verdict {
  return { held: true, says };
}

export function escaped(says: string): Verdict {
  return { held: false, says };
}
