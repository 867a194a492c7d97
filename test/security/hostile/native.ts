// Hostile native code in the runner's place. The first argument says what it tries; `untightened` after it leaves the
// runner's own tight filter out. It reports over descriptor 3 what the broker then compares.
import ffi from "node:ffi";
import fs from "node:fs";
import process from "node:process";
import {
  addressOf,
  offHeap,
  openSystemCalls,
  type SystemCall,
} from "../../../runtime/sandbox/launch/system-calls.ts";
import { setLimit } from "../../../runtime/sandbox/launch/rlimits.ts";
import { ALLOWED_CALLS, ERRNO, REFUSALS } from "../../../runtime/sandbox/seal/seccomp/allowed.ts";
import { syscallNumber, type Arch } from "../../../runtime/sandbox/seal/seccomp/numbers.ts";
import { TIGHT_RLIMITS } from "../../../runtime/sandbox/seal/rlimits.ts";
import { tightenSystemCalls } from "../../../runtime/sandbox/launch/tighten.ts";

const MIB = 1024 * 1024;
const MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x4022;
const READ = 1;
const READ_WRITE = 3;
const CLOCK_MONOTONIC = 1;
const FUTEX_WAIT_PRIVATE = 128;
const EPERM = 1;
const EACCES = 13;
const ENOSYS = 38;
const NUMBERS_TRIED = 1024;
/** uretprobe and uprobe of x86_64: the kernel lets them past every filter, and ends a process that it has not put a probe into. */
const PROBES_OF_THE_KERNEL = new Set(process.arch === "x64" ? [335, 336] : []);
const SIGCHLD = 17;
const SIGUSR2 = 12;
const SA_RESTORER = 0x04000000n;
const X32_BIT = 0x40000000;
/** As pthread_create asks for, without an exit of its own. */
const THREAD = 0x003d0f00;

const call = openSystemCalls();
const held: unknown[] = [];

