import fs from "node:fs";
import path from "node:path";
import type { FilePowers } from "../supply/file-powers.ts";
import { isCode, notWritable, unreadable } from "./file-errors.ts";
import { finishReplacing, readTogether, replaceTogether } from "./replace-together.ts";
import { createFile, writeFiles } from "./write-files.ts";

const CHUNK_BYTES = 64 * 1024;

/** `FilePowers` over Node's file system. */
export function makeFilePowers(): FilePowers {
  return {
    readFile,
    readPieces,
    holds,
    writeFile: (file, bytes, mode) =>
      writeFiles([{ path: file, bytes, ...(mode === undefined ? {} : { mode }) }]),
    writeFiles: (changes) => writeFiles(changes),
    replaceTogether,
    readTogether: (files, record) => readTogether(files, record, readFile),
    finishReplacing: (files, record) => finishReplacing(files, record, readFile),
    createFile,
    makeFolder,
    kindOf,
    list,
    remove,
    // SQLite is loaded by those alone who change a workspace.
    withLock: async (lockFile, work, waitMsMax) => {
      makeFolder(path.dirname(lockFile));
      return (await import("./file-lock.ts")).withLock(lockFile, work, waitMsMax);
    },
    holdTogether: async (lockFile) => {
      makeFolder(path.dirname(lockFile));
      return (await import("./file-lock.ts")).holdTogether(lockFile);
    },
  };
}

function readFile(file: string, bytesMax: number): Uint8Array | undefined {
  return withFile(file, (fd, sizeBytes) => readUpTo(fd, bytesMax, sizeBytes));
}

function* readPieces(file: string): Iterable<Uint8Array> {
  const fd = openFile(file);
  if (fd === undefined) throw unreadable(file, new Error("it is not there"));
  try {
    if (!fs.fstatSync(fd).isFile()) throw unreadable(file, new Error("it is not a regular file"));
    for (;;) {
      const piece = Buffer.allocUnsafe(CHUNK_BYTES);
      const count = readPiece(file, fd, piece);
      if (count === 0) return;
      yield piece.subarray(0, count);
    }
  } finally {
    fs.closeSync(fd);
  }
}

function readPiece(file: string, fd: number, piece: Buffer): number {
  try {
    return fs.readSync(fd, piece);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Piece by piece: most files that are compared are the same, and nobody needs them in memory twice. */
function holds(file: string, bytes: Uint8Array): boolean {
  const piece = Buffer.allocUnsafe(CHUNK_BYTES);
  const isSame = withFile(file, (fd) => {
    for (let total = 0; ;) {
      const count = fs.readSync(fd, piece);
      const expected = bytes.subarray(total, total + count);
      if (count === 0) return total === bytes.length;
      if (Buffer.compare(piece.subarray(0, count), expected) !== 0) return false;
      total += count;
    }
  });
  return isSame ?? false;
}

/** Undefined when there is no file. Throws when it cannot be read. */
function withFile<Result>(
  file: string,
  work: (fd: number, sizeBytes: number) => Result,
): Result | undefined {
  const fd = openFile(file);
  if (fd === undefined) return undefined;
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw new Error("it is not a regular file");
    return work(fd, stat.size);
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    fs.closeSync(fd);
  }
}

/** Undefined when there is no file. */
function openFile(file: string): number | undefined {
  try {
    // O_NONBLOCK: a FIFO in the place of a file must not hang the reader.
    return fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw unreadable(file, error);
  }
}

/** Some files say they are empty, and some grow while they are read: what they say is a hint, and only counting holds. */
function readUpTo(fd: number, bytesMax: number, hintBytes: number): Uint8Array {
  const roomFor = (bytes: number): Buffer =>
    Buffer.allocUnsafeSlow(Math.min(Math.max(bytes, CHUNK_BYTES), bytesMax) + 1);
  let buffer = roomFor(hintBytes);
  for (let total = 0; ;) {
    const count = fs.readSync(fd, buffer, total, buffer.length - total, null);
    total += count;
    if (count === 0) return buffer.subarray(0, total);
    if (total > bytesMax) throw new Error(`it is larger than ${bytesMax} bytes`);
    if (total === buffer.length) {
      const larger = roomFor(2 * total);
      buffer.copy(larger);
      buffer = larger;
    }
  }
}

/** Not by Node's own recursion: below /proc, where a folder can be seen to be missing but not be made, it never ends. */
function makeFolder(folder: string): void {
  const parent = path.dirname(folder);
  if (parent !== folder && kindOf(parent) === "nothing") makeFolder(parent);
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!isCode(error, "EEXIST") || kindOf(folder) !== "folder") throw notWritable(folder, error);
  }
}

function kindOf(file: string): ReturnType<FilePowers["kindOf"]> {
  try {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (!stat) return "nothing";
    return stat.isFile() ? "file" : stat.isDirectory() ? "folder" : "other";
  } catch (error) {
    throw unreadable(file, error);
  }
}

function list(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder).toSorted();
  } catch (error) {
    if (isCode(error, "ENOENT")) return [];
    throw unreadable(folder, error);
  }
}

function remove(file: string): void {
  try {
    fs.rmSync(file, { recursive: true, force: true });
  } catch (error) {
    throw notWritable(file, error);
  }
}
