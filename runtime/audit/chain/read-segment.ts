import type { KeyObject } from "node:crypto";
import type { JsonObject } from "@glovebox/host-api/json";
import { isSignedBy, readCheckpoint, type Checkpoint } from "./checkpoint.ts";
import {
  hashLine,
  LINE_BYTES_MAX,
  NOTHING_BEFORE,
  readHead,
  readLine,
  readSegment,
  type ChainHead,
  type ChainLine,
  type SegmentLine,
} from "./lines.ts";
import type { TrailNote, TrailProblem, TrailProblemCode } from "./problems.ts";

const PROBLEMS_PER_FILE_MAX = 100;
const LINE_FEED = 0x0a;
/** A record says when its call ended, which may be a moment before it was written. */
const CLOCK_SLACK_MS = 1000;

/** A file of a trail, piece by piece: they are larger than memory. */
export interface TrailFile {
  readonly name: string;
  pieces(): Iterable<Uint8Array>;
}

/** Hears every line that can be read, from the very bytes that are verified. Whether it stands in its place is known at the end. */
export type HearLine = (body: JsonObject) => void;

/** Lines that something outside the trail knows, by chain and number. */
export interface KnownLines {
  /** What the line with this number is known to have before it. */
  prevOf(chain: string, seq: number): string | undefined;
  /** What the line with this number is known to hash to. */
  hashOf(chain: string, seq: number): string | undefined;
}

/** One file, read from its first byte to its last. */
export interface ReadSegmentFile {
  readonly name: string;
  readonly segment: SegmentLine | undefined;
  readonly first: { readonly seq: number; readonly prev: string } | undefined;
  readonly head: ChainHead | undefined;
  readonly lines: number;
  readonly checkpoints: number;
  /** The number of the last line that a checkpoint vouches for. */
  readonly signedTo: number;
  readonly torn: { readonly bytes: number; readonly sha256: string } | undefined;
  readonly pruned: readonly ChainHead[];
  readonly problems: readonly TrailProblem[];
  readonly notes: readonly TrailNote[];
}

/** Reads one file and holds each line against the one before it, against its own checkpoints, and against what is known. */
export function readSegmentFile(
  file: TrailFile,
  keysOf: (segment: SegmentLine) => readonly KeyObject[],
  known: KnownLines,
  hear: HearLine = () => undefined,
): ReadSegmentFile {
  const reader = new SegmentReader(file.name, keysOf, known, hear);
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for (const piece of file.pieces()) {
    let from = 0;
    for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, from)) {
      rest.push(piece.subarray(from, end));
      reader.read(rest.length === 1 ? rest[0]! : Buffer.concat(rest));
      [rest, restBytes] = [[], 0];
      from = end + 1;
    }
    if (from < piece.length) rest.push(piece.subarray(from));
    restBytes += piece.length - from;
    if (restBytes > LINE_BYTES_MAX) {
      reader.giveUp();
      return reader.end(undefined);
    }
  }
  return reader.end(restBytes > 0 ? Buffer.concat(rest) : undefined);
}

class SegmentReader {
  readonly #name: string;
  readonly #keysOf: (segment: SegmentLine) => readonly KeyObject[];
  readonly #known: KnownLines;
  readonly #hear: HearLine;
  readonly #problems: TrailProblem[] = [];
  readonly #notes: TrailNote[] = [];
  readonly #pruned: ChainHead[] = [];
  #segment: SegmentLine | undefined;
  #keys: readonly KeyObject[] = [];
  #first: ReadSegmentFile["first"];
  #head: ChainHead | undefined;
  /** After a line that cannot be read it is not known what the next should have before it. */
  #isLost = false;
  #lines = 0;
  #checkpoints = 0;
  #signedTo = -1;
  #timeMs = -Infinity;

  constructor(
    name: string,
    keysOf: (segment: SegmentLine) => readonly KeyObject[],
    known: KnownLines,
    hear: HearLine,
  ) {
    this.#name = name;
    this.#keysOf = keysOf;
    this.#known = known;
    this.#hear = hear;
  }

