import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { CacheFile, CachePowers } from "../supply/cache-secret.ts";

/** A file that a process left half written is removed by the next one that lists the folder after this time. */
const ABANDONED_MS = 60 * 60 * 1000;
const TEMPORARY = /^\.[0-9a-f]{24}\.tmp$/u;

/** `CachePowers` over Node's file system. */
export function makeCachePowers(): CachePowers {
  return {
    makeFolder: (folder) => void fs.mkdirSync(folder, { recursive: true, mode: 0o700 }),
    readFile,
    writeFile: (file, bytes) => writeWhole(file, bytes, fs.renameSync),
    createFile,
    identityOf: (file) => {
      const { dev, ino, ctimeNs } = fs.lstatSync(file, { bigint: true });
      return `${dev}:${ino}:${ctimeNs}`;
    },
    touch: (file) => {
      const now = new Date();
      fs.utimesSync(file, now, now);
    },
    list,
    remove: (file) => fs.rmSync(file, { force: true }),
    randomBytes,
  };
}

type ReadRule = Parameters<CachePowers["readFile"]>[1];

function readFile(file: string, rule: ReadRule): Uint8Array | undefined {
  let fd: number;
  try {
    // O_NONBLOCK: a FIFO in the place of a file must not hang the reader.
    fd = fs.openSync(
      file,
      fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK,
    );
  } catch {
    return undefined;
  }
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile() || stat.size > rule.bytesMax || !isOurs(stat, rule.secret)) return undefined;
    const bytes = Buffer.alloc(stat.size);
    const read = fs.readSync(fd, bytes, 0, stat.size, 0);
    return read === stat.size ? bytes : undefined;
  } finally {
    fs.closeSync(fd);
  }
}

/** Windows has no modes and no owners here; its profile folders are private by themselves. */
function isOurs(stat: fs.Stats, secret: boolean): boolean {
  if (process.getuid === undefined) return true;
  return stat.uid === process.getuid() && (stat.mode & (secret ? 0o077 : 0o022)) === 0;
}

/** Writes a file of a name that nobody else uses, flushes it and lets `place` put it where it belongs. */
function writeWhole(
  file: string,
  bytes: Uint8Array,
  place: (from: string, to: string) => void,
): void {
  const temporary = path.join(path.dirname(file), `.${randomBytes(12).toString("hex")}.tmp`);
  try {
    const fd = fs.openSync(temporary, "wx", 0o600);
    try {
      fs.writeFileSync(fd, bytes);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    place(temporary, file);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

function createFile(file: string, bytes: Uint8Array): boolean {
  try {
    // A link to a name that exists fails, so of two processes one wins, and nobody reads half a file.
    writeWhole(file, bytes, fs.linkSync);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function list(folder: string): readonly CacheFile[] {
  const found: CacheFile[] = [];
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile()) continue;
    if (TEMPORARY.test(name) && Date.now() - stat.mtimeMs > ABANDONED_MS)
      fs.rmSync(file, { force: true });
    else found.push({ name, sizeBytes: stat.size, usedMs: stat.mtimeMs });
  }
  return found;
}
