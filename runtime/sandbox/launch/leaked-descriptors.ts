import process from "node:process";
import { offHeap, type SystemCall } from "./system-calls.ts";

const FIRST_OF_NODES_OWN = 4;
const SEARCHED = 4096;
/** One poll may not ask about more descriptors than RLIMIT_NOFILE; those already open may have higher numbers. */
const ASKED_AT_ONCE = 64;
const POLLNVAL = 0x20;
const TYPE_MASK = 0o170000;
const FIFO = 0o010000;
/** `struct stat`: st_ino is at 8 on both processors, st_mode is not. */
const INODE_OFFSET = 8;
const MODE_OFFSET = process.arch === "arm64" ? 16 : 24;

/**
 * Descriptors that Node did not open by itself. Its own are event loops and counters, which have no file type,
 * and pipes with both ends here.
 */
export function leakedDescriptors(call: SystemCall): readonly number[] {
  const leaked: number[] = [];
  const pipes = new Map<bigint, number[]>();
  for (const descriptor of openDescriptors(call)) {
    const bytes = offHeap(256);
    call("fstat", descriptor, bytes);
    const view = new DataView(bytes.buffer);
    const type = view.getUint32(MODE_OFFSET, true) & TYPE_MASK;
    const inode = view.getBigUint64(INODE_OFFSET, true);
    if (type === FIFO) pipes.set(inode, [...(pipes.get(inode) ?? []), descriptor]);
    else if (type !== 0) leaked.push(descriptor);
  }
  return [...leaked, ...[...pipes.values()].filter((ends) => ends.length === 1).flat()];
}

/** There is no /proc to list. poll says of each number whether it is a descriptor, and few calls say it of all. */
function openDescriptors(call: SystemCall): readonly number[] {
  const open: number[] = [];
  for (let first = FIRST_OF_NODES_OWN; first < SEARCHED; first += ASKED_AT_ONCE) {
    // struct pollfd { int fd; short events; short revents; }
    const asked = new DataView(offHeap(ASKED_AT_ONCE * 8).buffer);
    for (let index = 0; index < ASKED_AT_ONCE; index += 1)
      asked.setInt32(index * 8, first + index, true);
    pollAtOnce(call, new Uint8Array(asked.buffer));
    for (let index = 0; index < ASKED_AT_ONCE; index += 1) {
      if ((asked.getInt16(index * 8 + 6, true) & POLLNVAL) === 0) open.push(first + index);
    }
  }
  return open;
}

/** arm64 has ppoll only, with a struct timespec of zero. */
function pollAtOnce(call: SystemCall, asked: Uint8Array): void {
  const noTime = offHeap(16);
  const answered = call("ppoll", asked, ASKED_AT_ONCE, noTime, 0, 8);
  if (answered < 0) throw new Error("poll was refused");
}
