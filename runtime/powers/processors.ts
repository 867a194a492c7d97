import { availableParallelism } from "node:os";

/** How many of the machine's processors this process may use at once. */
export function countProcessors(): number {
  return availableParallelism();
}

/** Makes `sched_yield` of the C library: whoever waits for this processor gets it. Does nothing where FFI does not load. */
export function makeProcessorYield(): () => void {
  try {
    const ffi = process.getBuiltinModule("node:ffi");
    const { functions } = ffi.dlopen(null, { sched_yield: { arguments: [], return: "i32" } });
    return () => void functions.sched_yield();
  } catch {
    return () => undefined;
  }
}
