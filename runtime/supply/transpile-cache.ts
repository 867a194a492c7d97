import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Digest } from "../plugin/formats.ts";
import type { Transpiled } from "../sandbox/sandbox.ts";
import { attempt, openCacheSecret, type CachePowers } from "./cache-secret.ts";
import { decodeTranspiled, encodeTranspiled } from "./transpiled-frame.ts";

const MIB = 1024 * 1024;
export const ENTRY_BYTES_MAX = 96 * MIB;
export const CACHE_BYTES_MAX = 512 * MIB;

/** Raised when what is written into transpiled modules changes: names, limits, the frame of an entry. */
const CACHE_VERSION = 6;
const MAC_BYTES = 32;
const ENTRY_NAME = /^[0-9a-f]{64}\.bin$/u;

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
      secret ??= attempt(() => openCacheSecret(folder, powers));
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
