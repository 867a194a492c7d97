/** What a process holds of the machine: resident pages, pages in swap, and page tables, which a sparse mapping makes grow alone. */
const COUNTED = /^(?:VmRSS|VmSwap|VmPTE):\s+(\d+) kB$/gm;

/** Adds up `/proc/PID/status`. Nothing when the text has no such lines: a process that has just ended. */
export function parseResidentBytes(status: string): number | undefined {
  const counts = [...status.matchAll(COUNTED)].map((match) => Number(match[1]) * 1024);
  return counts.length === 0 ? undefined : counts.reduce((sum, bytes) => sum + bytes, 0);
}
