import type { Stage } from "./stage/stage.ts";

/** How one attack ended, as seen from outside of the attacker: what it says of itself counts only where it brings home a secret. */
export type Outcome =
  | { readonly stopped: string; readonly evidence: string }
  | { readonly escaped: string };

export interface Attack {
  /** Unique in the whole suite: what the attacker wants, in his words. */
  readonly name: string;
  /** The threat of THREAT_MODEL.md that it acts out. */
  readonly threat: string;
  /**
   * Every attack is first made where nothing protects, and must succeed there: one that cannot fail proves nothing.
   * Where a machine may refuse it by itself, or nobody may try it unprotected, this says why it counts all the same.
   */
  readonly withoutControl?: string;
  attack(stage: Stage): Promise<Outcome>;
}

export interface Family {
  readonly name: string;
  readonly attacks: readonly Attack[];
}

const EVIDENCE_CHARACTERS_MAX = 160;

/** One printable line: an attacker's words never reach a terminal as they are. */
export function printable(text: string): string {
  const line = text.replaceAll(/[^ -~]+/g, " ").trim();
  return line.length <= EVIDENCE_CHARACTERS_MAX
    ? line
    : `${line.slice(0, EVIDENCE_CHARACTERS_MAX)}...`;
}

export function stopped(by: string, evidence = ""): Outcome {
  return { stopped: printable(by), evidence: printable(evidence) };
}

export function escaped(how: string): Outcome {
  return { escaped: printable(how) };
}
