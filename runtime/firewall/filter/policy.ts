import type { OutputAction, OutputKind } from "../../audit/output-finding.ts";

/** What to do with each kind. A kind that is left out is not looked for. */
export interface FilterPolicy {
  readonly actions: Readonly<Partial<Record<OutputKind, OutputAction>>>;
  /** Names of fields of structured content that are sensitive besides the usual ones. */
  readonly fields: readonly string[];
}

/**
 * What holds when the operator says nothing: whatever nobody wants in a model's context is taken out. Personal data is not
 * looked for, since addresses and numbers of people are what many tools are for.
 */
export const DEFAULT_FILTER: FilterPolicy = {
  actions: {
    secrets: "redact",
    cards: "redact",
    ssn: "redact",
    fields: "redact",
    instructions: "redact",
    invisible: "redact",
    terminal: "redact",
    exfiltration: "redact",
    internals: "redact",
  },
  fields: [],
};

/** The operator's words over these. */
export function makeFilterPolicy({ actions, fields }: FilterPolicy): FilterPolicy {
  return { actions: { ...DEFAULT_FILTER.actions, ...actions }, fields };
}