  read(bytes: Uint8Array): void {
    this.#lines += 1;
    const line = readLine(bytes);
    if (this.#lines === 1) this.#open(line);
    if (!line) {
      this.#problem("unreadable", "the line is not one that a trail is made of");
      this.#isLost = true;
      return;
    }
    const digest = hashLine(bytes);
    this.#place(line);
    this.#compare(line, digest);
    this.#readBody(line);
    this.#hear(line.body);
    const { seq } = line;
    if (seq >= (this.#head?.seq ?? -1))
      this.#head = { chain: this.#segment?.chain ?? "", seq, hash: digest };
    this.#isLost = false;
  }

  giveUp(): void {
    this.#lines += 1;
    this.#problem("unreadable", `a line is longer than ${LINE_BYTES_MAX} bytes`);
  }

  end(rest: Uint8Array | undefined): ReadSegmentFile {
    if (this.#lines === 0 && rest === undefined) this.#problem("no-trail", "the file is empty");
    return {
      name: this.#name,
      segment: this.#segment,
      first: this.#first,
      head: this.#head,
      lines: this.#lines,
      checkpoints: this.#checkpoints,
      signedTo: this.#signedTo,
      torn: rest && { bytes: rest.length, sha256: hashLine(rest) },
      pruned: this.#pruned,
      problems: this.#problems,
      notes: this.#notes,
    };
  }

  #open(line: ChainLine | undefined): void {
    this.#segment = readSegment(line);
    if (!this.#segment) {
      this.#problem("no-trail", "the first line is not that of a trail");
      return;
    }
    this.#keys = this.#keysOf(this.#segment);
    this.#first = { seq: line!.seq, prev: line!.prev };
    if (line!.seq === 0 && line!.prev !== NOTHING_BEFORE)
      this.#problem("changed", "the first line of the chain has something before it", line!.seq);
  }

  /** Whether the line follows the one before it. */
  #place({ seq, prev, kind }: ChainLine): void {
    const before = this.#head;
    if (!before) return;
    if (kind === "segment")
      this.#problem("out-of-order", "the first line of a file stands inside one", seq);
    const skipped = seq - before.seq - 1;
    if (skipped < 0)
      this.#problem("out-of-order", `record ${seq} stands behind record ${before.seq}`, seq);
    // A line that could not be read was one of the numbers between.
    else if (skipped > (this.#isLost ? 1 : 0)) this.#missing(before.seq + 1, seq - 1);
    else if (skipped === 0 && this.#isLost)
      this.#problem("out-of-order", `something was put in before record ${seq}`, seq);
    else if (skipped === 0 && prev !== before.hash)
      this.#problem("changed", `record ${seq - 1} or record ${seq} was changed`, seq);
  }

  #missing(from: number, to: number): void {
    const what = from === to ? `record ${from} is` : `records ${from} to ${to} are`;
    this.#problem("missing", `${what} not here`, from);
  }

  #compare({ seq, prev }: ChainLine, digest: string): void {
    const chain = this.#segment?.chain ?? "";
    const before = this.#known.prevOf(chain, seq);
    const itself = this.#known.hashOf(chain, seq);
    if ((before ?? prev) !== prev || (itself ?? digest) !== digest)
      this.#problem("not-as-known", `record ${seq} is not the one that was kept elsewhere`, seq);
  }

  #readBody(line: ChainLine): void {
    const { timestamp } = line.body;
    if (typeof timestamp === "string") {
      const timeMs = Date.parse(timestamp);
      if (timeMs < this.#timeMs - CLOCK_SLACK_MS && this.#notes.length === 0)
        this.#notes.push({
          code: "clock-back",
          file: this.#name,
          line: this.#lines,
          message: `the clock went back before record ${line.seq}`,
        });
      this.#timeMs = timeMs;
    }
    if (line.kind === "pruned") {
      const head = readHead(line.body["head"]);
      if (head) this.#pruned.push(head);
    }
    if (line.kind === "checkpoint") this.#readCheckpoint(readCheckpoint(line), line.seq);
  }

  #readCheckpoint(checkpoint: Checkpoint | undefined, seq: number): void {
    if (
      !checkpoint ||
      checkpoint.chain !== this.#segment?.chain ||
      !isSignedBy(checkpoint, this.#keys)
    ) {
      this.#problem("bad-signature", `the checkpoint ${seq} is not signed by the key`, seq);
      return;
    }
    this.#checkpoints += 1;
    this.#signedTo = Math.max(this.#signedTo, seq);
  }

  #problem(code: TrailProblemCode, message: string, seq?: number): void {
    if (this.#problems.length >= PROBLEMS_PER_FILE_MAX) return;
    const chain = this.#segment?.chain;
    this.#problems.push({
      code,
      file: this.#name,
      line: this.#lines,
      ...(chain === undefined ? {} : { chain }),
      ...(seq === undefined ? {} : { seq }),
      message,
    });
  }
}
