import fs from "node:fs";
import path from "node:path";
import { readCheckpoint } from "../../audit/chain/checkpoint.ts";
import type { ChainHead, FollowReason, Follows, SegmentLine } from "../../audit/chain/lines.ts";
import { notWritable } from "../file-errors.ts";
import { inspectSegment, openSegment, readLastLine, type SegmentState } from "./segment-file.ts";
import type { FullFile, TrailFiles } from "./trail-files.ts";

/** How a trail goes on: in the file that is there, or in a new one whose first line says what stood before it. */
export type Continuation =
  | {
      readonly kind: "append";
      readonly fd: number;
      readonly segment: SegmentLine;
      readonly head: ChainHead;
      readonly isSigned: boolean;
      readonly sizeBytes: number;
    }
  | { readonly kind: "begin"; readonly head?: ChainHead; readonly follows?: Follows };

/** The last checkpoint that a trail's own file of copies knows. */
type Known = ChainHead;

/**
 * Looks at what the last writer left, puts aside what cannot be gone on with, and says how to go on.
 * Nothing is ever repaired in its place: a file that ends badly stays as it is, and the next one names it.
 * `own` is where this very process had come to, when it is its own trail that it goes on with, and whether somebody else
 * was seen to have changed it.
 */
export function resumeTrail(
  files: TrailFiles,
  publicKey: string,
  own?: { readonly head: ChainHead; readonly isChanged: boolean },
): Continuation {
  const known = readKnown(files.checkpoints);
  const fd = openSegment(files.current, "never");
  if (fd === undefined) return own ? goOnWithout(files, own.head) : resumeFull(files, known);
  let keep = false;
  try {
    const state = inspectSegment(fd);
    if (own) return goOn(files, state, own.head, own.isChanged);
    if (state.kind === "empty") {
      fs.rmSync(files.current);
      return resumeFull(files, known);
    }
    if (state.kind === "headless") {
      const file = moveAside(files, files.aside("torn"));
      return withFollows(resumeFull(files, known), { why: "torn", file, torn: state.torn });
    }
    if (state.kind !== "chained") {
      const file = moveAside(files, files.aside(state.kind));
      return {
        kind: "begin",
        follows: { why: state.kind, file, whole: state.whole, ...lostOf(known) },
      };
    }
    const { segment, head, isSigned, sizeBytes } = state;
    const why = whyNot(state, known, publicKey);
    if (why === undefined) {
      keep = true;
      return { kind: "append", fd, segment, head, isSigned, sizeBytes };
    }
    return begin(state, moveAside(files, files.full(segment, state.firstSeq)), why, known);
  } finally {
    if (!keep) fs.closeSync(fd);
  }
}

/** Our own file, after something went wrong with it: what it should hold is known, whatever it holds. */
function goOn(
  files: TrailFiles,
  state: SegmentState,
  own: ChainHead,
  isChanged: boolean,
): Continuation {
  const isWhole =
    !isChanged &&
    state.kind === "chained" &&
    state.head.seq === own.seq &&
    state.head.hash === own.hash;
  const firstSeq = state.kind === "chained" ? state.firstSeq : own.seq;
  const file = moveAside(files, files.full(own, firstSeq));
  const why = isWhole && state.torn ? "torn" : isWhole ? "rotated" : "changed-underneath";
  const torn = state.kind === "chained" && state.torn ? { torn: state.torn } : {};
  const lost = isWhole ? {} : lostOf(own);
  return { kind: "begin", head: own, follows: { why, file, ...torn, ...lost } };
}

/** Our own file is gone: full and given its name just before there was no room for the next, or taken away. */
function goOnWithout(files: TrailFiles, own: ChainHead): Continuation {
  const last = files.listFull().findLast(({ chain }) => own.chain.startsWith(chain));
  const state = last && inspectFile(last.file);
  const isOurs =
    state?.kind === "chained" && state.head.seq === own.seq && state.head.hash === own.hash;
  const follows: Follows = isOurs
    ? { why: "rotated", file: path.basename(last?.file ?? "") }
    : { why: "changed-underneath", ...lostOf(own) };
  return { kind: "begin", head: own, follows };
}

