import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Digest } from "../plugin/formats.ts";
import type { Transpiled } from "../sandbox/sandbox.ts";
import { decodeTranspiled, encodeTranspiled } from "./transpiled-frame.ts";

const MIB = 1024 * 1024;
export const ENTRY_BYTES_MAX = 96 * MIB;
export const CACHE_BYTES_MAX = 512 * MIB;

/** Raised when what is written into transpiled modules changes: names, limits, the frame of an entry. */
const CACHE_VERSION = 2;
const KEY_FILE = "cache.key";
const SECRET_BYTES = 32;
const MAC_BYTES = 32;
const ENTRY_NAME = /^[0-9a-f]{64}\.bin$/u;

/** What the cache needs of the machine. `runtime/powers/cache-files.ts` implements it. Paths are absolute. */
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

/** Everything that the transpiled code depends on. */
export interface CacheKey {
  readonly component: Digest;
  /** Versions of what writes and runs the code: glovebox, jco, Node. */
  readonly engine: Readonly<Record<string, string>>;
  /** The limits that are written into the modules. */
  readonly memoryBytes: number;
}

export interface TranspileCache {
  /** The code from the cache, or from `make`, and then kept. Fails only when `make` does. */
  load(key: CacheKey, make: () => Promise<Transpiled>): Promise<Transpiled>;
}

/**
 * Keeps transpiled code on disk. Nothing read from there is trusted: each entry carries an HMAC-SHA256 over its key and
 * content, by a secret that only this user can read and that a copy of its file does not give; whatever does not match is
 * ignored and made again. So an entry that was changed, cut, moved to another name, or came with a copied workspace is
 * never loaded. It does not defend against someone who can act as this user: they could change the program itself.
 *
 * Several processes may share the folder. A folder that cannot be written costs time and nothing else.
 */
export function makeTranspileCache(folder: string, powers: CachePowers): TranspileCache {
  let secret: Uint8Array | undefined;
  return {
    async load(key, make) {
      secret ??= attempt(() => openSecret(folder, powers));
      const held = secret;
      if (held === undefined) return make();
      const entry = { name: nameOf(key), secret: held };
      const kept = attempt(() => readEntry(folder, powers, entry));
      if (kept !== undefined) return kept;
      const made = await make();
      attempt(() => writeEntry(folder, powers, entry, made));
      return made;
    },
  };
}

interface Entry {
  readonly name: string;
  readonly secret: Uint8Array;
}

/** The cache is never worth a failure: a full disk or a read-only folder means that there is no cache. */
function attempt<Result>(act: () => Result): Result | undefined {
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
function openSecret(folder: string, powers: CachePowers): Uint8Array {
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

function nameOf(key: CacheKey): string {
  const engine = Object.entries(key.engine).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const text = JSON.stringify([CACHE_VERSION, key.component, engine, key.memoryBytes]);
  return createHash("sha256").update(text).digest("hex");
}

function macOf(entry: Entry, content: Uint8Array): Buffer {
  return createHmac("sha256", entry.secret).update(`${entry.name}\n`).update(content).digest();
}

function readEntry(folder: string, powers: CachePowers, entry: Entry): Transpiled | undefined {
  const file = `${folder}/${entry.name}.bin`;
  const bytes = powers.readFile(file, { bytesMax: ENTRY_BYTES_MAX, secret: false });
  if (bytes === undefined || bytes.length < MAC_BYTES) return undefined;
  const content = bytes.subarray(MAC_BYTES);
  if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), macOf(entry, content))) return undefined;
  attempt(() => powers.touch(file));
  return decodeTranspiled(content);
}

function writeEntry(folder: string, powers: CachePowers, entry: Entry, made: Transpiled): void {
  const content = encodeTranspiled(made);
  if (content.length + MAC_BYTES > ENTRY_BYTES_MAX) return;
  powers.writeFile(`${folder}/${entry.name}.bin`, Buffer.concat([macOf(entry, content), content]));
  makeRoom(folder, powers);
}

/** Removes the entries that were used longest ago, down to the size that the cache may have. */
function makeRoom(folder: string, powers: CachePowers): void {
  const entries = powers
    .list(folder)
    .filter(({ name }) => ENTRY_NAME.test(name))
    .toSorted((left, right) => left.usedMs - right.usedMs);
  let sizeBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  for (const entry of entries) {
    if (sizeBytes <= CACHE_BYTES_MAX) return;
    powers.remove(`${folder}/${entry.name}`);
    sizeBytes -= entry.sizeBytes;
  }
}
