// A program of its own: it becomes the sealed process. It runs trusted code only, and ends at `process.execve`.
import fs from "node:fs";
import process from "node:process";
import { installFilter } from "./filter.ts";
import { restrictToFiles } from "./landlock-rules.ts";
import type { LandlockOrder } from "./landlock-order.ts";
import { LAUNCH_FAILED_EXIT } from "./landlock-order.ts";
import { setLimit, type LimitName } from "./rlimits.ts";
import { offHeap, openSystemCalls, type SystemCall } from "./system-calls.ts";

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;
const PR_SET_NO_NEW_PRIVS = 38;
const CAPABILITY_VERSION_3 = 0x20080522;
const CLOSE_RANGE_CLOEXEC = 4;
const F_SETFD = 2;
const CHANNEL = 3;
/** The first processes to go when memory runs out. */
const OOM_SCORE_ADJ_MAX = "1000";

main();

function main(): void {
  const order = JSON.parse(process.argv[2]!) as LandlockOrder;
  const failed = seal(openSystemCalls(), order);
  if (failed !== undefined) {
    fs.writeSync(2, `${failed}\n`);
    process.exit(LAUNCH_FAILED_EXIT);
  }
  process.execve!(order.node, [order.node, ...order.nodeArgs], {});
}

/** Every step or none: the name of the first that failed, or nothing. */
// debt("GB-021"): user, process numbers and network stay the broker's.
function seal(call: SystemCall, order: LandlockOrder): string | undefined {
  if (call("prctl", PR_SET_PDEATHSIG, SIGKILL) !== 0) return "parent-death-signal";
  // The parent may have died before the line above.
  if (call("getppid") !== order.parentPid) return "parent-gone";
  bestEffort(() => fs.writeFileSync("/proc/self/oom_score_adj", OOM_SCORE_ADJ_MAX));
  if (order.joinFile !== undefined && !join(order.joinFile)) return "cgroup";
  for (const [name, most] of Object.entries(order.limits)) {
    if (!setLimit(call, name as LimitName, most)) return `limit-${name}`;
  }
  if (call("close_range", CHANNEL, 0xffffffff, CLOSE_RANGE_CLOEXEC) !== 0)
    return "close-descriptors";
  if (call("fcntl", CHANNEL, F_SETFD, 0) !== 0) return "channel";
  if (!dropCapabilities(call)) return "capabilities";
  if (call("prctl", PR_SET_NO_NEW_PRIVS, 1) !== 0) return "no-new-privileges";
  const unrestricted = restrictToFiles(call, order);
  if (unrestricted !== undefined) return unrestricted;
  return installFilter(call, "start") ? undefined : "seccomp";
}

/** Root keeps its user number and nothing else: with NO_NEW_PRIVS, executing a program does not give capabilities back. */
function dropCapabilities(call: SystemCall): boolean {
  const header = offHeap(8);
  new DataView(header.buffer).setUint32(0, CAPABILITY_VERSION_3, true);
  return call("capset", header, offHeap(24)) === 0;
}

/** 0 is whoever writes it: this process, with all its threads. */
function join(joinFile: string): boolean {
  try {
    fs.writeFileSync(joinFile, "0");
    return true;
  } catch {
    return false;
  }
}

function bestEffort(step: () => void): void {
  try {
    step();
  } catch {
    // No /proc, or not ours to write: the limits hold without it.
  }
}
