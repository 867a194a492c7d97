import type { GloveboxError } from "../../errors.ts";
import type { HttpFacts } from "./facts.ts";

/** A check that refuses to start. */
export interface Gate<Facts = HttpFacts> {
  /** As waivers name it. */
  readonly id: string;
  /** What it asks, for `doctor`; answered with no when there are reasons. */
  readonly question: string;
  /** Whether it refuses in development too. */
  readonly always?: true;
  /** Whether a waiver can open it. */
  readonly isWaivable: boolean;
  /** Whether there is anything that it asks about; there is where this is left out. For `doctor` alone: nothing is refused there. */
  applies?(facts: Facts): boolean;
  /** Every reason not to start; none means yes. */
  refuse(facts: Facts): readonly GloveboxError[];
}
