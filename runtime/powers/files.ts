import fs from "node:fs";
import path from "node:path";
import type { FilePowers } from "../supply/file-powers.ts";
import { isCode, notWritable, unreadable } from "./file-errors.ts";
import { createFile, writeFiles } from "./write-files.ts";

const CHUNK_BYTES = 64 * 1024;

/** `FilePowers` over Node's file system. */
export function makeFilePowers(): FilePowers {
  return {
    readFile,
    writeFile: (file, bytes, mode) =>
      writeFiles([{ path: file, bytes, ...(mode === undefined ? {} : { mode }) }]),
    writeFiles,
    createFile,
    makeFolder,
    kindOf,
    list,
    remove,
    // SQLite is loaded by those alone who change a workspace.
    withLock: async (lockFile, work) => {
      makeFolder(path.dirname(lockFile));
      return (await import("./file-lock.ts")).withLock(lockFile, work);
    },
  };
}

function readFile(file: string, bytesMax: number): Uint8Array | undefined {
  let fd: number;
  try {
    // O_NONBLOCK: a FIFO in the place of a file must not hang the reader.
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw unreadable(file, error);
  }
  try {
    if (!fs.fstatSync(fd).isFile()) throw new Error("it is not a regular file");
    return readUpTo(fd, bytesMax);
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    fs.closeSync(fd);
  }
}

/** Some files say they are empty, and some grow while they are read: only counting holds. */
function readUpTo(fd: number, bytesMax: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let total = 0; ;) {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytesMax + 1 - total));
    const count = fs.readSync(fd, chunk);
    if (count === 0) return Buffer.concat(chunks);
    total += count;
    if (total > bytesMax) throw new Error(`it is larger than ${bytesMax} bytes`);
    chunks.push(chunk.subarray(0, count));
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
