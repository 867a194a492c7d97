// What the kernel says of a server's processes. Linux only.
import { readFileSync } from "node:fs";
import { descendantsOf } from "../helpers/served-workspace.ts";

/** The clock ticks of /proc a second: 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

/**
 * Processor time, user and system, of a process and of all below it that ever were: those that live,
 * and, with the parent that reaped them, those that ended.
 */
export function processorSecondsOf(root: number): number {
  const { server, below } = processorSecondsByPart(root);
  return server + below;
}

/** The same, of the process that the client started, and of all below it. */
export function processorSecondsByPart(root: number): {
  readonly server: number;
  readonly below: number;
} {
  const below = descendantsOf(root).map(ticksOf);
  return {
    server: ticksOf(root) / TICKS_A_SECOND,
    below: below.reduce((sum, part) => sum + part, 0) / TICKS_A_SECOND,
  };
}

function ticksOf(pid: number): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    // It ended just now: its parent counts it.
    return 0;
  }
  // After the name, which may hold anything: state is field 3; utime, stime, cutime, cstime are 14 to 17.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}

/** Private memory in MiB: what the machine gets back when the process ends. */
export interface PrivateMemory {
  /** The process that the client started. */
  readonly server: number;
  /** The largest of those below it, which is a runner with a plugin in it. */
  readonly runner: number | undefined;
  /** The smallest of those that run no other: an empty runner in reserve. */
  readonly spare: number | undefined;
  readonly all: number;
}

export function privateMemoryOf(root: number): PrivateMemory {
  const below = descendantsOf(root);
  const sizes = below.map(privateMib);
  // Above a runner may stand the program that sealed it.
  const leaves = sizes.filter((_size, index) => descendantsOf(below[index]!).length === 0);
  const server = privateMib(root);
  return {
    server,
    runner: leaves.length > 0 ? Math.max(...leaves) : undefined,
    spare: leaves.length > 1 ? Math.min(...leaves) : undefined,
    all: sizes.reduce((sum, size) => sum + size, server),
  };
}

/** Not a number where the kernel does not tell: a sealed process shows its memory to root alone. */
function privateMib(pid: number): number {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
  } catch {
    return Number.NaN;
  }
  const kib = [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)].map(([, n]) =>
    Number(n),
  );
  return kib.reduce((sum, part) => sum + part, 0) / 1024;
}
