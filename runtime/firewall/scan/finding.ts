/** `high` blocks approval until the operator names the finding; `medium` and `low` are shown. */
export type Severity = "high" | "medium" | "low";

/** One thing that a rule saw in one tool. Every text in it is safe to print. */
export interface Finding {
  /** The rule's id, such as `secrecy`. */
  readonly id: string;
  readonly severity: Severity;
  /** The tool's name, made visible. */
  readonly tool: string;
  /** A path in the tool, such as `description` or `inputSchema.properties.x.description`. */
  readonly where: string;
  /** One sentence for the operator. */
  readonly why: string;
  /** What was read there, made visible, at most 120 characters. */
  readonly quote?: string;
}

export const SEVERITIES: readonly Severity[] = ["high", "medium", "low"];

/** For sorting: the gravest first. */
export function compareSeverity(left: Severity, right: Severity): number {
  return SEVERITIES.indexOf(left) - SEVERITIES.indexOf(right);
}
