// System calls for an attacker: more of them than any sealed program of ours ever names.
import ffi from "node:ffi";
import process from "node:process";
import { SYSCALLS, type SyscallName } from "../../../runtime/sandbox/seal/seccomp/numbers.ts";
import { addressOf, cString, offHeap } from "../../../runtime/sandbox/launch/system-calls.ts";

export { addressOf, cString, offHeap };

/** Calls that the product has no reason to name: [x86_64, arm64]. Linux `syscall_64.tbl` and `asm-generic/unistd.h`. */
const MORE = {
  sendto: [44, 206],
  recvfrom: [45, 207],
  listen: [50, 201],
  shmat: [30, 196],
  semctl: [66, 191],
  msgrcv: [70, 188],
  msgsnd: [69, 189],
  msgctl: [71, 187],
  shmctl: [31, 195],
  mq_unlink: [241, 181],
  mq_timedsend: [242, 182],
  getdents64: [217, 61],
  rename: [82, undefined],
  mkdir: [83, undefined],
  unlink: [87, undefined],
  symlink: [88, undefined],
  link: [86, undefined],
  chmod: [90, undefined],
  chown: [92, undefined],
  creat: [85, undefined],
  lchown: [94, undefined],
  mknodat: [259, 33],
  fchownat: [260, 54],
  renameat2: [316, 276],
  linkat: [265, 37],
  utimensat: [280, 88],
  setxattr: [188, 5],
  name_to_handle_at: [303, 264],
  mq_timedreceive: [243, 183],
  setpriority: [141, 140],
  sched_setaffinity: [203, 122],
  sched_setscheduler: [144, 119],
  sched_setattr: [314, 274],
  ioprio_set: [251, 30],
  setgid: [106, 144],
  setgroups: [116, 159],
  setresuid: [117, 147],
  pivot_root: [155, 41],
  fchdir: [81, 50],
  chdir: [80, 49],
  setrlimit: [160, 164],
  wait4: [61, 260],
  pwrite64: [18, 68],
  sendfile: [40, 71],
  splice: [275, 76],
  process_mrelease: [448, 448],
  swapoff: [168, 225],
  quotactl: [179, 60],
  acct: [163, 89],
  syslog: [103, 116],
  settimeofday: [170, 170],
  reboot: [169, 142],
  iopl: [172, undefined],
  ioperm: [173, undefined],
  modify_ldt: [154, undefined],
  lookup_dcookie: [212, 18],
  kexec_load: [246, 104],
  move_mount: [429, 429],
  mount_setattr: [442, 442],
  migrate_pages: [256, 238],
  move_pages: [279, 239],
  set_mempolicy: [238, 237],
  mlock: [149, 228],
  remap_file_pages: [216, 234],
  uselib: [134, undefined],
  ustat: [136, undefined],
  statfs: [137, 43],
  truncate: [76, 45],
} as const satisfies Record<string, readonly [number | undefined, number | undefined]>;

export type CallName = SyscallName | keyof typeof MORE;
export type Word = number | bigint | Uint8Array;

const ENOSYS = 38;
const column = process.arch === "x64" ? 0 : 1;
const libc = ffi.dlopen(null, {
  syscall: { arguments: ["i64", "i64", "i64", "i64", "i64", "i64", "i64"], return: "i64" },
  __errno_location: { arguments: [], return: "pointer" },
}).functions;
/** Nothing that a call was given may be collected while the kernel looks at it, or at what it points to. */
const kept: Word[] = [];

/** A negative result is `-errno`. */
export function callNumber(number: number, ...args: readonly Word[]): number {
  kept.push(...args);
  if (kept.length > 1000) kept.splice(0, 500);
  const word = (index: number): bigint => {
    const argument = args[index] ?? 0;
    return typeof argument === "object" ? addressOf(argument) : BigInt(argument);
  };
  const result = Number(
    libc.syscall(BigInt(number), word(0), word(1), word(2), word(3), word(4), word(5)),
  );
  return result === -1 ? -ffi.getInt32(libc.__errno_location(), 0) : result;
}

export function call(name: CallName, ...args: readonly Word[]): number {
  const table: Readonly<Record<string, readonly [number | undefined, number | undefined]>> = {
    ...SYSCALLS,
    ...MORE,
  };
  const number = table[name]?.[column];
  return number === undefined ? -ENOSYS : callNumber(number, ...args);
}

/** Memory that is filled by a list of [offset, bytes, value]. */
export function struct(
  lengthBytes: number,
  ...fields: readonly (readonly [offset: number, bytes: 1 | 2 | 4 | 8, value: number | bigint])[]
): Uint8Array {
  const memory = offHeap(lengthBytes);
  const view = new DataView(memory.buffer);
  for (const [offset, bytes, value] of fields) {
    if (bytes === 1) view.setUint8(offset, Number(value));
    else if (bytes === 2) view.setUint16(offset, Number(value), true);
    else if (bytes === 4) view.setInt32(offset, Number(value), true);
    else view.setBigInt64(offset, BigInt(value), true);
  }
  return memory;
}

export function textOf(memory: Uint8Array, lengthBytes = memory.length): string {
  return Buffer.from(memory.slice(0, Math.max(lengthBytes, 0))).toString("latin1");
}

/** What a descriptor has to say, or why there is none. */
export function drain(descriptor: number): string {
  if (descriptor < 0) return errno(descriptor);
  const memory = offHeap(4096);
  const count = call("read", descriptor, memory, memory.length);
  call("close", descriptor);
  return count < 0 ? errno(count) : textOf(memory, count);
}

export function errno(result: number): string {
  return result < 0 ? `errno ${-result}` : `result ${result}`;
}
