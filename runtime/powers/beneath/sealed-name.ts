import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import { HostError } from "@glovebox/host-api/errors";
import { assertPlainName, isPlainName } from "@glovebox/host-api/filesystem/path";
import type { FolderKeys } from "./sealed-keys.ts";

/** A guest's name in a sealed folder may be this long: sealed and encoded it must fit the 255 bytes of a file system. */
export const SEALED_NAME_BYTES_MAX = 127;
const IV_BYTES = 16;
/** Names are filled up to a multiple of this: what they are long shows only so far. */
const PADDING_BYTES = 16;
/** Ends the name inside the padding; zeros follow (ISO/IEC 7816-4). */
const END = 0x80;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const BITS = 5;
const ENCODED_CHARS_MAX = 255;

/**
 * Seals one component of a path, the same each time and in each directory, so that a name is found without a list of names:
 * debt("GB-084").
 * SIV (RFC 5297, of HMAC-SHA-256 instead of CMAC): the start value of AES-256-CTR is a keyed digest of the padded name,
 * and proves it. Written in base32 of small letters, which no file system folds, cuts or reserves.
 * Throws `HostError` (`invalid-argument`) for a name that is too long, and what `assertPlainName` throws.
 */
export function sealName(keys: FolderKeys, name: string): string {
  assertPlainName(name);
  const bytes = Buffer.from(name);
  if (bytes.length > SEALED_NAME_BYTES_MAX)
    throw new HostError("invalid-argument", "a name is too long for a sealed folder");
  const padded = Buffer.alloc((Math.floor(bytes.length / PADDING_BYTES) + 1) * PADDING_BYTES);
  bytes.copy(padded);
  padded[bytes.length] = END;
  const iv = digestOf(keys, padded);
  const cipher = createCipheriv("aes-256-ctr", keys.nameCipher, iv);
  return encode(Buffer.concat([iv, cipher.update(padded)]));
}

/** The name that was sealed. `undefined` for everything that `sealName` does not write with these keys, however it is spelled. */
export function openName(keys: FolderKeys, sealed: string): string | undefined {
  const bytes = decode(sealed);
  if (bytes === undefined || bytes.length <= IV_BYTES || bytes.length % PADDING_BYTES !== 0)
    return undefined;
  const iv = bytes.subarray(0, IV_BYTES);
  const padded = createDecipheriv("aes-256-ctr", keys.nameCipher, iv).update(
    bytes.subarray(IV_BYTES),
  );
  // A name is no secret from whoever may put one into the folder: equality need not take constant time.
  if (!digestOf(keys, padded).equals(iv)) return undefined;
  // What proves itself was written here, but for the last bits of its spelling, of which only one is looked up.
  const name = padded.subarray(0, padded.lastIndexOf(END)).toString();
  return isPlainName(name) && encode(bytes) === sealed ? name : undefined;
}

/** Whether a name could have been sealed, by its form alone: plugins' own names hardly ever look so. */
export function looksSealed(name: string): boolean {
  const bytes = decode(name)?.length ?? 0;
  return bytes > IV_BYTES && bytes % PADDING_BYTES === 0;
}

/** Names that a folder was asked for before: most are asked for again. */
const KNOWN_MAX = 4096;

/** `sealName` and `openName` of one folder, remembered. What `keys` throws is thrown each time. */
export class Names {
  readonly #keys: () => FolderKeys;
  readonly #sealed = new Map<string, string>();
  readonly #plain = new Map<string, string>();

  constructor(keys: () => FolderKeys) {
    this.#keys = keys;
  }

  seal(path: readonly string[]): readonly string[] {
    const keys = this.#keys();
    return path.map((name) => this.#sealed.get(name) ?? this.#know(name, sealName(keys, name)));
  }

  open(sealed: string): string | undefined {
    const keys = this.#keys();
    const known = this.#plain.get(sealed);
    if (known !== undefined) return known;
    const name = openName(keys, sealed);
    if (name !== undefined) this.#know(name, sealed);
    return name;
  }

  #know(name: string, sealed: string): string {
    if (this.#sealed.size >= KNOWN_MAX) {
      this.#sealed.clear();
      this.#plain.clear();
    }
    this.#sealed.set(name, sealed);
    this.#plain.set(sealed, name);
    return sealed;
  }
}

function digestOf({ nameMac }: FolderKeys, padded: Uint8Array): Buffer {
  return createHmac("sha256", nameMac).update(padded).digest().subarray(0, IV_BYTES);
}

/** Base32 (RFC 4648) without padding. */
function encode(bytes: Uint8Array): string {
  let text = "";
  let value = 0;
  let bits = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= BITS) {
      bits -= BITS;
      text += ALPHABET[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET[(value << (BITS - bits)) & 31];
}

function decode(text: string): Buffer | undefined {
  if (text.length > ENCODED_CHARS_MAX || !/^[a-z2-7]+$/.test(text)) return undefined;
  const bytes = Buffer.alloc(Math.floor((text.length * BITS) / 8));
  let value = 0;
  let bits = 0;
  let at = 0;
  for (const char of text) {
    value = (value << BITS) | ALPHABET.indexOf(char);
    bits += BITS;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = value >>> bits;
      value &= (1 << bits) - 1;
    }
  }
  return bytes;
}
