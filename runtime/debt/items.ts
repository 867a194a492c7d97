/** How bad a gap is, for someone who relies on the claim beside it. */
export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];
export const STATUSES = ["open", "monitoring", "resolved"] as const;
export type Status = (typeof STATUSES)[number];

/** What a gap is about, each with a line for people. A gap has one area: the one whose reader would look for it. */
export const AREAS = {
  supply: "where plugins come from, and who vouches for them",
  sandbox: "what holds code in: rings 1, 3, 4 and 5",
  capabilities: "what plugins are given, and how",
  content: "what the model reads",
  flow: "what leaves, and who is asked",
  identity: "who calls, and what is kept apart",
  limits: "how much anybody may use",
  audit: "the record of what happened",
  storage: "what is kept, and who can read it",
  protocol: "how clients are served",
  operation: "how the runtime is set up and run",
} as const;
export type Area = keyof typeof AREAS;
export const AREA_NAMES = Object.keys(AREAS) as Area[];

/** By what a report is filtered, and the words that each filter knows. */
export const FILTER_WORDS: ReadonlyMap<string, readonly string[]> = new Map<
  string,
  readonly string[]
>([
  ["status", STATUSES],
  ["severity", SEVERITIES],
  ["area", AREA_NAMES],
]);

export type Ring = 0 | 1 | 2 | 3 | 4 | 5;

/** One known gap. Ids are never used again for something else. */
export interface DebtItem {
  readonly id: `GB-${string}`;
  readonly title: string;
  readonly status: Status;
  readonly severity: Severity;
  /** The release since which it is known. */
  readonly since: string;
  /** The ring it concerns, 0 to 5, or null where it is none of them. */
  readonly ring: Ring | null;
  readonly area: Area;
  readonly current_behavior: string;
  readonly ideal: string;
  readonly resolved_by: string;
  readonly references: readonly string[];
  readonly evidence: readonly Evidence[];
}

/**
 * What shows a gap: a test file of the source tree, what a probe saw on this machine, a place in the configuration, or a
 * published advisory.
 */
export interface Evidence {
  readonly kind: "test" | "probe" | "configuration" | "advisory";
  readonly what: string;
}

/**
 * A gap that this machine, configuration or release brings. What stands in the item itself may be told to anybody who
 * sees the plugins in `about`; what names paths, hosts, keys or people stands in `operator`, which takes its place there.
 */
export interface LiveItem extends DebtItem {
  /** Aliases. Whoever does not see all of these does not hear of the item. */
  readonly about?: readonly string[];
  /** The only profile whose clients may hear of it. Left out, it is no profile's, or any's. */
  readonly profile?: string;
  readonly operator?: Partial<Pick<DebtItem, "title" | "current_behavior" | "evidence">>;
}
