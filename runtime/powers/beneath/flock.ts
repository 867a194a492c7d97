import { getSystemErrorName } from "node:util";
import { HostError } from "@glovebox/host-api/errors";
import { loadSystemCalls, type SystemCalls } from "../ffi.ts";

/** `flock(2)` has a number of its own on each architecture. */
const NUMBERS: Readonly<Record<string, number>> = { x64: 73, arm64: 32 };
const LOCK_EX_NB = 2 | 4;
const LOCK_UN = 8;
/**
 * Another process holds the lock for one operation, some ten microseconds of its time, and may have to wait for a processor in
 * it. One that was stopped in it must not stop this one too.
 */
const WAIT_MS_MAX = 1000;
/** Short, so that a process which goes from one operation to the next lets others in. */
const POLL_MS = 0.1;

let system: SystemCalls | undefined;
let isLoaded = false;
const never = new Int32Array(new SharedArrayBuffer(4));

/**
 * Runs a synchronous `use` while no other process is in one on the same file or directory. The lock goes with the process that holds it.
 * Where this process cannot call `flock` (macOS, or no FFI) there is none, and processes must not share a folder: debt("GB-083").
 * Throws `HostError`: `timed-out` when another process does not let go, `internal` where the file system has no locks.
 */
export function withFileLock<Result>(descriptor: number, use: () => Result): Result {
  if (!isLoaded) {
    system = loadSystemCalls();
    isLoaded = true;
  }
  const number = NUMBERS[process.arch];
  if (system === undefined || number === undefined) return use();
  let untilMs: number | undefined;
  for (;;) {
    const result = system.call(number, descriptor, LOCK_EX_NB);
    if (result >= 0) break;
    const code = getSystemErrorName(result);
    if (code !== "EAGAIN" && code !== "EINTR")
      throw new HostError("internal", `a file cannot be locked: ${code}`);
    untilMs ??= performance.now() + WAIT_MS_MAX;
    if (performance.now() > untilMs)
      throw new HostError("timed-out", "another process holds the file");
    Atomics.wait(never, 0, 0, POLL_MS);
  }
  try {
    return use();
  } finally {
    system.call(number, descriptor, LOCK_UN);
  }
}
