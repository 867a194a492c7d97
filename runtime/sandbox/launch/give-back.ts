import ffi from "node:ffi";
import { canPrepareCalls } from "./system-calls.ts";

/**
 * Gives memory back to the system that the C library keeps for later, most of it compilers' leavings: `malloc_trim(0)`, in
 * some milliseconds. Does nothing where the C library is another. Made before `tighten`; it takes no argument.
 */
export function makeGiveBack(): () => void {
  if (!canPrepareCalls()) return () => {};
  try {
    const { malloc_trim: trim } = ffi.dlopen(null, {
      malloc_trim: { arguments: ["u64"], return: "i32" },
    }).functions;
    return () => void trim(0n);
  } catch {
    return () => {};
  }
}
