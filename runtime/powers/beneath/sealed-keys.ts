import { createHmac } from "node:crypto";
import { HostError } from "@glovebox/host-api/errors";
import type { SealOptions } from "@glovebox/host-api/powers";
import { deriveKey } from "../../at-rest/seal.ts";

/** The keys of one sealed folder, for HMAC-SHA-256 and AES-256. */
export interface FolderKeys {
  readonly nameMac: Uint8Array;
  readonly nameCipher: Uint8Array;
  /** Parent of each file's own key. */
  readonly files: Uint8Array;
  /** For what ties a file to its name. */
  readonly ties: Uint8Array;
}

/**
 * Keys of a folder, to be asked for at each operation: from the moment that the tenant's key may not be used any more they
 * are not either, though they were derived before. Throws `HostError` (`not-permitted`).
 */
export function makeFolderKeys({ key, store }: SealOptions): () => FolderKeys {
  let derived: FolderKeys | undefined;
  return () => {
    const bytes = bytesOf(key);
    derived ??= {
      nameMac: deriveKey(bytes, `files ${store} names, digest`),
      nameCipher: deriveKey(bytes, `files ${store} names, cipher`),
      files: deriveKey(bytes, `files ${store} contents`),
      ties: deriveKey(bytes, `files ${store} ties`),
    };
    return derived;
  };
}

function bytesOf(key: SealOptions["key"]): Uint8Array {
  try {
    return key.bytes();
  } catch (cause) {
    throw new HostError("not-permitted", "the key of the plugin's files cannot be used", { cause });
  }
}

/** A file's own key. The expanding half of HKDF: what it starts from is a uniform key already (RFC 5869, 3.3). */
export function deriveFileKey({ files }: FolderKeys, fileId: Uint8Array): Uint8Array {
  return createHmac("sha256", files).update(fileId).update("\x01").digest();
}

/** What has been changed on the disk, was torn by a crash, or is of another key. The guest learns only that it cannot be read. */
export class SealDamage extends HostError {
  constructor(what: string) {
    super("internal", `a sealed file does not open: ${what}`);
  }
}
