import { hash } from "node:crypto";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";

/** The version of the lines: those of version 1 had neither `seq` nor `prev`. */
export const CHAIN_FORMAT = 2;
/** No line is longer: whoever reads a trail need not hold more. */
export const LINE_BYTES_MAX = 1024 * 1024;
/** What the first line of a chain has before it. */
export const NOTHING_BEFORE = "0".repeat(64);

/** Where a chain has come to: the number of its last line, and the SHA-256 of that line's bytes without its line feed. */
export interface ChainHead {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
}

/** A line of a chain as it was read. Whether it stands in its place is for `verify-trail.ts` to say. */
export interface ChainLine {
  readonly seq: number;
  /** The hash of the line before it. */
  readonly prev: string;
  readonly kind: string;
  readonly body: JsonObject;
}

/** The first line of each file. */
export interface SegmentLine {
  readonly kind: "segment";
  readonly timestamp: string;
  readonly format: typeof CHAIN_FORMAT;
  readonly chain: string;
  /** Base64 of the SPKI of the key that signs the checkpoints of this file. */
  readonly key: string;
  readonly follows?: Follows;
}

/** Why a file was begun, when another stood before it. */
export const FOLLOW_REASONS = {
  /** It had grown to its size, or its age. */
  rotated: "it was full",
  /** Its last line was cut short, as by a crash. */
  torn: "its last line was cut short",
  "key-changed": "the key that signs is another",
  "old-format": "its lines are not chained",
  /** Its last line is none of a chain. */
  damaged: "its end is damaged",
  /** A checkpoint is known that it no longer reaches. */
  truncated: "it ends before a checkpoint that was written",
  /** It, or all that should stand in its place, is gone. */
  missing: "it is gone",
  /** Somebody else wrote to it, cut it or removed it while it was open. */
  "changed-underneath": "somebody else changed it while it was written",
} as const;
export type FollowReason = keyof typeof FOLLOW_REASONS;

export interface Follows {
  readonly why: FollowReason;
  /** Its name in the same folder, where it is still there. */
  readonly file?: string;
  /** The piece of a line at its end. */
  readonly torn?: { readonly bytes: number; readonly sha256: string };
  /** All of it, where its own lines do not vouch for each other. */
  readonly whole?: { readonly bytes: number; readonly sha256: string };
  /** The chain that could not be gone on with, and how far it had come by the last checkpoint. */
  readonly lost?: { readonly chain: string; readonly seq: number };
}

/** A file that was removed because of `audit.keep`, and where it ended: what follows it may begin there. */
export interface PrunedLine {
  readonly kind: "pruned";
  readonly timestamp: string;
  readonly file: string;
  readonly head: ChainHead;
}

/**
 * The text of one line without its line feed, and its hash. It is plain ASCII: no letter of a stranger's can end it early,
 * move a terminal's cursor, or mean one thing to one reader and something else to another.
 */
export function linkLine(
  head: Pick<ChainHead, "seq" | "hash">,
  body: object,
): { readonly text: string; readonly hash: string } {
  const json = toAscii(JSON.stringify(body));
  const text = `{"seq":${head.seq + 1},"prev":"${head.hash}",${json.slice(1)}`;
  return { text, hash: hashLine(text) };
}

/** SHA-256 of a line's bytes without its line feed, in hexadecimal digits. */
export function hashLine(line: string | Uint8Array): string {
  return hash("sha256", line, "hex");
}

// oxlint-disable-next-line no-control-regex -- everything but what ASCII can print
const NOT_ASCII = /[^\x20-\x7e]/;

function toAscii(json: string): string {
  if (!NOT_ASCII.test(json)) return json;
  return json.replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const HASH = /^[0-9a-f]{64}$/;

/** Reads one line. Undefined for what no writer of this format wrote. */
export function readLine(line: Uint8Array | string): ChainLine | undefined {
  if (line.length > LINE_BYTES_MAX) return undefined;
  const text = typeof line === "string" ? line : Buffer.from(line).toString("latin1");
  if (NOT_ASCII.test(text)) return undefined;
  const body = parseObject(text);
  const { seq, prev, kind } = body ?? {};
  if (!body || typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 0) return undefined;
  if (typeof prev !== "string" || !HASH.test(prev) || typeof kind !== "string") return undefined;
  return { seq, prev, kind, body };
}

const CHAIN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads the first line of a file. Undefined where the file is none of this format. */
export function readSegment(line: ChainLine | undefined): SegmentLine | undefined {
  if (line?.kind !== "segment") return undefined;
  const { format, chain, key } = line.body;
  if (format !== CHAIN_FORMAT || typeof chain !== "string" || !CHAIN_ID.test(chain))
    return undefined;
  if (typeof key !== "string") return undefined;
  return line.body as unknown as SegmentLine;
}

/** Reads where a chain had come to: `CHAIN:SEQ:HASH`, as `glovebox audit head` writes it. */
export function parseHead(text: string): ChainHead | undefined {
  const [chain = "", seq = "", digest = "", more] = text.trim().split(":");
  if (more !== undefined || !CHAIN_ID.test(chain) || !HASH.test(digest)) return undefined;
  if (!/^(0|[1-9]\d{0,14})$/.test(seq)) return undefined;
  return { chain, seq: Number(seq), hash: digest };
}

export function formatHead({ chain, seq, hash: digest }: ChainHead): string {
  return `${chain}:${seq}:${digest}`;
}

/** The head that an object of a line names, or undefined. */
export function readHead(value: unknown): ChainHead | undefined {
  if (!isJsonObject(value)) return undefined;
  const { chain, seq, hash: digest } = value;
  if (typeof chain !== "string" || typeof seq !== "number" || typeof digest !== "string")
    return undefined;
  return parseHead(`${chain}:${seq}:${digest}`);
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
