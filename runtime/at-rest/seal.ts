import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
} from "node:crypto";
import { AtRestError } from "./errors.ts";

export const DATA_KEY_BYTES = 32;
const FORM = 1;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const BLOCK_BYTES = 16;
/** What sealing adds to a value. */
export const SEAL_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** What a sealed value is bound to: moved to any other place it does not open. */
export interface SealedPlace {
  /** `tenantDigest` of whose it is. */
  readonly tenant: string;
  /** What keeps it: `kv`, `task`, with whatever tells two of them apart. */
  readonly store: string;
  /** Where it is in there. */
  readonly name: string;
}

/** Stands for a tenant's name where that must not stand. The same on every machine. */
export function tenantDigest(tenant: string): string {
  return createHash("sha256").update(`glovebox tenant\0${tenant}`).digest("hex");
}

/** A 32-byte key for one purpose (HKDF-SHA256): keys of two purposes have nothing to do with each other. */
export function deriveKey(dataKey: Uint8Array, purpose: string): Uint8Array {
  if (dataKey.length !== DATA_KEY_BYTES) throw new TypeError("a data key has 32 bytes");
  return new Uint8Array(hkdfSync("sha256", dataKey, "", `glovebox at rest ${FORM} ${purpose}`, 32));
}

/** Seals one value with a data key. For many values of one store, keep a `Sealer`. */
export function sealValue(dataKey: Uint8Array, value: Uint8Array, place: SealedPlace): Uint8Array {
  return new Sealer(deriveKey(dataKey, place.store)).seal(value, place);
}

/** Throws `ERR_AT_REST_VALUE` for whatever was not sealed with this key for this place. */
export function openValue(dataKey: Uint8Array, sealed: Uint8Array, place: SealedPlace): Uint8Array {
  return new Sealer(deriveKey(dataKey, place.store)).open(sealed, place);
}

/**
 * XAES-256-GCM (C2SP): AES-256-GCM with a key of its own for each value, derived from the first half of a random 192-bit
 * nonce. However many values one key seals, no two meet: a bare 96-bit nonce would be used up after 2^32 of them, which a
 * plugin that writes can reach. The place is the associated data.
 */
export class Sealer {
  /** Enciphers each block by itself, so that one serves for all of them. */
  readonly #blocks: Cipheriv;
  /** K1 of the standard's CMAC. */
  readonly #mask: Buffer;
  /** The half of a nonce that named the last key, and that key: parts of one file come in rows of the same half. */
  #last: { readonly half: Buffer; readonly key: Uint8Array } | undefined;

  constructor(key: Uint8Array) {
    if (key.length !== DATA_KEY_BYTES) throw new TypeError("a key of AES-256 has 32 bytes");
    this.#blocks = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
    this.#mask = doubled(this.#blocks.update(Buffer.alloc(BLOCK_BYTES)));
  }

  /** Form, nonce, ciphertext, tag. */
  seal(value: Uint8Array, place: SealedPlace): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    return Buffer.concat([Buffer.of(FORM), nonce, this.encrypt(nonce, value, bytesOf(place))]);
  }

  /** Throws `ERR_AT_REST_VALUE`. */
  open(sealed: Uint8Array, place: SealedPlace): Uint8Array {
    if (sealed.length < SEAL_BYTES || sealed[0] !== FORM) throw doesNotOpen();
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
    return this.decrypt(nonce, sealed.subarray(1 + NONCE_BYTES), bytesOf(place));
  }

  /** The standard's own function: ciphertext and tag. */
  encrypt(nonce: Uint8Array, value: Uint8Array, associated: Uint8Array): Uint8Array {
    const cipher = createCipheriv("aes-256-gcm", this.#derive(nonce), nonce.subarray(12));
    cipher.setAAD(associated);
    return Buffer.concat([cipher.update(value), cipher.final(), cipher.getAuthTag()]);
  }

  decrypt(nonce: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array {
    try {
      const options = { authTagLength: TAG_BYTES };
      const key = this.#derive(nonce);
      const decipher = createDecipheriv("aes-256-gcm", key, nonce.subarray(12), options);
      decipher.setAAD(associated).setAuthTag(sealed.subarray(-TAG_BYTES));
      // All of it comes at once, into memory of its own: nobody sees it before `final` has found it whole.
      const value = new Uint8Array(decipher.update(sealed.subarray(0, -TAG_BYTES)));
      decipher.final();
      return value;
    } catch (cause) {
      throw doesNotOpen(cause);
    }
  }

  #derive(nonce: Uint8Array): Uint8Array {
    const half = nonce.subarray(0, 12);
    if (this.#last?.half.equals(half)) return this.#last.key;
    const blocks = Buffer.alloc(2 * BLOCK_BYTES);
    for (const [index, start] of [0, BLOCK_BYTES].entries()) {
      blocks.set([0, index + 1, 0x58, 0], start);
      blocks.set(half, start + 4);
      for (let at = 0; at < BLOCK_BYTES; at += 1)
        blocks[start + at] = (blocks[start + at] ?? 0) ^ (this.#mask[at] ?? 0);
    }
    this.#last = { half: Buffer.from(half), key: this.#blocks.update(blocks) };
    return this.#last.key;
  }
}

/** Doubling in GF(2^128), as CMAC (RFC 4493, 2.3) makes its subkeys. */
function doubled(block: Buffer): Buffer {
  const high = block.readBigUInt64BE(0);
  const low = block.readBigUInt64BE(8);
  const result = Buffer.alloc(BLOCK_BYTES);
  result.writeBigUInt64BE(BigInt.asUintN(64, (high << 1n) | (low >> 63n)), 0);
  result.writeBigUInt64BE(BigInt.asUintN(64, (low << 1n) ^ ((high >> 63n) * 0x87n)), 8);
  return result;
}

/** As JSON no two places run into each other, whatever is in the names. */
function bytesOf({ tenant, store, name }: SealedPlace): Uint8Array {
  return Buffer.from(JSON.stringify(["glovebox", FORM, tenant, store, name]));
}

function doesNotOpen(cause?: unknown): AtRestError {
  return new AtRestError("ERR_AT_REST_VALUE", "Encrypted data does not open.", { cause });
}
