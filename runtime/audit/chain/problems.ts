/** What can be wrong with a trail, each with what it means. Every one of them means that the trail is not what was written. */
export const TRAIL_PROBLEMS = {
  unreadable: "a line is not one that a trail is made of",
  changed: "a line, or the one before it, is not what was written",
  missing: "lines that were written are not here",
  "out-of-order": "a line stands in another's place: moved, repeated or put in",
  truncated: "the end is missing: more is known to have been written",
  "bad-signature": "a checkpoint is not signed by the key",
  "not-as-known": "a line is not the one that a checkpoint or an anchor kept elsewhere knows",
  "begins-late": "the beginning is missing, and nothing says that it was removed on purpose",
  "torn-inside": "a file ends in the middle of a line, and the next does not say so",
  "not-whole": "a file that a later line names is not what it was",
  "no-trail": "the file is no trail of chained lines",
} as const;
export type TrailProblemCode = keyof typeof TRAIL_PROBLEMS;

export interface TrailProblem {
  readonly code: TrailProblemCode;
  readonly file: string;
  /** From 1; 0 where it is about the file as a whole. */
  readonly line: number;
  readonly chain?: string;
  readonly seq?: number;
  readonly message: string;
}

/** What is as it may be, and should be known. */
export const TRAIL_NOTES = {
  torn: "the last line was cut short, as by a crash: nobody was answered on its account",
  unsigned: "lines after the last checkpoint are chained, but could be cut or rewritten unseen",
  "key-in-trail": "the key was taken from the trail itself: name one that you keep elsewhere",
  "key-changed": "the key that signs has changed",
  pruned: "older files were removed, as `audit.keep` says",
  "old-format":
    "older lines are not chained: all that is known is that they were not changed since",
  "clock-back": "the clock went back",
} as const;
export type TrailNoteCode = keyof typeof TRAIL_NOTES;

export interface TrailNote {
  readonly code: TrailNoteCode;
  readonly file: string;
  readonly line: number;
  readonly message: string;
}
