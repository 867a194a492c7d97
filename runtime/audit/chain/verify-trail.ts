import type { KeyObject } from "node:crypto";
import { isSignedBy, readCheckpoint, readPublicKey, type Checkpoint } from "./checkpoint.ts";
import {
  hashLine,
  LINE_BYTES_MAX,
  readLine,
  type ChainHead,
  type Follows,
  type SegmentLine,
} from "./lines.ts";
import type { TrailNote, TrailProblem, TrailProblemCode } from "./problems.ts";
import {
  readSegmentFile,
  type HearLine,
  type KnownLines,
  type ReadSegmentFile,
  type TrailFile,
} from "./read-segment.ts";

const LINE_FEED = "\n";

/** What a trail is held against. */
export interface TrailEvidence {
  readonly files: readonly TrailFile[];
  /** Copies of checkpoints that were kept apart. */
  readonly checkpoints: readonly TrailFile[];
  /** Keys that may have signed. Undefined: those that the files name, which proves less. */
  readonly keys?: readonly KeyObject[];
  /** Heads that were kept elsewhere: the trail must still hold them, or begin right behind them. */
  readonly anchors: readonly ChainHead[];
  /** The digest of a file that is no trail, or undefined where it is not among the files. */
  digestOf(name: string): string | undefined;
  readonly hear?: HearLine;
}

export interface VerifiedChain {
  readonly chain: string;
  readonly files: readonly string[];
  readonly firstSeq: number;
  readonly head: ChainHead;
  readonly lines: number;
  readonly checkpoints: number;
  /** The number of the last line that a checkpoint vouches for; -1 where none does. */
  readonly signedTo: number;
}

export interface TrailReport {
  readonly ok: boolean;
  readonly chains: readonly VerifiedChain[];
  readonly problems: readonly TrailProblem[];
  readonly notes: readonly TrailNote[];
}

/**
 * Holds a trail against itself and against all that is known of it from elsewhere. Never throws for what it reads.
 *
 * What it finds: every line that was removed, changed, moved, repeated or put in; a file that is gone from within a chain;
 * a cut of the end up to the last checkpoint that is known from its copies, or up to an anchor.
 * What no chain can show by itself: a cut behind the last checkpoint and anchor, the loss of everything at once, and
 * what somebody writes who holds the key.
 */
export function verifyTrail(evidence: TrailEvidence): TrailReport {
  const problems: TrailProblem[] = [];
  const notes: TrailNote[] = [];
  const copies = readCopies(evidence, problems);
  const known = makeKnown(copies, evidence.anchors);
  const keysOf = (segment: SegmentLine): readonly KeyObject[] =>
    evidence.keys ?? [readPublicKey(segment.key)].filter((key) => key !== undefined);
  const read = evidence.files.map((file) => readSegmentFile(file, keysOf, known, evidence.hear));
  const chained = read.filter(({ segment }) => segment !== undefined);
  for (const file of read) {
    problems.push(...file.problems);
    notes.push(...file.notes);
  }
  const chains = Map.groupBy(chained, ({ segment }) => segment?.chain ?? "");
  const pruned = chained.flatMap((file) => file.pruned);
  const verified: VerifiedChain[] = [];
  for (const [chain, files] of chains) {
    const ordered = files.toSorted((left, right) => left.first!.seq - right.first!.seq);
    problems.push(...verifyOrder(ordered), ...verifyBeginning(ordered, pruned, evidence.anchors));
    verified.push(describe(chain, ordered));
    notes.push(...notesOf(ordered, evidence));
    for (const file of ordered) problems.push(...verifyFollows(file, evidence, read));
  }
  problems.push(...verifyEnds(verified, copies, evidence.anchors, pruned, chained));
  return { ok: problems.length === 0, chains: verified, problems, notes };
}

interface Copy extends Checkpoint {
  readonly file: string;
  readonly hash: string;
}

