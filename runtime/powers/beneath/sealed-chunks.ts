import { randomBytes } from "node:crypto";
import { AtRestError } from "../../at-rest/errors.ts";
import type { Sealer } from "../../at-rest/seal.ts";
import { SealDamage } from "./sealed-keys.ts";

export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;
/** Plain bytes of a chunk. The last one of a file is filled up with zeros. */
export const CHUNK_BYTES = 4096;
/** A chunk on the disk: `nonce 24 | XAES-256-GCM of 4096 | tag 16`. */
export const SEALED_CHUNK_BYTES = NONCE_BYTES + CHUNK_BYTES + TAG_BYTES;
/** A file beyond it is refused, as Linux refuses one beyond what its file system holds: every place stays an exact number. */
export const SIZE_BYTES_MAX = 2 ** 43;

const HOLE = Buffer.alloc(SEALED_CHUNK_BYTES);
const INDEX_BYTES = 8;

/** The half of a nonce that names a key. Chunks that are written together share it. */
const KEY_HALF_BYTES = 12;

/**
 * Seals whole chunks, `first` and those that follow it, each with a fresh random nonce. The place of a chunk is its
 * associated data, and the key is of one file alone: a chunk opens nowhere else.
 */
export function sealChunks(sealer: Sealer, first: number, plain: Uint8Array): Buffer {
  const count = plain.length / CHUNK_BYTES;
  const sealed = Buffer.allocUnsafe(count * SEALED_CHUNK_BYTES);
  const random = randomBytes(KEY_HALF_BYTES + count * (NONCE_BYTES - KEY_HALF_BYTES));
  for (let index = 0; index < count; index += 1) {
    const at = index * SEALED_CHUNK_BYTES;
    const nonce = sealed.subarray(at, at + NONCE_BYTES);
    random.copy(nonce, 0, 0, KEY_HALF_BYTES);
    const from = KEY_HALF_BYTES + index * (NONCE_BYTES - KEY_HALF_BYTES);
    random.copy(nonce, KEY_HALF_BYTES, from, from + NONCE_BYTES - KEY_HALF_BYTES);
    const chunk = plain.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
    sealed.set(sealer.encrypt(nonce, chunk, placeOf(first + index)), at + NONCE_BYTES);
  }
  return sealed;
}

/**
 * Opens `count` chunks. One of zeros alone, which is what a disk says of a hole, is zeros where `holes` (from, to) allow it.
 * Throws `SealDamage` before any byte of a chunk that does not prove itself is handed on.
 */
export function openChunks(
  sealer: Sealer,
  first: number,
  count: number,
  sealed: Uint8Array,
  holes: readonly [number, number],
): Buffer {
  if (sealed.length !== count * SEALED_CHUNK_BYTES) throw new SealDamage("its end is missing");
  const plain = Buffer.alloc(count * CHUNK_BYTES);
  for (let index = 0; index < count; index += 1) {
    const place = first + index;
    const chunk = sealed.subarray(index * SEALED_CHUNK_BYTES, (index + 1) * SEALED_CHUNK_BYTES);
    if (place >= holes[0] && place < holes[1] && HOLE.equals(chunk)) continue;
    plain.set(openSealed(sealer, chunk, placeOf(place)), index * CHUNK_BYTES);
  }
  return plain;
}

/** Opens a nonce and what follows it. Throws `SealDamage`. */
export function openSealed(sealer: Sealer, sealed: Uint8Array, associated: Uint8Array): Uint8Array {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  try {
    return sealer.decrypt(nonce, sealed.subarray(NONCE_BYTES), associated);
  } catch (error) {
    if (!(error instanceof AtRestError)) throw error;
    throw new SealDamage("a part of it was changed, was torn by a crash, or is of another key");
  }
}

function placeOf(index: number): Buffer {
  const bytes = Buffer.alloc(INDEX_BYTES);
  bytes.writeBigUInt64BE(BigInt(index));
  return bytes;
}
