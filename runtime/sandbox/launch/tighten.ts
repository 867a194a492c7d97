import process from "node:process";
import { installFilter } from "./filter.ts";
import { setLimit, type LimitName } from "./rlimits.ts";
import { TIGHT_RLIMITS } from "../seal/rlimits.ts";
import { openSystemCalls, type SystemCall } from "./system-calls.ts";

const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;

/**
 * Closes a sealed process's own seal behind it: from here on no file is opened or looked at by name, nothing is executed,
 * no thread starts, no core is dumped, limits that only a start needs are gone, no process of the same user may look inside, and JavaScript has no node:ffi.
 * It cannot be undone.
 *
 * The runner calls it when its own code is loaded and before it reads the first byte that anybody else wrote.
 * What is asynchronous through libuv's thread pool (fs callbacks, zlib, scrypt) must have run once before, or not at all:
 * a pool thread that cannot start aborts the process.
 *
 * Where the broker has started the process without a seal, it has no node:ffi, and nothing happens.
 * Throws when the kernel refuses: the caller must then end the process.
 */
export function tighten(): void {
  if (!process.permission.has("ffi")) return;
  // Seatbelt is whole from the start, and cannot be tightened from inside.
  if (process.platform === "linux") tightenSystemCalls(openSystemCalls());
  process.permission.drop("ffi");
}

/** The half that the kernel enforces. */
export function tightenSystemCalls(call: SystemCall): void {
  // Executing a program makes it dumpable again, and so nobody can do this for it; none can be executed afterwards.
  const undumpable =
    call("prctl", PR_SET_DUMPABLE, 0) === 0 && call("prctl", PR_GET_DUMPABLE) === 0;
  if (!undumpable) throw new Error("the kernel left the process dumpable");
  for (const [name, most] of Object.entries(TIGHT_RLIMITS)) {
    if (!setLimit(call, name as LimitName, most))
      throw new Error(`the kernel refused a limit: ${name}`);
  }
  if (!installFilter(call, "tight")) throw new Error("the kernel refused the tight seccomp filter");
}
