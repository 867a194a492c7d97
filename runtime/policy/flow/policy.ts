/** The section `flow`: what becomes of paths from private data to the outside. */
export interface FlowPolicy {
  /** Paths that a human decides on when they are about to be used; undefined where the operator has not said so. */
  readonly hold?: "all" | readonly string[];
  /** Paths that the operator puts up with: calls along them are not held. */
  readonly accept: readonly AcceptedPath[];
  /** Hosts of the operator's own: nothing there is a stranger's, and what goes there has not left. What they hold is private. */
  readonly inside: readonly string[];
  /** Held once strangers' text was read, or only once private data was read as well. */
  readonly after: "strangers" | "both";
  /** How long what a principal has read counts in its next conversations, and without sessions in the same one. */
  readonly windowMs: number;
}

/** A named, dated, reasoned exception, like a waiver. */
export interface AcceptedPath {
  readonly path: string;
  readonly reason: string;
  /** ISO date after which it no longer counts. */
  readonly until: string;
}

const WINDOW_MS_DEFAULT = 60 * 60 * 1000;

/** Without a section: every path is held at run time, and production wants more than that (`decideFlow`). */
export const DEFAULT_FLOW: FlowPolicy = {
  accept: [],
  inside: [],
  after: "strangers",
  windowMs: WINDOW_MS_DEFAULT,
};
