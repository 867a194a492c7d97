import { createPublicKey, hash, verify, type KeyObject } from "node:crypto";
import { decodeBase64 } from "../base64.ts";
import { SupplyError } from "../errors.ts";
import { describeKey, type PublicKey } from "./keys.ts";

/** A minisign public key, and the number that its owner's signatures name it by. Anyone can give a key the same number. */
export interface MinisignKey extends PublicKey {
  /** 16 hex digits. */
  readonly id: string;
}

/** A `.minisig` file whose shape is checked, and nothing else of it. */
export interface MinisignSignature {
  /** The key that it says it was made by. A claim. */
  readonly claimedId: string;
  /** Whether the signature is over BLAKE2b-512 of the file (`ED`), and not over the file itself (`Ed`). */
  readonly isPrehashed: boolean;
  readonly signature: Uint8Array;
  /** What the signer says of it, beneath a signature of its own. */
  readonly trustedComment: string;
  readonly commentSignature: Uint8Array;
}

const ALGORITHM_BYTES = 2;
const ID_BYTES = 8;
const SIGNATURE_BYTES = 64;
const KEY_BYTES = 32;
const FILE_BYTES_MAX = 4096;
/** SubjectPublicKeyInfo of an Ed25519 key (RFC 8410), up to the key itself. */
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");
const UNTRUSTED = "untrusted comment: ";
const TRUSTED = "trusted comment: ";

/** Reads the second line of a minisign `.pub` file. Throws `ERR_KEY_INVALID`. */
export function parseMinisignKey(text: string): MinisignKey {
  const bytes = decodeBase64(text);
  if (
    bytes?.length !== ALGORITHM_BYTES + ID_BYTES + KEY_BYTES ||
    !bytes.toString("latin1").startsWith("Ed")
  )
    throw new SupplyError(
      "ERR_KEY_INVALID",
      "the minisign key is not the second line of a .pub file",
    );
  const point = bytes.subarray(ALGORITHM_BYTES + ID_BYTES);
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, point]), format: "der", type: "spki" });
  } catch (cause) {
    throw new SupplyError("ERR_KEY_INVALID", "the minisign key is no Ed25519 key", { cause });
  }
  return { ...describeKey(key), id: idOf(bytes) };
}

/** Reads a `.minisig` file that anyone may have made: four lines and not a byte more. Throws `ERR_MINISIG_MALFORMED`. */
export function parseMinisig(bytes: Uint8Array): MinisignSignature {
  const text = bytes.length > FILE_BYTES_MAX ? undefined : decode(bytes);
  const lines = text?.replace(/\r?\n$/, "").split(/\r?\n/) ?? [];
  const [comment = "", first = "", trusted = "", second = ""] = lines;
  const signature = decodeBase64(first);
  const commentSignature = decodeBase64(second);
  const algorithm = signature?.toString("latin1", 0, ALGORITHM_BYTES);
  if (
    lines.length !== 4 ||
    !comment.startsWith(UNTRUSTED) ||
    !trusted.startsWith(TRUSTED) ||
    (algorithm !== "Ed" && algorithm !== "ED") ||
    signature?.length !== ALGORITHM_BYTES + ID_BYTES + SIGNATURE_BYTES ||
    commentSignature?.length !== SIGNATURE_BYTES
  )
    throw new SupplyError("ERR_MINISIG_MALFORMED", "the file is not what minisign writes");
  return {
    claimedId: idOf(signature),
    isPrehashed: algorithm === "ED",
    signature: signature.subarray(ALGORITHM_BYTES + ID_BYTES),
    trustedComment: trusted.slice(TRUSTED.length),
    commentSignature,
  };
}

/** Whether `key` made the signature over `file`, and signed the trusted comment with it. */
export function isSignedBy(
  { signature, isPrehashed, trustedComment, commentSignature }: MinisignSignature,
  { key }: PublicKey,
  file: Uint8Array,
): boolean {
  const signed = isPrehashed ? hash("blake2b512", file, "buffer") : file;
  const comment = Buffer.concat([signature, Buffer.from(trustedComment, "utf8")]);
  return verify(null, signed, key, signature) && verify(null, comment, key, commentSignature);
}

/** Minisign prints the eight bytes as one little-endian number. */
function idOf(bytes: Buffer): string {
  const id = bytes.subarray(ALGORITHM_BYTES, ALGORITHM_BYTES + ID_BYTES);
  return Buffer.from(id.toReversed()).toString("hex").toUpperCase();
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
