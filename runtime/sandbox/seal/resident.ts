/** What a process holds of the machine: resident pages, pages in swap, and page tables, which a sparse mapping makes grow alone. */
const COUNTED = /^(?:VmRSS|VmSwap|VmPTE):\s+(\d+) kB$/gm;

/** It has ended as a whole and nobody has waited for it yet. One whose other threads run on has more of them. */
const ENDED = /^State:\s+[ZX] .*^Threads:\s+[01]$/ms;

/** Adds up `/proc/PID/status`. Nothing when the text has no such lines, and does not say that the process has ended. */
export function parseResidentBytes(status: string): number | undefined {
  const counts = [...status.matchAll(COUNTED)].map((match) => Number(match[1]) * 1024);
  if (counts.length === 0) return ENDED.test(status) ? 0 : undefined;
  return counts.reduce((sum, bytes) => sum + bytes, 0);
}