const ACTS: Readonly<Record<string, (call: SystemCall) => void>> = {
  report: () =>
    report({
      pid: process.pid,
      env: { ...process.env },
      // What NODE_OPTIONS would have set.
      options: { title: process.title, gc: "gc" in globalThis },
    }),
  // The other threads stay, and a number whose memory nobody can read.
  "end the first thread": () => void call("exit", 0),
  spin: () => {
    report({ pid: process.pid });
    for (;;) call("getpid");
  },
  "fill the heap": () => {
    for (;;) held.push(Array.from({ length: 10_000 }, (_, index) => ({ index })));
  },
  "fill buffers": () => {
    for (;;) held.push(new Uint8Array(new ArrayBuffer(16 * MIB)).fill(1));
  },
  "fill native memory": () => {
    for (;;) {
      const address = call("mmap", 0, 64 * MIB, READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
      if (address < 0) return report({ refused: true });
      for (let page = 0; page < 64 * MIB; page += 4096)
        call("clock_gettime", CLOCK_MONOTONIC, address + page);
    }
  },
  "fill page tables": () => {
    // Reading a page that nothing was written to costs no memory but the table that points to the page of zeros.
    for (;;) {
      const address = call("mmap", 0, 1024 * MIB, READ, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
      if (address < 0) return report({ refused: true });
      for (let page = 0; page < 1024 * MIB; page += 2 * MIB)
        call("futex", address + page, FUTEX_WAIT_PRIVATE, 1);
    }
  },
  "start processes": () => {
    const outcomes = [
      call("clone", SIGCHLD),
      call("fork"),
      call("clone3", 0, 0),
      call("clone", THREAD | 0x20000000),
    ];
    report({ started: outcomes.filter((result) => result >= 0).length });
  },
  "start threads": () => {
    // The stack is nowhere: a thread that did start would end the process.
    report({ refused: call("clone", THREAD, 0, 0, 0, 0) });
  },
  "ask how threads are scheduled": () => {
    const parameters = offHeap(64);
    const ask = (thread: number): readonly number[] => [
      call("sched_getscheduler", thread),
      call("sched_getparam", thread, parameters),
    ];
    report({ own: ask(call("gettid")), first: ask(1), nobody: ask(0x0fffffff) });
  },
  // For the untightened: the filter refuses a thread before the limit is asked.
  "start threads beyond the limit": () => {
    if (!setLimit(call, "processes", TIGHT_RLIMITS.processes)) return report({ limited: false });
    report({ refused: call("clone", THREAD, 0, 0, 0, 0) });
  },
  "exhaust descriptors": () => {
    let opened = 0;
    while (call("dup", 3) >= 0) opened += 1;
    report({ opened });
  },
  "call by the x32 interface": () => {
    report({ started: true });
    report({ survived: libc().syscall(BigInt(X32_BIT + 39), 0n) });
  },
  // Real machine code: `mov eax, 20; int 0x80`, which is getpid of 32-bit programs. It is entered as the handler of a signal.
  "call by the 32-bit interface": () => {
    const code = pages(1);
    code.set([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0x0f, 0x0b]);
    report({ started: true, executable: call("mprotect", code, 4096, 7) });
    // struct { void *handler; unsigned long flags; void *restorer; u64 mask }
    const action = offHeap(32);
    const view = new DataView(action.buffer);
    view.setBigUint64(0, addressOf(code), true);
    view.setBigUint64(8, SA_RESTORER, true);
    view.setBigUint64(16, addressOf(code), true);
    call("rt_sigaction", SIGUSR2, action, 0, 8);
    call("tgkill", process.pid, call("gettid"), SIGUSR2);
    report({ survived: true });
  },
  // Every number that the table does not allow, with arguments that would do no harm.
  "call everything else": () => {
    const allowed = new Set(
      // What is answered with no error at all is not made either.
      ALLOWED_CALLS.filter(
        ({ name, until }) => until === undefined || REFUSALS[name] === ERRNO.NONE,
      ).map(({ name }) => syscallNumber(name, process.arch as Arch)),
    );
    const refusals = new Set([-EPERM, -EACCES, -ENOSYS]);
    const through: number[] = [];
    const open = libc();
    let tried = 0;
    for (let number = 0; number < NUMBERS_TRIED; number += 1) {
      if (allowed.has(number) || PROBES_OF_THE_KERNEL.has(number)) continue;
      tried += 1;
      if (!refusals.has(rawCall(open, number))) through.push(number);
    }
    report({ tried, through });
  },
  "flood stderr": () => {
    const bytes = offHeap(64 * 1024).fill(0x1b);
    for (;;) call("write", 2, bytes, bytes.length);
  },
  "flood stdout": () => {
    const bytes = offHeap(64 * 1024).fill(0x78);
    for (let sent = 0; sent < 64 * MIB; sent += bytes.length) call("write", 1, bytes, bytes.length);
    report({ sent: true });
  },
  "undo the seal": () => {
    const filter = offHeap(16);
    report({
      dumpable: call("prctl", 4, 1),
      filter: call("seccomp", 1, 0, filter),
      strict: call("seccomp", 0, 0, 0),
      keepCapabilities: call("prctl", 8, 1),
      userNamespace: call("unshare", 0x10000000),
      rlimit: raiseLimit(),
    });
  },
};

/** Memory that begins at a page. */
function pages(count: number): Uint8Array {
  const room = new ArrayBuffer((count + 1) * 4096);
  const misfit = Number(addressOf(new Uint8Array(room)) % 4096n);
  return new Uint8Array(room, (4096 - misfit) % 4096, count * 4096);
}

function libc() {
  return ffi.dlopen(null, {
    syscall: { arguments: ["i64", "i64"], return: "i64" },
    __errno_location: { arguments: [], return: "pointer" },
  }).functions;
}

/** Calls a number, whatever it is called, with -1 for its first argument and nobody knows what for the others. */
function rawCall(
  { syscall, __errno_location: errnoLocation }: ReturnType<typeof libc>,
  number: number,
): number {
  const result = Number(syscall(BigInt(number), -1n));
  return result === -1 ? -ffi.getInt32(errnoLocation(), 0) : result;
}

function raiseLimit(): number {
  const bytes = offHeap(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, 2n ** 40n, true);
  view.setBigUint64(8, 2n ** 40n, true);
  return call("prlimit64", 0, 2, bytes, 0);
}

function report(value: object): void {
  fs.writeSync(3, `${JSON.stringify(value)}\n`);
}

const [act, untightened] = process.argv.slice(2);
if (untightened === undefined) tightenSystemCalls(call);
ACTS[act!]!(call);
process.exit(0);
