import { offHeap, type SystemCall } from "./system-calls.ts";

/** `RLIMIT_*`: the numbers are the same on x86_64 and arm64. */
export const RLIMITS = {
  fileBytes: 1,
  dataBytes: 2,
  stackBytes: 3,
  coreBytes: 4,
  processes: 6,
  openFiles: 7,
  lockedBytes: 8,
  addressBytes: 9,
  pendingSignals: 11,
  messageQueueBytes: 12,
} as const;

export type LimitName = keyof typeof RLIMITS;

/** Sets the soft and the hard limit of this process: `struct rlimit64 { u64 rlim_cur, rlim_max; }`. False when refused. */
export function setLimit(call: SystemCall, name: LimitName, most: number): boolean {
  const bytes = offHeap(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(most), true);
  view.setBigUint64(8, BigInt(most), true);
  return call("prlimit64", 0, RLIMITS[name], bytes, 0) === 0;
}

/** The hard limit. Infinity where there is none; a value beyond every limit where it cannot be asked. */
export function getLimit(call: SystemCall, name: LimitName): number {
  const bytes = offHeap(16);
  const asked = call("prlimit64", 0, RLIMITS[name], 0, bytes) === 0;
  const most = new DataView(bytes.buffer).getBigUint64(8, true);
  return asked && most !== 2n ** 64n - 1n ? Number(most) : Number.POSITIVE_INFINITY;
}
