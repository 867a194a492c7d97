/** How bad a gap is, for someone who relies on the claim beside it. */
export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];
export const STATUSES = ["open", "monitoring", "resolved"] as const;
export type Status = (typeof STATUSES)[number];

/** One known gap. Ids are never used again for something else. */
export interface DebtItem {
  readonly id: `GB-${string}`;
  readonly title: string;
  readonly status: Status;
  readonly severity: Severity;
  /** The release since which it is known. */
  readonly since: string;
  /** The ring it concerns, 0 to 5, or null where it is none of them. */
  readonly ring: 0 | 1 | 2 | 3 | 4 | 5 | null;
  readonly current_behavior: string;
  readonly ideal: string;
  readonly resolved_by: string;
  readonly references: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** What shows a gap: a test file of the source tree, what the start probe saw on this machine, or a place in the configuration. */
export interface Evidence {
  readonly kind: "test" | "probe" | "configuration";
  readonly what: string;
}
