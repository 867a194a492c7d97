import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { FileChange } from "../supply/file-powers.ts";
import { WorkspaceError } from "../workspace-errors.ts";
import { isCode, notWritable } from "./file-errors.ts";

const DEFAULT_MODE = 0o644;

/** What `writeBeside` calls its files. */
const TEMPORARY = /^\.(.+)\.[0-9a-f]{12}\.tmp$/;

/**
 * Replaces several files, in order. All are written and flushed beside their places before the first is renamed:
 * a full disk changes none, and a crash leaves each file whole, old or new. `commit` runs just before that first rename.
 */
export function writeFiles(changes: readonly FileChange[], commit: () => void = () => {}): void {
  const written: { readonly temporary: string; readonly target: string; readonly file: string }[] =
    [];
  try {
    for (const change of changes) written.push(attempt(change.path, () => writeBeside(change)));
    commit();
    for (const { temporary, target, file } of written)
      attempt(file, () => fs.renameSync(temporary, target));
    for (const folder of new Set(written.map(({ target }) => path.dirname(target))))
      attempt(folder, () => flushFolder(folder));
  } finally {
    for (const { temporary } of written) fs.rmSync(temporary, { force: true });
  }
}

/** Writes a file where nothing stands, link or not. Of two processes that try, one is refused. */
export function createFile(file: string, bytes: Uint8Array | string, mode = DEFAULT_MODE): void {
  try {
    writeNew(file, bytes, mode);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw notWritable(file, error);
    const message = "Something stands here already, and it was left as it is.";
    throw new WorkspaceError("ERR_WORKSPACE_EXISTS", message, { place: { file }, cause: error });
  }
}

/** Removes what writes of these files left beside them when their process was killed. Nobody may be writing one now. */
export function removeTemporaries(files: readonly string[]): void {
  const targets = new Set(
    files.map((file) => (fs.existsSync(file) ? fs.realpathSync(file) : file)),
  );
  for (const folder of new Set([...targets].map((target) => path.dirname(target)))) {
    if (!fs.existsSync(folder)) continue;
    for (const name of attempt(folder, () => fs.readdirSync(folder))) {
      const [, base] = TEMPORARY.exec(name) ?? [];
      if (base === undefined || !targets.has(path.join(folder, base))) continue;
      attempt(folder, () => fs.rmSync(path.join(folder, name), { force: true }));
    }
  }
}

export function attempt<Result>(file: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw notWritable(file, error);
  }
}

function writeBeside(change: FileChange): { temporary: string; target: string; file: string } {
  const { target, modeNow } = findTarget(change.path);
  const name = `.${path.basename(target)}.${randomBytes(6).toString("hex")}.tmp`;
  const temporary = path.join(path.dirname(target), name);
  writeNew(temporary, change.bytes, change.mode ?? modeNow ?? DEFAULT_MODE);
  // A new file's mode is the process's mask's to narrow; a mode that was said or was there is exact.
  const exact = change.mode ?? modeNow;
  if (exact !== undefined) fs.chmodSync(temporary, exact);
  return { temporary, target, file: change.path };
}

/**
 * What a write would replace. A configuration that is a link (dotfiles, Kubernetes) stays one: its target is replaced.
 * A file that this user may not write, and anything but a regular file, is left alone: a rename would replace both.
 */
function findTarget(file: string): { target: string; modeNow?: number } {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return { target: file };
  const target = stat.isSymbolicLink() ? fs.realpathSync(file) : file;
  const found = fs.statSync(target);
  if (!found.isFile()) throw new Error("something that is not a regular file is in its place");
  fs.accessSync(target, fs.constants.W_OK);
  return { target, modeNow: found.mode & 0o777 };
}

/** All of the file, or nothing of it. */
function writeNew(file: string, bytes: Uint8Array | string, mode: number): void {
  const fd = fs.openSync(file, "wx", mode);
  try {
    try {
      fs.writeFileSync(fd, bytes);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    fs.rmSync(file, { force: true });
    throw error;
  }
}

/** Makes a rename or a removal durable. Some systems refuse to flush a folder; the rename is then as durable as they make it. */
export function flushFolder(folder: string): void {
  try {
    const fd = fs.openSync(folder, "r");
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (!isCode(error, "EINVAL", "EPERM", "EISDIR")) throw error;
  }
}
