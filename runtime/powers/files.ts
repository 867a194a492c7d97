import fs from "node:fs";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { FilePowers } from "../supply/file-powers.ts";
import { WorkspaceError } from "../workspace-errors.ts";

const LOCK_WAIT_MS_MAX = 10_000;
const LOCK_POLL_MS = 50;

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
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw unreadable(file, new Error("not a regular file"));
    if (stat.size > bytesMax) throw unreadable(file, new Error(`larger than ${bytesMax} bytes`));
    const bytes = fs.readFileSync(fd);
    if (bytes.length > bytesMax) throw unreadable(file, new Error(`larger than ${bytesMax} bytes`));
    return bytes;
  } catch (error) {
    throw error instanceof WorkspaceError ? error : unreadable(file, error);
  } finally {
    fs.closeSync(fd);
  }
}

function writeFile(file: string, bytes: Uint8Array | string, mode = 0o644): void {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const target = resolveLink(file);
    const fd = fs.openSync(temporary, "wx", mode);
    try {
      fs.writeFileSync(fd, bytes);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, target);
    flushFolder(path.dirname(target));
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw notWritable(file, error);
  }
}

/** A configuration that is a link (dotfiles, Kubernetes) stays one: its target is replaced. */
function resolveLink(file: string): string {
  try {
    return fs.lstatSync(file).isSymbolicLink() ? fs.realpathSync(file) : file;
  } catch {
    return file;
  }
}

/** Makes a rename durable. Some file systems refuse to flush a folder; the rename is then as durable as they make it. */
function flushFolder(folder: string): void {
  const fd = fs.openSync(folder, "r");
  try {
    fs.fsyncSync(fd);
  } catch (error) {
    if (!isCode(error, "EINVAL") && !isCode(error, "EPERM")) throw error;
  } finally {
    fs.closeSync(fd);
  }
}

function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw notWritable(folder, error);
  }
}

function kindOf(file: string): "file" | "folder" | "other" | "nothing" {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat) return "nothing";
  return stat.isFile() ? "file" : stat.isDirectory() ? "folder" : "other";
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
  const untilMs = Date.now() + LOCK_WAIT_MS_MAX;
  while (!tryLock(lockFile)) {
    if (Date.now() > untilMs) throw new WorkspaceError("ERR_WORKSPACE_BUSY", "Another Glovebox command holds this workspace's lock.");
    await sleep(LOCK_POLL_MS);
  }
  try {
    return await work();
  } finally {
    fs.rmSync(lockFile, { force: true });
  }
}

/**
 * One file with the holder's process id, linked into place whole so that it is never seen empty.
 * The lock of a process that is gone is taken over.
 */
function tryLock(lockFile: string): boolean {
  const mine = `${lockFile}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    fs.writeFileSync(mine, String(process.pid), { flag: "wx", mode: 0o600 });
    fs.linkSync(mine, lockFile);
    return true;
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw notWritable(lockFile, error);
  } finally {
    fs.rmSync(mine, { force: true });
  }
  const holder = Number(readLock(lockFile));
  if (!Number.isInteger(holder) || holder <= 0 || isAlive(holder)) return false;
  // Renaming first makes sure that only one of several waiters removes the stale lock.
  const stale = `${lockFile}.${process.pid}.stale`;
  try {
    fs.renameSync(lockFile, stale);
    if (Number(readLock(stale)) !== holder) fs.renameSync(stale, lockFile);
    else fs.rmSync(stale, { force: true });
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw notWritable(lockFile, error);
  }
  return false;
}

function readLock(lockFile: string): string {
  try {
    return fs.readFileSync(lockFile, "utf8");
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isCode(error, "ESRCH");
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === code;
}

function unreadable(file: string, cause: unknown): WorkspaceError {
  return new WorkspaceError("ERR_WORKSPACE_UNREADABLE", `The file cannot be read: ${words(cause)}.`, { place: { file }, cause });
}

function notWritable(file: string, cause: unknown): WorkspaceError {
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
    EISDIR: "it is a folder",
    ENOENT: "the folder does not exist",
    ENOTDIR: "a part of the path is not a folder",
    ELOOP: "too many links",
    ENAMETOOLONG: "the name is too long",
    EMFILE: "too many files are open",
  };
  return known[code ?? ""] ?? message;
}
