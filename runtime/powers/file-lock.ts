import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { WorkspaceError } from "../workspace-errors.ts";
import { notWritable } from "./file-errors.ts";

const WAIT_MS_MAX = 10_000;
const POLL_MS = 50;
const SQLITE_BUSY = 5;

/** Runs `work` while no other process holds this lock. Throws `ERR_WORKSPACE_BUSY` when one does for too long. */
export async function withLock<Result>(
  lockFile: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const untilMs = performance.now() + WAIT_MS_MAX;
  let lock = tryLock(lockFile);
  while (!lock) {
    if (performance.now() > untilMs) {
      const message = "Another Glovebox command holds this workspace's lock.";
      throw new WorkspaceError("ERR_WORKSPACE_BUSY", message, { place: { file: lockFile } });
    }
    await sleep(POLL_MS);
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
