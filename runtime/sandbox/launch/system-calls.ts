// Runs inside the launcher, the runner and the probe: small processes that hold no authority.
import ffi from "node:ffi";
import process from "node:process";
import { syscallNumber, type Arch, type SyscallName } from "../seal/seccomp/numbers.ts";

export type SyscallArgument = number | bigint | Uint8Array;

/** Makes one system call. A negative result is `-errno`, as the kernel says it; `-ENOSYS` where the processor has no such call. */
export type SystemCall = (name: SyscallName, ...args: readonly SyscallArgument[]) => number;

const ENOSYS = 38;

/** An address keeps nothing alive. What is in here V8 does not free while the kernel reads or writes it. */
const inUse: SyscallArgument[] = [];

/**
 * Opens the C library's `syscall` through node:ffi. Throws where the numbers of `SYSCALLS` mean something else.
 * Byte arguments must come from `offHeap`: small typed arrays live on V8's heap and may move.
 */
export function openSystemCalls(): SystemCall {
  if (process.platform !== "linux" || !isArch(process.arch))
    throw new Error("system calls are known for Linux on x64 and arm64");
  const arch = process.arch;
  const { syscall, __errno_location: errnoLocation } = ffi.dlopen(null, {
    syscall: { arguments: ["i64", "i64", "i64", "i64", "i64", "i64", "i64"], return: "i64" },
    __errno_location: { arguments: [], return: "pointer" },
  }).functions;
  const errno = errnoLocation();
  return (name, ...args) => {
    const number = syscallNumber(name, arch);
    if (number === undefined) return -ENOSYS;
    inUse.push(...args);
    const word = (index: number): bigint => toWord(args[index] ?? 0);
    const words = [word(0), word(1), word(2), word(3), word(4), word(5)] as const;
    const result = syscall(BigInt(number), ...words);
    // At once: the number belongs to the thread, and whatever V8 does on it next may overwrite it.
    const error = ffi.getInt32(errno, 0);
    inUse.length = 0;
    return result === -1n ? -error : Number(result);
  };
}

/** Whether this process is a sealed one on Linux that has not tightened its seal yet: it may prepare what it will call. */
export function canPrepareCalls(): boolean {
  // Without the permission model there is no `permission`.
  const { permission } = process as Partial<Pick<NodeJS.Process, "permission">>;
  return process.platform === "linux" && permission?.has("ffi") === true;
}

function isArch(name: string): name is Arch {
  return name === "x64" || name === "arm64";
}

/** Memory that stays where it is, for the kernel to read and write. */
export function offHeap(lengthBytes: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(lengthBytes));
}

/** A NUL-terminated string for the kernel. */
export function cString(text: string): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const bytes = offHeap(encoded.length + 1);
  bytes.set(encoded);
  return bytes;
}

/** The address of `offHeap` memory, for structures that point at other structures. The caller keeps it alive until the call is over. */
export function addressOf(bytes: Uint8Array): bigint {
  return ffi.getRawPointer(bytes);
}

function toWord(argument: SyscallArgument): bigint {
  return typeof argument === "object" ? addressOf(argument) : BigInt(argument);
}
