import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { digestOfBytes } from "../../plugin/canonical.ts";
import type { Digest } from "../../plugin/formats.ts";
import { decodeBase64 } from "../base64.ts";
import { SupplyError } from "../errors.ts";

/** A public key that signatures can be checked with. */
export interface PublicKey {
  readonly key: KeyObject;
  /** Base64 of the SPKI bytes (RFC 5280), on one line: what `trust` in the configuration holds. */
  readonly text: string;
  /** SHA-256 of the SPKI bytes: the name of the key in signatures and in the lockfile. */
  readonly digest: Digest;
}

export interface KeyPair {
  /** PKCS#8 PEM; encrypted when a passphrase was given. */
  readonly privateKey: string;
  readonly publicKey: PublicKey;
}

const TEXT_LENGTH_MAX = 256;
const PEM_LENGTH_MAX = 4096;
const POINT_BYTES = 32;
/** The kinds of keys that are accepted, and the length of their SPKI. */
const SPKI_BYTES: ReadonlyMap<string, number> = new Map([
  ["ed25519", 44],
  ["prime256v1", 91],
]);

/**
 * The y coordinates of Ed25519 points of small order, in every encoding that OpenSSL takes, without the sign bit.
 * Under such a "key", signatures can be made by anyone; to trust one is to trust everyone.
 */
const WEAK_ED25519: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

export const KEY_TYPES = ["ed25519", "p256"] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** Makes a new key: Ed25519, or ECDSA P-256. With a passphrase, the private key is encrypted (PBES2, AES-256-CBC). */
export function generateKey(passphrase?: string, type: KeyType = "ed25519"): KeyPair {
  const { privateKey, publicKey } =
    type === "p256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("ed25519");
  const pem = privateKey.export({
    type: "pkcs8",
    format: "pem",
    ...(passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase }),
  });
  return { privateKey: pem, publicKey: describeKey(publicKey) };
}

/** Reads a public key as `PublicKey.text` writes it: Ed25519 or ECDSA P-256. Throws `ERR_KEY_INVALID`. */
export function parsePublicKey(text: string): PublicKey {
  if (/^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text))
    throw new SupplyError(
      "ERR_KEY_INVALID",
      "this is a private key, and its public one is wanted",
      {
        remedy: "Name the `.pub` file that was made with it, and keep this one to yourself.",
      },
    );
  const spki = text.length > TEXT_LENGTH_MAX ? undefined : decodeBase64(text.trim());
  if (spki === undefined) throw invalid("the public key is not base64 on one line");
  let key: KeyObject;
  try {
    key = createPublicKey({ key: spki, format: "der", type: "spki" });
  } catch (cause) {
    throw invalid("the public key is not base64 of SPKI bytes", cause);
  }
  const known = describeKey(key);
  // Otherwise one key could be written in two ways and have two digests.
  if (known.digest !== digestOfBytes(spki))
    throw invalid("the public key is not in its plain form");
  return known;
}

/** What to say of a public key where the private one is wanted; undefined of anything else. */
export function refusePublic(text: string): SupplyError | undefined {
  if (!text.startsWith("-----BEGIN PUBLIC KEY-----")) {
    try {
      parsePublicKey(text);
    } catch (error) {
      if (error instanceof SupplyError) return undefined;
      throw error;
    }
  }
  return new SupplyError("ERR_KEY_INVALID", "this is a public key, and its private one is wanted", {
    remedy: "Name the `.key` file that was made with it.",
  });
}

/** Reads a private key in PKCS#8 PEM. Throws `ERR_KEY_INVALID` or `ERR_KEY_PASSPHRASE`. */
export function parsePrivateKey(pem: string, passphrase?: string): KeyObject {
  if (pem.length > PEM_LENGTH_MAX || !/^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----\r?\n/.test(pem)) {
    throw refusePublic(pem) ?? invalid("the private key is not PKCS#8 PEM");
  }
  const isEncrypted = pem.startsWith("-----BEGIN ENCRYPTED");
  if (isEncrypted && passphrase === undefined) {
    throw new SupplyError(
      "ERR_KEY_PASSPHRASE",
      "the private key is encrypted, and GLOVEBOX_PASSPHRASE is not set",
    );
  }
  try {
    const key = createPrivateKey({ key: pem, format: "pem", ...(passphrase && { passphrase }) });
    describeKey(createPublicKey(key));
    return key;
  } catch (cause) {
    if (cause instanceof SupplyError) throw cause;
    if (!isEncrypted) throw invalid("the private key is damaged", cause);
    // A wrong passphrase and damaged bytes look the same: both decrypt to noise.
    const message = "the private key does not open with the passphrase in GLOVEBOX_PASSPHRASE";
    throw new SupplyError("ERR_KEY_PASSPHRASE", message, { cause });
  }
}

/** The public half of a private key. Throws `ERR_KEY_INVALID`. */
export function publicKeyOf(privateKey: KeyObject): PublicKey {
  return describeKey(createPublicKey(privateKey));
}

/** A public key of an accepted kind, in its plain form. Throws `ERR_KEY_INVALID`. */
export function describeKey(key: KeyObject): PublicKey {
  const spki = key.export({ type: "spki", format: "der" });
  const kind = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? "secret";
  // The length tells the plain form from compressed points and spelled-out curves: one key, one digest.
  if (SPKI_BYTES.get(kind) !== spki.length) {
    throw invalid(`the key is ${kind} in ${spki.length} bytes, which is not accepted`);
  }
  if (kind === "ed25519" && isWeak(spki.subarray(-POINT_BYTES))) {
    throw invalid("the key is a weak one, for which anyone can sign");
  }
  return { key, text: spki.toString("base64"), digest: digestOfBytes(spki) };
}

function isWeak(point: Buffer): boolean {
  const unsigned = Buffer.from(point);
  unsigned.writeUInt8(unsigned.readUInt8(POINT_BYTES - 1) & 0x7f, POINT_BYTES - 1);
  return WEAK_ED25519.has(unsigned.toString("hex"));
}

function invalid(message: string, cause?: unknown): SupplyError {
  return new SupplyError("ERR_KEY_INVALID", message, { cause });
}
