import fs from "node:fs";
import ffi from "node:ffi";
import { parseResidentBytes } from "../sandbox/seal/resident.ts";

/** `struct rusage_info_v0` of macOS: 16 bytes of identity, seven counters of 8 bytes, then what the system holds the process to. */
const RUSAGE_BYTES = 96;
const FOOTPRINT_OFFSET = 72;

/** Reads what a process holds of the machine's memory, in bytes; nothing when it is gone. `undefined` where no way is known. */
export function makeMemoryReader(): ((pid: number) => number | undefined) | undefined {
  if (process.platform === "linux") return readFromProc;
  if (process.platform === "darwin") return makeFootprintReader();
  return undefined;
}

function readFromProc(pid: number): number | undefined {
  try {
    return parseResidentBytes(fs.readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return undefined;
  }
}

/** Written from the published headers, and never run: debt("GB-005"). */
function makeFootprintReader(): ((pid: number) => number | undefined) | undefined {
  try {
    const { proc_pid_rusage: ask } = ffi.dlopen(null, {
      proc_pid_rusage: { arguments: ["i32", "i32", "pointer"], return: "i32" },
    }).functions;
    const answer = new Uint8Array(new ArrayBuffer(RUSAGE_BYTES));
    return (pid) =>
      ask(pid, 0, ffi.getRawPointer(answer)) === 0
        ? Number(new DataView(answer.buffer).getBigUint64(FOOTPRINT_OFFSET, true))
        : undefined;
  } catch {
    return undefined;
  }
}
