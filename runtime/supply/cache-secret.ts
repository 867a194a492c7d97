import { createHmac } from "node:crypto";

const KEY_FILE = "cache.key";
const SECRET_BYTES = 32;

/** What the caches of a workspace need of the machine. `runtime/powers/cache-files.ts` implements it. Paths are absolute. */
export interface CachePowers {
  /** Creates the folder, mode 0700, with its parents. */
  makeFolder(folder: string): void;
  /**
   * The bytes of a regular file that this user owns and nobody else may write, or with `secret` read.
   * Undefined when there is none, when it is larger or when it is anything else. Never follows a link.
   */
  readFile(
    file: string,
    rule: { readonly bytesMax: number; readonly secret: boolean },
  ): Uint8Array | undefined;
  /** Replaces the file as a whole, mode 0600: written beside it, flushed, renamed. */
  writeFile(file: string, bytes: Uint8Array): void;
  /** Writes a file that is not there yet, whole or not at all. False when there is one. */
  createFile(file: string, bytes: Uint8Array): boolean;
  /** What this file is on this machine, and no copy of it is: device, inode and the time of its last change, which nobody can set. */
  identityOf(file: string): string;
  /** Marks a file as used now. */
  touch(file: string): void;
  list(folder: string): readonly CacheFile[];
  remove(file: string): void;
  randomBytes(lengthBytes: number): Uint8Array;
}

export interface CacheFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly usedMs: number;
}

/** The cache is never worth a failure: a full disk or a read-only folder means that there is no cache. */
export function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/**
 * The secret of this folder. What its file holds is not enough: whoever sends a workspace may send the file with it, and
 * with it entries that they signed. So the secret is also of this very file, which no archive can bring along.
 */
export function openCacheSecret(folder: string, powers: CachePowers): Uint8Array {
  powers.makeFolder(folder);
  const file = `${folder}/${KEY_FILE}`;
  const held = openKey(file, powers);
  return createHmac("sha256", held).update(powers.identityOf(file)).digest();
}

/** The bytes of the key's file: made on first use, and anew when the file is not what we write or not ours alone. */
function openKey(file: string, powers: CachePowers): Uint8Array {
  const rule = { bytesMax: SECRET_BYTES, secret: true };
  const known = powers.readFile(file, rule);
  if (known?.length === SECRET_BYTES) return known;
  const fresh = powers.randomBytes(SECRET_BYTES);
  if (powers.createFile(file, fresh)) return fresh;
  // Another process was quicker, or what stands there is damaged.
  const other = powers.readFile(file, rule);
  if (other?.length === SECRET_BYTES) return other;
  powers.writeFile(file, fresh);
  return fresh;
}
