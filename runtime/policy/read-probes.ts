import type { Cursor } from "../plugin/cursor.ts";
import { readAmount, type AmountRow } from "./read-limits.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const EVERY: AmountRow<"everyMs"> = {
  field: "everyMs",
  unit: "span",
  min: 10 * MINUTE_MS,
  max: 30 * DAY_MS,
};

/** The section `probes` of the configuration: how often a server attacks itself after its start. */
export interface ProbesConfiguration {
  /** Undefined: at the start alone. */
  readonly everyMs?: number;
}

/** What production has where the section is left out. */
export const DEFAULT_PROBES: ProbesConfiguration = { everyMs: 6 * 60 * MINUTE_MS };

/** Reads `probes`. Where it is left out, production runs them all the same, and development does not. */
export function readProbes(member: Cursor): ProbesConfiguration {
  const every = member.fields(["every"]).get("every");
  return every.value === "never" ? {} : { everyMs: readAmount(every, EVERY) };
}
