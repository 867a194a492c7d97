import { createHmac, randomBytes } from "node:crypto";
import type { Sealer } from "../../at-rest/seal.ts";
import {
  CHUNK_BYTES,
  NONCE_BYTES,
  openSealed,
  SIZE_BYTES_MAX,
  TAG_BYTES,
} from "./sealed-chunks.ts";
import { type FolderKeys, SealDamage } from "./sealed-keys.ts";

/** Says what the file is, and in which version. */
const MAGIC = Buffer.from("GBSEAL\x01\x00", "latin1");
const FILE_ID_BYTES = 16;
const CLEAR_BYTES = MAGIC.length + FILE_ID_BYTES;
const NUMBER_BYTES = 8;
const NAME_TAG_BYTES = 16;
const BODY_BYTES = 3 * NUMBER_BYTES + 2 * NAME_TAG_BYTES;
const NO_NAME = Buffer.alloc(NAME_TAG_BYTES);

/** Within one sector of a disk, so that a crash leaves the old one or the new one. */
export const HEADER_BYTES = CLEAR_BYTES + NONCE_BYTES + BODY_BYTES + TAG_BYTES;

/**
 * What a sealed file says of itself, authenticated:
 * `magic 8 | file id 16 | nonce 24 | XAES-256-GCM(size 8 | holes from 8 | holes to 8 | name 16 | other name 16) | tag 16`,
 * numbers big-endian, and what stands before the nonce is the associated data.
 */
export interface Header {
  /** Plain bytes. */
  readonly sizeBytes: number;
  /** Only chunks from the first number to before the second may be holes, which read as zeros. Equal when there are none. */
  readonly holes: readonly [number, number];
  /** Tags of the names that the file may stand under: one, or two while it is renamed. */
  readonly names: readonly Buffer[];
}

/** Whether a file that begins so could be sealed, or has nothing written yet. Nothing is proven: it is not one in clear. */
export function beginsSealed(head: Uint8Array): boolean {
  return MAGIC.equals(head.subarray(0, MAGIC.length)) || head.every((byte) => byte === 0);
}

export function makeFileId(): Buffer {
  return randomBytes(FILE_ID_BYTES);
}

/** Reads which file it claims to be. Nothing here is proven: the key that follows from it opens the header, or does not. */
export function parseFileId(bytes: Uint8Array): Buffer {
  if (bytes.length !== HEADER_BYTES) throw new SealDamage("it has no whole header");
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!header.subarray(0, MAGIC.length).equals(MAGIC))
    throw new SealDamage("it is not a sealed file of a known version");
  return header.subarray(MAGIC.length, CLEAR_BYTES);
}

/** Opens a header with the key of the file that `parseFileId` named. Throws `SealDamage`. */
export function openHeader(sealer: Sealer, bytes: Uint8Array): Header {
  const clear = bytes.subarray(0, CLEAR_BYTES);
  const body = Buffer.from(openSealed(sealer, bytes.subarray(CLEAR_BYTES), clear));
  // Only this program writes what opened; it is held to the limits all the same.
  const sizeBytes = readNumber(body, 0, SIZE_BYTES_MAX);
  const chunksMax = Math.ceil(sizeBytes / CHUNK_BYTES);
  const holesTo = readNumber(body, 2 * NUMBER_BYTES, chunksMax);
  const holes = [readNumber(body, NUMBER_BYTES, holesTo), holesTo] as const;
  const namesAt = 3 * NUMBER_BYTES;
  const names = [0, 1]
    .map((slot) => body.subarray(namesAt + slot * NAME_TAG_BYTES).subarray(0, NAME_TAG_BYTES))
    .filter((name) => !name.equals(NO_NAME));
  return { sizeBytes, holes, names };
}

export function sealHeader(
  sealer: Sealer,
  fileId: Uint8Array,
  { sizeBytes, holes, names }: Header,
): Buffer {
  const clear = Buffer.concat([MAGIC, fileId]);
  const body = Buffer.alloc(BODY_BYTES);
  for (const [index, number] of [sizeBytes, ...holes].entries())
    body.writeBigUInt64BE(BigInt(number), index * NUMBER_BYTES);
  for (const [slot, name] of names.entries())
    name.copy(body, 3 * NUMBER_BYTES + slot * NAME_TAG_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  return Buffer.concat([clear, nonce, sealer.encrypt(nonce, body, clear)]);
}

/** Ties a file to its name on the disk: one that somebody moved to another name does not open under it. */
export function nameTagOf({ ties }: FolderKeys, fileId: Uint8Array, sealedName: string): Buffer {
  const digest = createHmac("sha256", ties).update(fileId).update(sealedName).digest();
  return digest.subarray(0, NAME_TAG_BYTES);
}

function readNumber(body: Buffer, at: number, max: number): number {
  const number = body.readBigUInt64BE(at);
  if (number > BigInt(max)) throw new SealDamage("its header holds an impossible number");
  return Number(number);
}
