import fs from "node:fs";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { FilePowers } from "../supply/file-powers.ts";
import { WorkspaceError } from "../workspace-errors.ts";

const LOCK_WAIT_MS_MAX = 10_000;
const LOCK_POLL_MS = 50;
const SQLITE_BUSY = 5;
const CHUNK_BYTES = 64 * 1024;
const DEFAULT_MODE = 0o644;

/** `FilePowers` over Node's file system. */
export function makeFilePowers(): FilePowers {
  return { readFile, writeFile, makeFolder, kindOf, list, remove, withLock };
}

function readFile(file: string, bytesMax: number): Uint8Array | undefined {
  let fd: number;
  try {
    // O_NONBLOCK: a FIFO in the place of a file must not hang the reader.
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return undefined;
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
  for (let total = 0; ; ) {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytesMax + 1 - total));
    const count = fs.readSync(fd, chunk);
    if (count === 0) return Buffer.concat(chunks);
    total += count;
    if (total > bytesMax) throw new Error(`it is larger than ${bytesMax} bytes`);
    chunks.push(chunk.subarray(0, count));
  }
}

function writeFile(file: string, bytes: Uint8Array | string, mode?: number): void {
  try {
    const { target, modeNow } = findTarget(file);
    replaceFile(target, bytes, mode ?? modeNow);
    flushFolder(path.dirname(target));
  } catch (error) {
    throw notWritable(file, error);
  }
}

/**
 * What a write would replace. A configuration that is a link (dotfiles, Kubernetes) stays one: its target is replaced.
 * Anything but a regular file is left alone: a rename would put a file in the place of a device.
 */
function findTarget(file: string): { target: string; modeNow?: number } {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return { target: file };
  const target = stat.isSymbolicLink() ? fs.realpathSync(file) : file;
  const found = fs.statSync(target);
  if (!found.isFile()) throw new Error("something that is not a regular file is in its place");
  return { target, modeNow: found.mode & 0o777 };
}

/** Without a mode, the process's mask decides. */
function replaceFile(target: string, bytes: Uint8Array | string, mode: number | undefined): void {
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  const fd = fs.openSync(temporary, "wx", mode ?? DEFAULT_MODE);
  try {
    try {
      fs.writeFileSync(fd, bytes);
      if (mode !== undefined) fs.fchmodSync(fd, mode);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** Makes a rename durable. Some systems refuse to flush a folder; the rename is then as durable as they make it. */
function flushFolder(folder: string): void {
  try {
    const fd = fs.openSync(folder, "r");
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (!["EINVAL", "EPERM", "EISDIR"].some((code) => isCode(error, code))) throw error;
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

function kindOf(file: string): "file" | "folder" | "other" | "nothing" {
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

async function withLock<Result>(lockFile: string, work: () => Promise<Result>): Promise<Result> {
  makeFolder(path.dirname(lockFile));
  const untilMs = performance.now() + LOCK_WAIT_MS_MAX;
  let lock = tryLock(lockFile);
  while (!lock) {
    if (performance.now() > untilMs)
      throw new WorkspaceError("ERR_WORKSPACE_BUSY", "Another Glovebox command holds this workspace's lock.", { place: { file: lockFile } });
    await sleep(LOCK_POLL_MS);
    lock = tryLock(lockFile);
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

/**
 * An open transaction on an empty database is a lock of the operating system's: it ends with its process, however that
 * ends, so no lock is ever stale. Undefined while somebody else holds it.
 */
function tryLock(lockFile: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(lockFile, { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw notWritable(lockFile, error);
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === code;
}

function unreadable(file: string, cause: unknown): WorkspaceError {
  return new WorkspaceError("ERR_WORKSPACE_UNREADABLE", `The file cannot be read: ${words(cause)}.`, { place: { file }, cause });
}

export function notWritable(file: string, cause: unknown): WorkspaceError {
  return new WorkspaceError("ERR_WORKSPACE_NOT_WRITABLE", `Cannot write here: ${words(cause)}.`, { place: { file }, cause });
}

function words(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    EACCES: "permission denied",
    EPERM: "not permitted",
    EROFS: "the file system is read-only",
    ENOSPC: "no space is left",
    EDQUOT: "the disk quota is used up",
    EEXIST: "something else is in its place",
    EISDIR: "it is a folder",
    ENOENT: "the folder does not exist",
    ENOTDIR: "a part of the path is not a folder",
    ELOOP: "too many links",
    ENAMETOOLONG: "the name is too long",
    EMFILE: "too many files are open",
  };
  return known[code ?? ""] ?? message;
}
