import { readdirSync, readFileSync } from "node:fs";

/** Sealed processes that this one started: with bubblewrap each is its outer half. */
export function sealedChildren(): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, "latin1");
        return (
          /^PPid:\s+(\d+)$/m.exec(status)?.[1] === String(process.pid) &&
          !/^State:\s+Z/m.test(status)
        );
      } catch {
        return false;
      }
    });
}
