import fs from "node:fs";
import { HostError } from "@glovebox/host-api/errors";

const OPEN_TO_OTHERS = 0o077;
const ROOT = 0;
const CHUNK_BYTES = 64 * 1024;

/**
 * Reads a regular file that nobody but its owner may use, at most `bytesMax` of it (Windows has no such mode; there the
 * file's ACL is the operator's to set). Its owner is this process's user or root, and with `own` this user alone. The
 * messages name no path.
 *
 * @throws HostError `not-found`, `not-permitted`, `not-a-file`, `too-large` or `invalid-argument`
 */
export function readPrivate(path: string, bytesMax: number, whose?: "own"): Uint8Array {
  const descriptor = open(path);
  try {
    const stat = fs.fstatSync(descriptor);
    if (!stat.isFile()) throw new HostError("not-a-file", "the file is not a regular one");
    if (process.platform !== "win32" && (stat.mode & OPEN_TO_OTHERS) !== 0)
      throw new HostError("not-permitted", "others than its owner may use the file (chmod 600 it)");
    // Root can read everybody's files, and whoever owns one decides what is in it.
    const own = process.geteuid?.();
    const isTrusted =
      whose === "own" ? own === undefined || stat.uid === own : isTrustedOwner(stat.uid, own);
    if (!isTrusted)
      throw new HostError(
        "not-permitted",
        "the file belongs to another user (chown it to the one that runs this)",
      );
    // What a file says of its size is a hint: it may say nothing, and grow while it is read.
    const buffer = Buffer.alloc(Math.min(Math.max(stat.size, CHUNK_BYTES), bytesMax) + 1);
    let total = 0;
    for (let count = -1; count !== 0 && total < buffer.length; total += count)
      count = fs.readSync(descriptor, buffer, total, buffer.length - total, null);
    if (total === buffer.length)
      throw new HostError("too-large", `the file is over ${bytesMax} bytes, or it grows`);
    return buffer.subarray(0, total);
  } catch (cause) {
    if (cause instanceof HostError) throw cause;
    throw new HostError("invalid-argument", "the file cannot be read", { cause });
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Whether a file of this owner can be changed by nobody but the user `own`, and root. Systems without users have no `own`. */
export function isTrustedOwner(owner: number, own: number | undefined): boolean {
  return own === undefined || owner === own || owner === ROOT;
}

/** Changes whenever the file is replaced or written to; undefined when there is none, or it cannot be looked at. */
export function stampOf(path: string): string | undefined {
  try {
    const stat = fs.statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat && [stat.dev, stat.ino, stat.size, stat.mode, stat.mtimeNs, stat.ctimeNs].join(":");
  } catch {
    return undefined;
  }
}

/** Not blocking: a pipe in the file's place must not stop the whole broker. */
function open(path: string): number {
  try {
    return fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw new HostError("not-found", "the file cannot be opened", { cause });
  }
}
