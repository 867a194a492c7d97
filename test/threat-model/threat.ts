import { FIRST_THREATS } from "./t01-to-t20.ts";
import { MIDDLE_THREATS } from "./t21-to-t40.ts";
import { LATEST_THREATS } from "./t41-and-on.ts";
import type { BoundaryId } from "./boundaries.ts";

/** Spoofing, tampering, repudiation, information disclosure, denial of service, elevation of privilege. */
export const STRIDE = ["S", "T", "R", "I", "D", "E"] as const;
export type Stride = (typeof STRIDE)[number];

/**
 * One threat, what holds it and what shows that it holds. Ids are never used again for something else.
 * Probes are not named here: each names its threats, and the table is made from both.
 */
export interface Threat {
  readonly id: `T${string}`;
  /** At which boundaries, and as which letters of STRIDE there. */
  readonly at: Readonly<Partial<Record<BoundaryId, string>>>;
  readonly threat: string;
  readonly heldBy: string;
  /** Files of tests; `FILE#TITLE` names one whose title has these words. */
  readonly tests: readonly string[];
  /** Debt items: what is left of it. */
  readonly left?: readonly `GB-${string}`[];
}

export const THREATS: readonly Threat[] = [
  ...FIRST_THREATS,
  ...MIDDLE_THREATS,
  ...LATEST_THREATS,
].toSorted((left, right) => (left.id < right.id ? -1 : 1));