function readCopies(evidence: TrailEvidence, problems: TrailProblem[]): readonly Copy[] {
  return evidence.checkpoints.flatMap((file) => {
    let text = "";
    for (const piece of file.pieces()) text += Buffer.from(piece).toString("latin1");
    return text.split(LINE_FEED).flatMap((line, index): Copy[] => {
      const checkpoint = line.length > LINE_BYTES_MAX ? undefined : readCheckpoint(readLine(line));
      // A copy that a crash cut short is followed by a whole one, or by nothing.
      if (!checkpoint) return [];
      if (evidence.keys && !isSignedBy(checkpoint, evidence.keys)) {
        problems.push({
          code: "bad-signature",
          file: file.name,
          line: index + 1,
          chain: checkpoint.chain,
          seq: checkpoint.seq,
          message: `the copy of checkpoint ${checkpoint.seq} is not signed by the key`,
        });
        return [];
      }
      return [{ ...checkpoint, file: file.name, hash: hashLine(line) }];
    });
  });
}

function makeKnown(copies: readonly Copy[], anchors: readonly ChainHead[]): KnownLines {
  const key = (chain: string, seq: number): string => `${chain}:${seq}`;
  const before = new Map(copies.map(({ chain, seq, prev }) => [key(chain, seq), prev]));
  const hashes = new Map(
    [...copies, ...anchors].map((line) => [key(line.chain, line.seq), line.hash]),
  );
  return {
    prevOf: (chain, seq) => before.get(key(chain, seq)),
    hashOf: (chain, seq) => hashes.get(key(chain, seq)),
  };
}

/** Whether each file of a chain goes on where the one before it ended. */
function verifyOrder(files: readonly ReadSegmentFile[]): TrailProblem[] {
  return files.flatMap((file, index): TrailProblem[] => {
    const before = files[index - 1];
    if (!before?.head) return [];
    const { seq, prev } = file.first!;
    const expected = before.head.seq + 1;
    const { torn } = before;
    const isSaid = file.segment?.follows?.torn?.sha256 === torn?.sha256;
    const cut: TrailProblem[] =
      torn && !isSaid
        ? [
            problem(
              "torn-inside",
              before,
              before.lines + 1,
              "the file ends in the middle of a line",
            ),
          ]
        : [];
    if (seq > expected)
      return [
        ...cut,
        problem("missing", file, 1, `records ${expected} to ${seq - 1} are not here`, expected),
      ];
    if (seq < expected)
      return [
        ...cut,
        problem("out-of-order", file, 1, `record ${seq} stands in ${before.name} too`, seq),
      ];
    if (prev === before.head.hash) return cut;
    return [
      ...cut,
      problem(
        "changed",
        file,
        1,
        `record ${seq - 1}, the last of ${before.name}, was changed`,
        seq - 1,
      ),
    ];
  });
}

/** A chain begins at its beginning, behind an anchor, or behind what was removed on purpose. */
function verifyBeginning(
  [first]: readonly ReadSegmentFile[],
  pruned: readonly ChainHead[],
  anchors: readonly ChainHead[],
): TrailProblem[] {
  if (!first?.first || first.first.seq === 0) return [];
  const { seq, prev } = first.first;
  const isBehind = ({ chain, seq: last, hash }: ChainHead): boolean =>
    chain === first.segment?.chain && last === seq - 1 && hash === prev;
  if (pruned.some(isBehind) || anchors.some(isBehind)) return [];
  return [
    problem(
      "begins-late",
      first,
      1,
      `the trail begins at record ${seq}: what came before is not here`,
      seq,
    ),
  ];
}

/** What the first line of a file says of the one before it. */
function verifyFollows(
  file: ReadSegmentFile,
  evidence: TrailEvidence,
  read: readonly ReadSegmentFile[],
): TrailProblem[] {
  const follows = file.segment?.follows;
  if (!follows) return [];
  const found: TrailProblem[] = [];
  const { why, lost, whole, torn, file: named } = follows;
  if (why === "truncated" || why === "missing" || why === "changed-underneath" || why === "damaged")
    found.push(
      problem(
        why === "missing" ? "missing" : why === "damaged" ? "unreadable" : "truncated",
        file,
        1,
        `when this file was begun, ${wordsOf(follows)}`,
      ),
    );
  if (named === undefined) return found;
  const isHere = read.some(({ name }) => name === named) || evidence.digestOf(named) !== undefined;
  const sha256 =
    whole?.sha256 ??
    (torn && lost === undefined && !isChained(named, read) ? torn.sha256 : undefined);
  if (sha256 !== undefined && evidence.digestOf(named) !== sha256)
    found.push(
      problem("not-whole", file, 1, isHere ? `${named} was changed` : `${named} is not here`),
    );
  return found;
}

