import process from "node:process";
import { assembleFilter } from "../seal/seccomp/assemble.ts";
import type { Arch } from "../seal/seccomp/numbers.ts";
import { addressOf, offHeap, type SystemCall } from "./system-calls.ts";

const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
/** All threads of the process, not only the one that calls. */
const SECCOMP_FILTER_FLAG_TSYNC = 1;

/** Puts this process, with all its threads and for good, behind the seccomp filter of a stage. False when the kernel refused. */
export function installFilter(call: SystemCall, stage: "start" | "tight"): boolean {
  const filter = assembleFilter({ arch: process.arch as Arch, stage, ownPid: process.pid });
  const instructions = offHeap(filter.length);
  instructions.set(filter);
  // struct sock_fprog { unsigned short len; struct sock_filter *filter; }
  const program = offHeap(16);
  const view = new DataView(program.buffer);
  view.setUint16(0, filter.length / 8, true);
  view.setBigUint64(8, addressOf(instructions), true);
  return (
    call("prctl", PR_SET_NO_NEW_PRIVS, 1) === 0 &&
    // The kernel takes three arguments. The fourth keeps the instructions alive until it has copied them.
    call("seccomp", SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, program, instructions) === 0
  );
}
