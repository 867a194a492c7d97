// Acts of native code on other processes: one of the host's, or the process of another plugin.
import {
  addressOf,
  call,
  cString,
  drain,
  errno,
  offHeap,
  struct,
  textOf,
  type CallName,
} from "./system.ts";
import type { Act, Victim } from "./world.ts";

const HERE = -100;
const CHANNEL = 3;
const SIGUSR1 = 10;
const SIGKILL = 9;
const SIGSTOP = 19;
const SIGIO_SETTINGS = { setOwner: 8, setSignal: 10, setFlags: 4, async: 0o20000 } as const;
const PTRACE_SEIZE = 0x4206;
const PTRACE_ATTACH = 16;

const signal =
  (name: CallName, number: number): Act =>
  (_world, { pid }) =>
    errno(call(name, pid, number));

/** `struct siginfo`: number, errno, code (SI_QUEUE), sender. */
const siginfo = (number: number): Uint8Array => struct(128, [0, 4, number], [8, 4, -1]);

function vector(address: bigint, lengthBytes: number): Uint8Array {
  return struct(16, [0, 8, address], [8, 8, lengthBytes]);
}

function memoryFile({ pid }: Victim, flags: number): number {
  return call("openat", HERE, cString(`/proc/${pid}/mem`), flags, 0);
}

export const PROCESS_ACTS: Readonly<Record<string, Act>> = {
  "kill it": signal("kill", SIGKILL),
  "stop it": signal("kill", SIGSTOP),
  "open its debugger by SIGUSR1": signal("kill", SIGUSR1),
  "kill its group": (_world, { pid }) => errno(call("kill", -pid, SIGKILL)),
  "kill its thread by tkill": signal("tkill", SIGKILL),
  "kill its thread by tgkill": (_world, { pid }) => errno(call("tgkill", pid, pid, SIGKILL)),
  "queue a signal for it": (_world, { pid }) =>
    errno(call("rt_sigqueueinfo", pid, SIGKILL, siginfo(SIGKILL))),
  "queue a signal for its thread": (_world, { pid }) =>
    errno(call("rt_tgsigqueueinfo", pid, pid, SIGKILL, siginfo(SIGKILL))),
  "kill it by descriptor": (_world, { pid }) => {
    const held = call("pidfd_open", pid, 0);
    return held < 0 ? errno(held) : errno(call("pidfd_send_signal", held, SIGKILL, 0, 0));
  },
  // The next byte that the broker sends is then a signal for somebody else.
  "have the broker's messages signal it": (_world, { pid }) => {
    const { setOwner, setSignal, setFlags, async } = SIGIO_SETTINGS;
    return [
      call("fcntl", CHANNEL, setOwner, pid),
      call("fcntl", CHANNEL, setSignal, SIGKILL),
      call("fcntl", CHANNEL, setFlags, async),
    ].join(" ");
  },
  "take one of its descriptors": (_world, { pid, descriptor }) => {
    const held = call("pidfd_open", pid, 0);
    if (held < 0) return errno(held);
    const taken = call("pidfd_getfd", held, descriptor, 0);
    if (taken < 0) return errno(taken);
    const memory = offHeap(256);
    const count = call("pread64", taken, memory, 256, 0);
    // A channel has no places to read from, and is the worse to lose.
    return count < 0 ? "canary-let-through" : textOf(memory, count);
  },
  "read its memory": (_world, { pid, address, secretBytes }) => {
    const memory = offHeap(secretBytes);
    const [here, there] = [
      vector(addressOf(memory), secretBytes),
      vector(BigInt(address), secretBytes),
    ];
    const count = call("process_vm_readv", pid, here, 1, there, 1, 0);
    return count < 0 ? errno(count) : textOf(memory, count);
  },
  "write its memory": (_world, { pid, address }) => {
    const memory = offHeap(4).fill(0x21);
    const [here, there] = [vector(addressOf(memory), 4), vector(BigInt(address), 4)];
    return errno(call("process_vm_writev", pid, here, 1, there, 1, 0));
  },
  "read its memory as a file": (_world, victim) => {
    const file = memoryFile(victim, 0);
    if (file < 0) return errno(file);
    const memory = offHeap(victim.secretBytes);
    const count = call("pread64", file, memory, memory.length, BigInt(victim.address));
    call("close", file);
    return count < 0 ? errno(count) : textOf(memory, count);
  },
  "write its memory as a file": (_world, victim) => {
    const file = memoryFile(victim, 2);
    if (file < 0) return errno(file);
    const memory = offHeap(4).fill(0x21);
    return errno(call("pwrite64", file, memory, 4, BigInt(victim.address)));
  },
  "trace it": (_world, { pid }) => errno(call("ptrace", PTRACE_SEIZE, pid, 0, 0)),
  "trace it and stop it": (_world, { pid }) => errno(call("ptrace", PTRACE_ATTACH, pid, 0, 0)),
  "lower its limits": (_world, { pid }) =>
    errno(call("prlimit64", pid, 7, struct(16, [0, 8, 9], [8, 8, 9]), 0)),
  "slow it down": (_world, { pid }) => errno(call("setpriority", 0, pid, 19)),
  "keep it on one processor": (_world, { pid }) =>
    errno(call("sched_setaffinity", pid, 8, struct(8, [0, 8, 1]))),
  "give it the class of idle work": (_world, { pid }) =>
    errno(call("sched_setscheduler", pid, 5, offHeap(8))),
  "write a file of its in /proc": (_world, { pid }) => {
    const path = cString(`/proc/${pid}/oom_score_adj`);
    const file = call("openat", HERE, path, 1, 0);
    return file < 0 ? errno(file) : errno(call("write", file, cString("777"), 3));
  },
  "read its map of memory": (_world, { pid }) => {
    const map = drain(call("openat", HERE, cString(`/proc/${pid}/maps`), 0, 0));
    return map.startsWith("errno") ? map : `canary-map ${map.slice(0, 60)}`;
  },
};
