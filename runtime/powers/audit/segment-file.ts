import { createHash } from "node:crypto";
import fs from "node:fs";
import {
  hashLine,
  LINE_BYTES_MAX,
  readLine,
  readSegment,
  type ChainHead,
  type ChainLine,
  type SegmentLine,
} from "../../audit/chain/lines.ts";
import { isCode, notWritable } from "../file-errors.ts";

const CHUNK_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

/** Opens a file of the trail for reading and appending, and makes it (mode 0600) where `create` says so. */
export function openSegment(file: string, create: "never" | "new" | "missing"): number | undefined {
  // Not blocking: a pipe in the file's place must not hang the start. No link: records would end in a file of another purpose.
  const { O_RDWR, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const making = { never: 0, new: O_CREAT | O_EXCL, missing: O_CREAT }[create];
  let fd: number | undefined;
  try {
    fd = fs.openSync(file, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | making, 0o600);
    if (!fs.fstatSync(fd).isFile()) throw new Error("it is not a regular file");
    return fd;
  } catch (error) {
    if (fd !== undefined) fs.closeSync(fd);
    if (create === "never" && isCode(error, "ENOENT")) return undefined;
    throw notWritable(file, error);
  }
}

/** What stands in a file of the trail. */
export type SegmentState =
  | { readonly kind: "empty" }
  /** Not one whole line. */
  | { readonly kind: "headless"; readonly torn: Piece }
  | { readonly kind: "old-format" | "damaged"; readonly whole: Piece }
  | {
      readonly kind: "chained";
      readonly segment: SegmentLine;
      readonly firstSeq: number;
      readonly head: ChainHead;
      /** Whether the last whole line is a checkpoint. */
      readonly isSigned: boolean;
      readonly sizeBytes: number;
      readonly torn?: Piece;
    };

/** Bytes that are no whole line, or are not chained: named, so that they cannot be changed unseen later. */
export interface Piece {
  readonly bytes: number;
  readonly sha256: string;
}

/** Looks at a file's first and last line. The lines between are for `glovebox audit verify`. */
export function inspectSegment(fd: number): SegmentState {
  const sizeBytes = fs.fstatSync(fd).size;
  if (sizeBytes === 0) return { kind: "empty" };
  const first = firstLine(fd, sizeBytes);
  const end = endOfLines(fd, sizeBytes);
  if (first === undefined || end === 0)
    return sizeBytes <= LINE_BYTES_MAX
      ? { kind: "headless", torn: digestOf(fd, 0, sizeBytes) }
      : { kind: "damaged", whole: digestOf(fd, 0, sizeBytes) };
  const opening = readLine(first);
  const segment = readSegment(opening);
  const bytes = lastLine(fd, end);
  const last = bytes && readLine(bytes);
  if (!opening || !segment || !bytes || !last) {
    const kind = !opening && isOld(first) ? "old-format" : "damaged";
    return { kind, whole: digestOf(fd, 0, sizeBytes) };
  }
  return {
    kind: "chained",
    segment,
    firstSeq: opening.seq,
    isSigned: last.kind === "checkpoint",
    head: { chain: segment.chain, seq: last.seq, hash: hashLine(bytes) },
    sizeBytes,
    ...(end < sizeBytes ? { torn: digestOf(fd, end, sizeBytes) } : {}),
  };
}

/** The last whole line that is one of a chain, and its hash. Undefined where there is none near the end. */
export function readLastLine(fd: number): { line: ChainLine; hash: string } | undefined {
  const bytes = lastLine(fd, endOfLines(fd, fs.fstatSync(fd).size));
  const line = bytes && readLine(bytes);
  return line && bytes ? { line, hash: hashLine(bytes) } : undefined;
}

/** A line of version 1 is an object that says what it is, and has no number. */
function isOld(line: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(line.toString());
    return typeof value === "object" && value !== null && "kind" in value && !("seq" in value);
  } catch {
    return false;
  }
}

function firstLine(fd: number, sizeBytes: number): Buffer | undefined {
  const bytes = read(fd, 0, Math.min(sizeBytes, LINE_BYTES_MAX + 1));
  const end = bytes.indexOf(LINE_FEED);
  return end < 0 ? undefined : bytes.subarray(0, end);
}

/** Just behind the last line feed. 0 where there is none within the longest line of the end. */
function endOfLines(fd: number, sizeBytes: number): number {
  const at = findBackwards(fd, sizeBytes);
  return at < 0 ? 0 : at + 1;
}

/** The line whose line feed is just before `end`. */
function lastLine(fd: number, end: number): Buffer | undefined {
  if (end === 0) return undefined;
  const start = findBackwards(fd, end - 1) + 1;
  const length = end - 1 - start;
  return length > LINE_BYTES_MAX ? undefined : read(fd, start, length);
}

/** Where the last line feed before `end` is; -1 where there is none, or none within the longest line. */
function findBackwards(fd: number, end: number): number {
  for (let to = end; to > 0 && end - to <= LINE_BYTES_MAX; to -= CHUNK_BYTES) {
    const from = Math.max(0, to - CHUNK_BYTES);
    const at = read(fd, from, to - from).lastIndexOf(LINE_FEED);
    if (at >= 0) return from + at;
  }
  return -1;
}

function digestOf(fd: number, from: number, to: number): Piece {
  const digest = createHash("sha256");
  for (let at = from; at < to; at += CHUNK_BYTES)
    digest.update(read(fd, at, Math.min(CHUNK_BYTES, to - at)));
  return { bytes: to - from, sha256: digest.digest("hex") };
}

function read(fd: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let total = 0;
  while (total < length) {
    const count = fs.readSync(fd, bytes, total, length - total, from + total);
    if (count === 0) break;
    total += count;
  }
  return bytes.subarray(0, total);
}
