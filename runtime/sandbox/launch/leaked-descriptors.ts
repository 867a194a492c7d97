import process from "node:process";
import { offHeap, type SystemCall } from "./system-calls.ts";

const FIRST_OF_NODES_OWN = 4;
const SEARCHED = 1024;
const TYPE_MASK = 0o170000;
const FIFO = 0o010000;
/** `struct stat`: st_ino is at 8 on both processors, st_mode is not. */
const MODE_OFFSET = process.arch === "arm64" ? 16 : 24;

/**
 * Descriptors that Node did not open by itself. Its own are event loops and counters, which have no file type,
 * and pipes with both ends here.
 */
export function leakedDescriptors(call: SystemCall): readonly number[] {
  const leaked: number[] = [];
  const pipes = new Map<bigint, number[]>();
  for (let descriptor = FIRST_OF_NODES_OWN; descriptor < SEARCHED; descriptor += 1) {
    const bytes = offHeap(256);
    if (call("fstat", descriptor, bytes) !== 0) continue;
    const view = new DataView(bytes.buffer);
    const type = view.getUint32(MODE_OFFSET, true) & TYPE_MASK;
    if (type === FIFO) {
      const inode = view.getBigUint64(8, true);
      pipes.set(inode, [...(pipes.get(inode) ?? []), descriptor]);
    } else if (type !== 0) leaked.push(descriptor);
  }
  return [...leaked, ...[...pipes.values()].filter((ends) => ends.length === 1).flat()];
}
