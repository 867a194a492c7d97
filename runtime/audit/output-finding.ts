/** What the filter of outputs looks for, each with a line of its own in the operator's policy. */
export const OUTPUT_KINDS = [
  "secrets",
  "cards",
  "ssn",
  "fields",
  "instructions",
  "invisible",
  "terminal",
  "exfiltration",
  "internals",
  "email",
  "phone",
  "iban",
  "ip",
] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];

/**
 * What happens to a finding: it is replaced by a mark that tells its kind and nothing else, the whole answer is refused,
 * a note stands beside the answer, or it stays. In each case the operator's record names it.
 */
export const OUTPUT_ACTIONS = ["redact", "block", "annotate", "pass"] as const;
export type OutputAction = (typeof OUTPUT_ACTIONS)[number];

export type OutputSeverity = "high" | "medium" | "low";

/** Something that the filter found in what a plugin answered. Nothing of what it found is in here. */
export interface OutputFinding {
  /** Stable: `secrets.github-token`. What stands before the dot is its kind. */
  readonly id: string;
  readonly severity: OutputSeverity;
  /** The part of the answer and the offset in UTF-16 code units, in the text as the plugin wrote it: `content[0].text@12`. */
  readonly where: string;
  readonly action: OutputAction;
}