/** There is no current file: one may have been full just before a crash, or there never was one, or somebody took it away. */
function resumeFull(files: TrailFiles, known: Known | undefined): Continuation {
  const last = newest(files, known);
  const state = last && inspectFile(last.file);
  if (last && state?.kind === "chained" && reaches(state, known)) {
    const { head, torn } = state;
    const file = path.basename(last.file);
    const why = torn ? "torn" : "rotated";
    return { kind: "begin", head, follows: { why, file, ...(torn ? { torn } : {}) } };
  }
  if (!known) return { kind: "begin" };
  return { kind: "begin", follows: { why: "missing", ...lostOf(known) } };
}

function whyNot(
  state: SegmentState & { kind: "chained" },
  known: Known | undefined,
  publicKey: string,
): FollowReason | undefined {
  if (!reaches(state, known)) return "truncated";
  if (state.torn) return "torn";
  return state.segment.key === publicKey ? undefined : "key-changed";
}

function begin(
  state: SegmentState & { kind: "chained" },
  file: string,
  why: FollowReason,
  known: Known | undefined,
): Continuation {
  const torn = state.torn ? { torn: state.torn } : {};
  if (why === "truncated")
    return { kind: "begin", follows: { why, file, ...torn, ...lostOf(known) } };
  return { kind: "begin", head: state.head, follows: { why, file, ...torn } };
}

/** Whether a file still holds all that the last known checkpoint vouched for. */
function reaches(
  { head, segment }: SegmentState & { kind: "chained" },
  known: Known | undefined,
): boolean {
  if (!known) return true;
  if (known.chain !== head.chain) return segment.follows?.lost?.chain === known.chain;
  return head.seq > known.seq || (head.seq === known.seq && head.hash === known.hash);
}

function withFollows(next: Continuation, follows: Follows): Continuation {
  if (next.kind === "append") return next;
  const { lost } = next.follows ?? {};
  return { ...next, follows: { ...follows, ...(lost ? { lost } : {}) } };
}

function lostOf(known: Pick<ChainHead, "chain" | "seq"> | undefined): Pick<Follows, "lost"> {
  return known ? { lost: { chain: known.chain, seq: known.seq } } : {};
}

function newest(files: TrailFiles, known: Known | undefined): FullFile | undefined {
  const all = files.listFull();
  const ofKnown = all.filter(({ chain }) => known?.chain.startsWith(chain));
  if (ofKnown.length > 0) return ofKnown.at(-1);
  const timeOf = ({ file }: FullFile): number => fs.statSync(file).mtimeMs;
  return all.toSorted((left, right) => timeOf(left) - timeOf(right)).at(-1);
}

/** What stands in another file of the trail. Undefined where it is gone. */
export function inspectFile(file: string): SegmentState | undefined {
  const fd = openSegment(file, "never");
  if (fd === undefined) return undefined;
  try {
    return inspectSegment(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** The last copy of a checkpoint that can be read. Its signature is for `glovebox audit verify`. */
function readKnown(file: string): Known | undefined {
  const fd = openSegment(file, "never");
  if (fd === undefined) return undefined;
  try {
    const last = readLastLine(fd);
    const checkpoint = readCheckpoint(last?.line);
    return last && checkpoint
      ? { chain: checkpoint.chain, seq: checkpoint.seq, hash: last.hash }
      : undefined;
  } finally {
    fs.closeSync(fd);
  }
}

/** Gives the current file another name. Never over another file: of two ends of one chain both are evidence. */
export function moveAside(files: TrailFiles, target: string): string {
  try {
    let free = target;
    for (let count = 1; fs.existsSync(free); count += 1)
      free = target.replace(/(~\d+)?\.jsonl$/, `~${count}.jsonl`);
    fs.renameSync(files.current, free);
    return path.basename(free);
  } catch (error) {
    throw notWritable(files.current, error);
  }
}