function isChained(name: string, read: readonly ReadSegmentFile[]): boolean {
  return read.some((file) => file.name === name && file.segment !== undefined);
}

function wordsOf({ why, lost }: Follows): string {
  const known = lost ? ` (chain ${lost.chain} was known up to record ${lost.seq})` : "";
  return (
    (
      {
        truncated: "the one before it ended before a checkpoint that was written",
        missing: "what came before it was gone",
        "changed-underneath": "somebody else had changed the one before it while it was written",
        damaged: "the end of the one before it was damaged",
      } as Partial<Record<Follows["why"], string>>
    )[why]?.concat(known) ?? why
  );
}

/** Whether each chain still reaches everything that is known to have been written. */
function verifyEnds(
  chains: readonly VerifiedChain[],
  copies: readonly Copy[],
  anchors: readonly ChainHead[],
  pruned: readonly ChainHead[],
  files: readonly ReadSegmentFile[],
): TrailProblem[] {
  const known = new Map<string, ChainHead & { readonly file: string }>();
  for (const line of [...copies, ...anchors.map((anchor) => ({ ...anchor, file: "" }))])
    if (line.seq > (known.get(line.chain)?.seq ?? -1)) known.set(line.chain, line);
  return [...known.values()].flatMap(({ chain, seq, file }): TrailProblem[] => {
    const end = chains.find((one) => one.chain === chain);
    const reached = Math.max(
      end?.head.seq ?? -1,
      ...pruned.filter((head) => head.chain === chain).map((head) => head.seq),
    );
    // An anchor just before the first line that is here: the files before it are kept elsewhere.
    if (reached >= seq) return [];
    const said = files.some(({ segment }) => segment?.follows?.lost?.chain === chain);
    if (said && end === undefined) return [];
    const message =
      reached < 0
        ? `chain ${chain} is not here, and it reached record ${seq}`
        : `the trail ends at record ${reached}, and it reached record ${seq}`;
    return [{ code: "truncated", file: end?.files.at(-1) ?? file, line: 0, chain, seq, message }];
  });
}

function describe(chain: string, files: readonly ReadSegmentFile[]): VerifiedChain {
  const sum = (of: (file: ReadSegmentFile) => number): number =>
    files.reduce((total, file) => total + of(file), 0);
  return {
    chain,
    files: files.map(({ name }) => name),
    firstSeq: files[0]!.first!.seq,
    head: files.at(-1)!.head!,
    lines: sum(({ lines }) => lines),
    checkpoints: sum(({ checkpoints }) => checkpoints),
    signedTo: Math.max(...files.map(({ signedTo }) => signedTo)),
  };
}

function notesOf(files: readonly ReadSegmentFile[], { keys }: TrailEvidence): TrailNote[] {
  const notes: TrailNote[] = [];
  const last = files.at(-1)!;
  const note = (code: TrailNote["code"], file: ReadSegmentFile, message: string): void =>
    void notes.push({ code, file: file.name, line: file.lines, message });
  for (const file of files)
    if (file.torn) note("torn", file, `the last line was cut short after ${file.torn.bytes} bytes`);
  const unsigned = (last.head?.seq ?? 0) - Math.max(...files.map(({ signedTo }) => signedTo));
  if (unsigned > 0)
    note(
      "unsigned",
      last,
      `${unsigned === 1 ? "the last line is" : `the last ${unsigned} lines are`} behind the last checkpoint`,
    );
  if (!keys) note("key-in-trail", last, "the key was taken from the trail itself");
  for (const file of files) {
    const why = file.segment?.follows?.why;
    if (why === "key-changed") note("key-changed", file, "the key that signs has changed");
    if (why === "old-format")
      note(
        "old-format",
        file,
        `the lines of ${file.segment?.follows?.file ?? "?"} are not chained`,
      );
    if (file.pruned.length > 0)
      note("pruned", file, `${file.pruned.length} older files were removed`);
  }
  return notes;
}

function problem(
  code: TrailProblemCode,
  file: ReadSegmentFile,
  line: number,
  message: string,
  seq?: number,
): TrailProblem {
  const chain = file.segment?.chain;
  return {
    code,
    file: file.name,
    line,
    ...(chain === undefined ? {} : { chain }),
    ...(seq === undefined ? {} : { seq }),
    message,
  };
}
