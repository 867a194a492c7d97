import ffi from "node:ffi";
import { addressOf, canPrepareCalls, offHeap } from "./system-calls.ts";

const POLLIN = 1;

/**
 * A look whether a descriptor has something to be read, that waits for nothing; undefined where there is no way to look.
 * Made before `tighten`, which leaves nobody a way to make another. It takes no argument and answers one bit: whoever
 * calls it can do no more than the `read` that comes after it.
 */
export function makeInputLook(descriptor: number): (() => boolean) | undefined {
  if (!canPrepareCalls()) return undefined;
  // struct pollfd { int fd; short events; short revents; }
  const asked = offHeap(8);
  const view = new DataView(asked.buffer);
  view.setInt32(0, descriptor, true);
  view.setInt16(4, POLLIN, true);
  const address = addressOf(asked);
  const { poll, sched_yield: letOthers } = ffi.dlopen(null, {
    poll: { arguments: ["pointer", "u64", "i32"], return: "i32" },
    sched_yield: { arguments: [], return: "i32" },
  }).functions;
  // The second half keeps what the address stands for. An error is for the `read` to tell.
  return () => {
    if (poll(address, 1n, 0) !== 0) return true;
    letOthers();
    return asked.length === 0;
  };
}
