import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import fs from "node:fs";
import { AuditError } from "../../audit/errors.ts";
import { isCode, notWritable } from "../file-errors.ts";
import { createFile } from "../write-files.ts";

const KEY_BYTES_MAX = 4096;
const READABLE_BY_OTHERS = 0o077;

/** The key that signs the checkpoints of one workspace. */
export interface AuditKey {
  readonly privateKey: KeyObject;
  /** Base64 of the public key's SPKI. */
  readonly publicText: string;
}

/** Reads the workspace's key, or makes it where there is none (Ed25519, PKCS#8, mode 0600). Throws `ERR_AUDIT_KEY`. */
// debt("GB-062"): beside the trail.
export function openAuditKey(file: string): AuditKey {
  const found = readAuditKey(file);
  if (found) return found;
  const { privateKey } = generateKeyPairSync("ed25519");
  try {
    createFile(file, privateKey.export({ type: "pkcs8", format: "pem" }), 0o600);
  } catch (error) {
    // Another process has made one at the same time: there is one key for all.
    const made = readAuditKey(file);
    if (made) return made;
    throw error;
  }
  return describe(privateKey);
}

/** The same without making one: undefined where there is none. */
export function readAuditKey(file: string): AuditKey | undefined {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  let fd: number;
  try {
    fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw isCode(error, "EACCES") ? notWritable(file, error) : unusable(file, "it cannot be read");
  }
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile() || stat.size > KEY_BYTES_MAX) throw unusable(file, "it is no key's file");
    if (process.platform !== "win32" && (stat.mode & READABLE_BY_OTHERS) !== 0)
      throw unusable(file, "others than its owner may use it");
    const pem = Buffer.alloc(KEY_BYTES_MAX);
    return parse(file, pem.toString("latin1", 0, fs.readSync(fd, pem)));
  } finally {
    fs.closeSync(fd);
  }
}

function parse(file: string, pem: string): AuditKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw unusable(file, "it is damaged");
  }
  if (key.asymmetricKeyType !== "ed25519") throw unusable(file, "it is not an Ed25519 key");
  return describe(key);
}

function describe(privateKey: KeyObject): AuditKey {
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  return { privateKey, publicText: spki.toString("base64") };
}

function unusable(file: string, why: string): AuditError {
  return new AuditError("ERR_AUDIT_KEY", `The audit trail's key cannot be used: ${why}.`, {
    place: { file },
  });
}
