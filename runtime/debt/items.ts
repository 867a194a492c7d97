/** How bad a gap is, for someone who relies on the claim beside it. */
export type Severity = "low" | "medium" | "high" | "critical";
export type Status = "open" | "monitoring" | "resolved";

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
  /** What shows it: a test's path, or what the start probe saw on this machine. */
  readonly evidence: readonly { readonly kind: "test" | "probe" | "configuration"; readonly what: string }[];
}
