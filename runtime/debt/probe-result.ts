import type { DebtItem } from "./items.ts";

/** What one attempt showed. `says` is for operators and names no path. */
export interface Verdict {
  readonly held: boolean;
  readonly says: string;
}

/** One claim of this release, attacked on this machine. */
export interface ProbeResult extends Verdict {
  /** Stable: reports and debt items refer to it. */
  readonly id: string;
  readonly ring: DebtItem["ring"];
  /** What must not be possible. */
  readonly claim: string;
}

/** The probes' last run. `at` is when it ended, in ISO 8601. */
export interface ProbeRun {
  readonly at: string;
  readonly results: readonly ProbeResult[];
}
