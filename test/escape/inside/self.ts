// Acts of native code on itself: more rights, other namespaces, other programs. Each needs a process of its own.
import ffi from "node:ffi";
import process from "node:process";
import { call, callNumber, cString, errno, struct, addressOf } from "./system.ts";
import type { Act } from "./world.ts";

const HERE = -100;
const SIGCHLD = 17;
const SIGKILL = 9;
const NAMESPACES = {
  mount: 0x00020000,
  cgroup: 0x02000000,
  uts: 0x04000000,
  ipc: 0x08000000,
  network: 0x40000000,
} as const;
const USER_NAMESPACE = 0x10000000;

/** `touch FILE`, as the kernel wants it. */
function touchProgram(file: string): readonly [Uint8Array, Uint8Array] {
  const [program, argument] = [cString("/bin/touch"), cString(file)];
  const list = struct(24, [0, 8, addressOf(program)], [8, 8, addressOf(argument)]);
  held.push(program, argument, list);
  return [program, list];
}
const held: Uint8Array[] = [];

/** V8 keeps its code out of children, so this one dies at once; that it was born is seen from outside. */
function born(result: number): string {
  if (result === 0) call("exit_group", 0);
  return errno(result);
}

/** Where nothing can be seen from outside, the kernel's answer has to do. */
function answered(result: number): string {
  return result >= 0 ? "canary-let-through" : errno(result);
}

function raised(resource: number): string {
  const limit = struct(16, [0, 8, 4096], [8, 8, 4096]);
  return errno(call("prlimit64", 0, resource, limit, 0));
}

export const SELF_ACTS: Readonly<Record<string, Act>> = {
  ...Object.fromEntries(
    Object.entries(NAMESPACES).map(([name, flag]): [string, Act] => [
      `move to a new ${name} namespace`,
      () => errno(call("unshare", flag)),
    ]),
  ),
  "move to another process's namespaces": (_world, { pid }) => {
    const held = call("pidfd_open", pid, 0);
    if (held < 0) return errno(held);
    return answered(call("setns", held, NAMESPACES.uts | NAMESPACES.ipc));
  },
  "change its root": ({ folder }) => errno(call("chroot", cString(folder))),
  "change its working folder": ({ folder }) => errno(call("chdir", cString(folder))),
  "become another user": () => errno(call("setresuid", 12345, 12345, 12345)),
  "become another group": () => errno(call("setgid", 12345)),
  "join further groups": () => errno(call("setgroups", 1, struct(4, [0, 4, 12345]))),
  "raise the limit of core files": () => raised(4),
  "raise the limit of file sizes": () => raised(1),
  "raise the limit of open files": () => raised(7),
  "become undead when the broker dies": () => answered(call("prctl", 1, 0)),
  "let others look inside it": () => answered(call("prctl", 4, 1)),
  "hide behind a filter of its own": () => {
    const allow = struct(8, [0, 2, 6], [4, 4, 0x7fff0000]);
    const program = struct(16, [0, 2, 1], [8, 8, addressOf(allow)]);
    return errno(call("seccomp", 1, 0, program, allow));
  },

  "execute a program": ({ folder }) => {
    const [program, list] = touchProgram(`${folder}/new`);
    return errno(call("execve", program, list, 0));
  },
  "execute a program by execveat": ({ folder }) => {
    const [program, list] = touchProgram(`${folder}/new`);
    return errno(call("execveat", HERE, program, list, 0, 0));
  },
  "execute a program out of memory": ({ folder }) => {
    const file = call("memfd_create", cString("x"), 1);
    if (file < 0) return errno(file);
    const script = cString(`#!/bin/sh\n: > ${folder}/new\n`);
    call("write", file, script, script.length - 1);
    // A script is read by its interpreter, so the descriptor must outlive the exec.
    call("fcntl", file, 2, 0);
    const [, list] = touchProgram("");
    return errno(call("execveat", file, cString(""), list, 0, 0x1000));
  },
  "start a child by fork": () => born(call("fork")),
  "start a child by clone": () => born(call("clone", SIGCHLD)),
  "start a child by clone3": () => born(call("clone3", struct(88, [32, 8, SIGCHLD]), 88)),
  "start a child in namespaces of its own": () =>
    born(call("clone", SIGCHLD | USER_NAMESPACE | NAMESPACES.network)),

  "kill by the numbers of the x32 interface": (_world, { pid }) =>
    errno(callNumber(0x40000000 + 62, pid, SIGKILL)),
  "kill by a number whose high half is not empty": (_world, { pid }) => {
    const { syscall } = ffi.dlopen(null, {
      syscall: { arguments: ["i64", "i64", "i64"], return: "i64" },
    }).functions;
    const number = process.arch === "x64" ? 62 : 129;
    return String(syscall(BigInt(number) + (1n << 32n), BigInt(pid), BigInt(SIGKILL)));
  },
  "kill through the 32-bit gate": (_world, { pid }) => interrupt80(37, pid, SIGKILL),
  "kill by machine code of its own": (_world, { pid }) => machineCode(pid),
};

const MIB = 2 ** 20;
const PRIVATE_ANONYMOUS_NORESERVE = 0x4022;
const POPULATE = 0x8000;

/** Acts that use too much; each ends by itself, for it may find nothing in its way. */
export const GREEDY_ACTS: Readonly<Record<string, Act>> = {
  "take memory and touch it": () => {
    for (let taken = 0; taken < 400; taken += 20) {
      const at = call("mmap", 0, 20 * MIB, 3, PRIVATE_ANONYMOUS_NORESERVE | POPULATE, -1, 0);
      if (at < 0) return errno(at);
    }
    // Long enough for whoever watches.
    call("nanosleep", struct(16, [8, 8, 200_000_000]), 0);
    return "canary-let-through";
  },
  "map without touching": () => {
    const at = call("mmap", 0, 2 ** 41, 1, PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
    return at > 0 ? "canary-let-through" : errno(at);
  },
  "open descriptors without end": () => {
    let opened = 0;
    while (opened < 500 && call("dup", 3) >= 0) opened += 1;
    return opened < 500 ? `${opened} opened` : "canary-let-through";
  },
};

/** Overwrites a function of the C library with `code` and calls it: what a hole in V8 amounts to. x86_64 only. */
function execute(code: readonly number[]): string {
  if (process.arch !== "x64") return "errno 38";
  const { lib, functions } = ffi.dlopen(null, { getppid: { arguments: [], return: "i32" } });
  const at = lib.getSymbol("getppid");
  const page = at & ~0xfffn;
  const opened = call("mprotect", page, 8192, 7);
  if (opened < 0) return errno(opened);
  code.forEach((byte, offset) => ffi.setUint8(at, offset, byte));
  return `result ${functions.getppid()}`;
}

const word = (value: number): number[] => [...struct(4, [0, 4, value])];

/** `mov eax, number; mov ebx, first; mov ecx, second; int 0x80; ret`, with rbx kept. */
function interrupt80(number: number, first: number, second: number): string {
  const body = [0xb8, ...word(number), 0xbb, ...word(first), 0xb9, ...word(second), 0xcd, 0x80];
  return execute([0x53, ...body, 0x5b, 0xc3]);
}

/** `mov eax, 62; mov edi, pid; mov esi, 9; syscall; ret`. */
function machineCode(pid: number): string {
  return execute([0xb8, ...word(62), 0xbf, ...word(pid), 0xbe, ...word(9), 0x0f, 0x05, 0xc3]);
}
