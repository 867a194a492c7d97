import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { WorkspaceError } from "../workspace-errors.ts";
import { notWritable } from "./file-errors.ts";

const WAIT_MS_MAX = 10_000;
const POLL_MS = 50;
const SQLITE_BUSY = 5;

const ALONE = "BEGIN EXCLUSIVE";
const TOGETHER = "BEGIN; SELECT count(*) FROM sqlite_schema";

/** Runs `work` while no other process holds this lock. Throws `ERR_WORKSPACE_BUSY` when one does for too long. */
export async function withLock<Result>(
  lockFile: string,
  work: () => Promise<Result>,
  waitMsMax = WAIT_MS_MAX,
): Promise<Result> {
  const lock = await waitForLock(lockFile, ALONE, waitMsMax);
  try {
    return await work();
  } finally {
    lock.close();
  }
}

/**
 * Holds a lock that any number may hold at once, and `withLock` none beside them. Returns what ends it; it ends with the
 * process at the latest. Throws `ERR_WORKSPACE_BUSY` where somebody holds it alone for too long.
 */
export async function holdTogether(lockFile: string): Promise<() => void> {
  const lock = await waitForLock(lockFile, TOGETHER, WAIT_MS_MAX);
  return () => {
    if (lock.isOpen) lock.close();
  };
}

async function waitForLock(
  lockFile: string,
  begin: string,
  waitMsMax: number,
): Promise<DatabaseSync> {
  const untilMs = performance.now() + waitMsMax;
  let lock = tryLock(lockFile, begin);
  while (!lock) {
    if (performance.now() > untilMs) {
      const message = "Another Glovebox command holds this workspace's lock.";
      throw new WorkspaceError("ERR_WORKSPACE_BUSY", message, { place: { file: lockFile } });
    }
    await sleep(POLL_MS);
    lock = tryLock(lockFile, begin);
  }
  return lock;
}

/**
 * An open transaction on an empty database is a lock of the operating system's: it ends with its process, however that
 * ends, so no lock is ever stale. Undefined while somebody else holds it.
 */
function tryLock(lockFile: string, begin: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(lockFile, { timeout: 0 });
    lock.exec(begin);
    return lock;
  } catch (error) {
    lock?.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw notWritable(lockFile, error);
  }
}
