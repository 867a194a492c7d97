import type { SealedProgram } from "../helpers/build-sealed.ts";

/** One place in the source, and what stands there when the measure is switched off. */
export interface Change {
  /** From the root of the tree. */
  readonly file: string;
  /** Exact text, which stands there once. Where it is not found, the mutation has to be written anew. */
  readonly from: string;
  readonly to: string;
}

/** One containment measure, switched off. */
export interface Mutation {
  /** What the release does without it, in a few words. Unique. */
  readonly name: string;
  readonly ring: 0 | 1 | 2 | 3 | 4 | 5 | null;
  /** More than one where another measure stands behind the first: then `behind` says which. */
  readonly changes: readonly Change[];
  /** What would still have held, and is switched off too: no attempt from outside can tell the two apart. */
  readonly behind?: string;
  /** Programs behind the seal that hold the changed text: they are built anew. */
  readonly programs?: readonly SealedProgram[];
  /** What must turn red: ids of probes, or `seal` for an attempt from inside the seal. At least one does; each that does must be named. */
  readonly red: readonly string[];
}
