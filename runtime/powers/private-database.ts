import { chmodSync, closeSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";

/** Another process that writes is waited for; the broker answers nobody meanwhile, so for a few writes at most. */
const BUSY_MS_MAX = 20;
/** SQLite's own waiting grows to 100 ms between tries, and a process that writes in a loop starves it. */
const RETRY_MS_MAX = 1;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_FULL = 13;

/**
 * Sees to it that there is a file that only its owner may read. SQLite would create it readable for everyone, and would
 * follow a link. Its journals copy the file's mode. False when something other than a file is in its place.
 */
export function createPrivate(file: string): boolean {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined) {
    try {
      closeSync(openSync(file, "wx", 0o600));
    } catch (error) {
      // Another process was quicker, with the same mode.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    return true;
  }
  if (found.isFile() && (found.mode & 0o077) !== 0) chmodSync(file, 0o600);
  return found.isFile();
}

/** Takes the write lock first: what is read inside stays true until the commit, with other processes too. */
export function transact<Result>(database: DatabaseSync, operation: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = operation();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/**
 * Tries again while another process holds the file, for a moment.
 * An operation that was refused as busy has changed nothing, so it may run again from its start.
 */
export function retryWhileBusy<Result>(operation: () => Result): Result {
  const endMs = performance.now() + BUSY_MS_MAX;
  for (;;) {
    try {
      return operation();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= endMs) throw error;
      Atomics.wait(PAUSE, 0, 0, Math.random() * RETRY_MS_MAX);
    }
  }
}

/** Nobody ever wakes this: waiting on it is a pause that blocks. */
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

export function isBusy(error: unknown): boolean {
  return [SQLITE_BUSY, SQLITE_LOCKED].includes(primaryCode(error));
}

export function isFull(error: unknown): boolean {
  return primaryCode(error) === SQLITE_FULL;
}

function primaryCode(error: unknown): number {
  return error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
}
