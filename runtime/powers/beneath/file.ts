import { createHmac } from "node:crypto";
import {
  type BigIntStats,
  closeSync,
  fstatSync,
  fsync,
  ftruncateSync,
  futimesSync,
  readSync,
  writeSync,
} from "node:fs";
import { HostError } from "@glovebox/host-api/errors";
import type { BeneathFile, BeneathStat } from "@glovebox/host-api/powers";
import { withFileLock } from "./flock.ts";
import { asHost } from "./system-error.ts";

/** One that may be sealed: whoever does it needs the file to itself. */
export interface PinnedFile extends BeneathFile {
  /** Runs a synchronous `use` while no other process is in one on this file. Throws what `withFileLock` throws. */
  withLock<Result>(use: () => Result): Result;
}

/** Wraps the descriptor of a regular file, which it owns from here on. `identityKey` hides the host's inode numbers. */
export function makeBeneathFile(descriptor: number, identityKey: Uint8Array): PinnedFile {
  let open = true;
  let syncs = 0;
  const closeWhenIdle = () => {
    if (!open && syncs === 0) closeSync(descriptor);
  };
  /** A closed number may already belong to another file of this process. */
  const use = <Result>(operation: (stats: BigIntStats) => Result): Result =>
    asHost(() => {
      if (!open) throw new HostError("invalid-argument", "a file was used after it was closed");
      return operation(fstatSync(descriptor, { bigint: true }));
    });
  return {
    stat: () => use((stats) => describe(stats, identityKey)),
    read: (offsetBytes, lengthBytes) =>
      use((stats) => {
        const left = Number(stats.size) - offsetBytes;
        const bytes = new Uint8Array(Math.max(0, Math.min(lengthBytes, left)));
        return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, offsetBytes));
      }),
    write: (offsetBytes, bytes) =>
      use((stats) => {
        assertOneName(stats);
        return writeSync(descriptor, bytes, 0, bytes.length, offsetBytes);
      }),
    setSize: (sizeBytes) =>
      use((stats) => {
        assertOneName(stats);
        ftruncateSync(descriptor, sizeBytes);
      }),
    setTimes: (accessedMs, modifiedMs) =>
      use(() => futimesSync(descriptor, accessedMs / 1000, modifiedMs / 1000)),
    sync: () =>
      use(() => {
        syncs += 1;
        return new Promise<void>((resolve, reject) => {
          fsync(descriptor, (error) => {
            syncs -= 1;
            closeWhenIdle();
            if (error === null) resolve();
            else
              reject(
                new HostError("internal", "the disk did not take the bytes", { cause: error }),
              );
          });
        });
      }),
    close() {
      if (!open) return;
      open = false;
      closeWhenIdle();
    },
    withLock<Result>(work: () => Result): Result {
      return use(() => withFileLock(descriptor, work));
    },
  };
}

/** A file that was removed escapes the quota, and one with a second name may be somebody else's. */
function assertOneName(stats: BigIntStats): void {
  if (stats.nlink !== 1n)
    throw new HostError("not-permitted", "an open file does not have exactly one name");
}

/** What a guest may know. Only an ordinary file has a size, and one with a second name is not ordinary. */
export function describe(stats: BigIntStats, identityKey: Uint8Array): BeneathStat {
  const kind = kindOf(stats);
  return {
    kind,
    sizeBytes: kind === "file" ? Number(stats.size) : 0,
    modifiedMs: Number(stats.mtimeMs),
    accessedMs: Number(stats.atimeMs),
    changedMs: Number(stats.ctimeMs),
    identity: createHmac("sha256", identityKey)
      .update(`${stats.dev}:${stats.ino}`)
      .digest("hex")
      .slice(0, 32),
  };
}

function kindOf(stats: BigIntStats): BeneathStat["kind"] {
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  return stats.isFile() && stats.nlink <= 1n ? "file" : "other";
}
