import process from "node:process";
import type { SyscallName } from "../seal/seccomp/numbers.ts";
import { leakedDescriptors } from "./leaked-descriptors.ts";
import { cString, offHeap, type SyscallArgument, type SystemCall } from "./system-calls.ts";

/** What the probe acts with, and against. */
export interface Surroundings {
  readonly call: SystemCall;
  readonly brokerPid: number;
}

/** Tries one thing. True when it got through. It must do no harm then: the seal may be missing. */
export type Attempt = (world: Surroundings) => boolean;

const EPERM = 1;
const EACCES = 13;
const ENOSYS = 38;
/** Any other error (no such file, bad address) says that the kernel went as far as looking at the arguments. */
const gotThrough = (result: number): boolean => ![-EPERM, -EACCES, -ENOSYS].includes(result);

const AT_FDCWD = -100;
const CHANNEL = 3;
/** Beyond the largest number that a kernel gives to a process. */
const NOBODYS_PID = 0x7fff_fff0;
const CLONE_SIGHAND_WITHOUT_VM = 0x800;
const MAP_SHARED_ANONYMOUS = 0x21;
const F_SETOWN = 8;
const O_WRONLY_CREATE = 0o101;
const O_TMPFILE = process.arch === "arm64" ? 0o20040001 : 0o20200001;
const RLIMIT_CORE = 4;
const RLIMIT_NOFILE = 7;
/** Beneath a file nothing can be made, whatever folders a machine has. */
const NOWHERE = cString("/dev/null/nowhere");
const BLANK = offHeap(256);

const HOST_FILES = [
  "/etc/passwd",
  "/proc/self/environ",
  "/proc/self/maps",
  "/proc/1/cmdline",
  "/proc/version",
  "/dev/urandom",
  "/sys/kernel/mm",
  "/etc/ld.so.cache",
];
const HOST_FOLDERS = ["/", "/home", "/root", "/tmp", "/etc", "/proc", "/dev/shm", "/usr/lib", "."];
const WRITABLE_FOLDERS = ["/", "/tmp", "/dev/shm", "/var/tmp", "/run", "."];
const SOCKET_FAMILIES = {
  unix: 1,
  inet: 2,
  inet6: 10,
  netlink: 16,
  packet: 17,
  alg: 38,
  vsock: 40,
  xdp: 44,
} as const;

const reaches =
  (name: SyscallName, ...args: readonly SyscallArgument[]): Attempt =>
  ({ call }) =>
    gotThrough(call(name, ...args));
const reachesBroker =
  (name: SyscallName, ...rest: readonly SyscallArgument[]): Attempt =>
  ({ call, brokerPid }) =>
    gotThrough(call(name, brokerPid, ...rest));
const opensOneOf =
  (paths: readonly string[], flags: number): Attempt =>
  ({ call }) =>
    paths.some((path) => call("openat", AT_FDCWD, cString(path), flags, 0o600) >= 0);
const anyOf =
  (...attempts: readonly Attempt[]): Attempt =>
  (world) =>
    attempts.some((attempt) => attempt(world));
const socketOf =
  (family: number): Attempt =>
  ({ call }) =>
    [1, 2, 3, 5].some((kind) => gotThrough(call("socket", family, kind, 0)));

/** Everything that the probe tries from inside a sealed process, by the name that `doctor` and the debt report show. */
export const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  // First, for the next attempts may leave something open.
  "find the broker's descriptors": ({ call }) => leakedDescriptors(call).length > 0,
  "read a host file": opensOneOf(HOST_FILES, 0),
  "open a host folder": opensOneOf(HOST_FOLDERS, 0),
  "look at a host file": anyOf(
    ({ call }) => call("newfstatat", AT_FDCWD, cString("/etc/passwd"), BLANK, 0) === 0,
    ({ call }) => call("statx", AT_FDCWD, cString("/etc/passwd"), 0, 0x7ff, BLANK) === 0,
    reaches("stat", cString("/etc/passwd"), BLANK),
    ({ call }) => call("faccessat", AT_FDCWD, cString("/etc/passwd"), 0) === 0,
    ({ call }) => call("readlinkat", AT_FDCWD, cString("/proc/self/exe"), BLANK, BLANK.length) > 0,
  ),
  "open by another call": anyOf(
    reaches("open", NOWHERE, 0),
    reaches("openat2", AT_FDCWD, NOWHERE, BLANK, 24),
    reaches("open_by_handle_at", -1, BLANK, 0),
  ),
  "create a file": reaches("openat", AT_FDCWD, NOWHERE, O_WRONLY_CREATE, 0o600),
  "create a nameless file": opensOneOf(WRITABLE_FOLDERS, O_TMPFILE),
  "open a device for writing": opensOneOf(["/dev/null", "/dev/tty", "/proc/self/mem"], 0o1),
  "change a folder": anyOf(
    reaches("mkdirat", AT_FDCWD, NOWHERE, 0o700),
    reaches("unlinkat", AT_FDCWD, NOWHERE, 0),
    reaches("symlinkat", NOWHERE, AT_FDCWD, NOWHERE),
    reaches("fchmodat", AT_FDCWD, NOWHERE, 0o777),
    reaches("truncate", NOWHERE, 0),
  ),
  "make a file of memory": anyOf(reaches("memfd_create", 0, 0), reaches("memfd_secret", 0xffff)),
  "watch files": anyOf(reaches("inotify_init1", -1), reaches("fanotify_init", -1, 0)),

  ...Object.fromEntries(
    Object.entries(SOCKET_FAMILIES).map(([name, family]) => [
      `open a socket (${name})`,
      socketOf(family),
    ]),
  ),
  "make a pair of sockets": reaches("socketpair", 1, 1, 0, BLANK),
  "connect or bind": anyOf(
    reaches("connect", CHANNEL, BLANK, 16),
    reaches("bind", CHANNEL, BLANK, 16),
  ),
  "pass a descriptor on": reaches("sendmsg", CHANNEL, 0, 0),

  "execute a program": anyOf(
    reaches("execve", NOWHERE, 0, 0),
    reaches("execveat", AT_FDCWD, NOWHERE, 0, 0, 0),
  ),
  "start a process": anyOf(reaches("clone", CLONE_SIGHAND_WITHOUT_VM), reaches("clone3", 0, 0)),
  "signal the broker": anyOf(
    reachesBroker("kill", 0),
    reachesBroker("tkill", 0),
    ({ call, brokerPid }) => gotThrough(call("tgkill", brokerPid, brokerPid, 0)),
    reachesBroker("rt_sigqueueinfo", 0, BLANK),
    ({ call, brokerPid }) => gotThrough(call("rt_tgsigqueueinfo", brokerPid, brokerPid, 0, BLANK)),
    ({ call, brokerPid }) => gotThrough(call("fcntl", CHANNEL, F_SETOWN, brokerPid)),
  ),
  "signal everybody": reaches("kill", -1, 0),
  "hold a process by descriptor": anyOf(
    reachesBroker("pidfd_open", 0),
    reaches("pidfd_getfd", -1, 0, 0),
    reaches("pidfd_send_signal", -1, 0, 0, 0),
  ),
  "trace the broker": ({ call, brokerPid }) => gotThrough(call("ptrace", 2, brokerPid, 0, 0)),
  "read or write the broker's memory": anyOf(
    reachesBroker("process_vm_readv", 0, 0, 0, 0, 0),
    reachesBroker("process_vm_writev", 0, 0, 0, 0, 0),
  ),
  "change the broker's limits": reachesBroker("prlimit64", RLIMIT_NOFILE, 0, BLANK),
  // Where processes have numbers of their own inside, there is none of that number.
  "see that the broker exists": anyOf(
    ({ call, brokerPid }) => call("sched_getaffinity", brokerPid, BLANK.length, BLANK) >= 0,
    // The tight filter answers these itself, the same for everybody.
    ({ call, brokerPid }) =>
      call("sched_getscheduler", brokerPid) !== call("sched_getscheduler", NOBODYS_PID),
    ({ call, brokerPid }) =>
      call("sched_getparam", brokerPid, BLANK) !== call("sched_getparam", NOBODYS_PID, BLANK),
    ({ call, brokerPid }) => call("capget", capabilitiesOf(brokerPid), BLANK) >= 0,
  ),
  "compare processes": ({ call, brokerPid }) =>
    gotThrough(call("kcmp", brokerPid, brokerPid, 0, 0, 0)),
  "leave its session": anyOf(reaches("setsid"), reaches("setpgid", 0, 0)),

  mount: anyOf(
    reaches("mount", 0, NOWHERE, 0, 0, 0),
    reaches("umount2", NOWHERE, 0),
    reaches("fsopen", 0, 0),
    reaches("open_tree", -1, NOWHERE, 0),
  ),
  "change namespaces": anyOf(
    reaches("unshare", 0),
    reaches("setns", -1, 0),
    reaches("chroot", NOWHERE),
    reaches("sethostname", 0, -1),
  ),
  "become somebody else": anyOf(reaches("setuid", -1), reaches("personality", 0xffffffff)),
  "load a kernel module": reaches("init_module", 0, 0, 0),
  "use io_uring": anyOf(reaches("io_uring_setup", 0, 0), reaches("io_setup", 0, 0)),
  "use bpf": reaches("bpf", -1, 0, 0),
  "use kernel keys": anyOf(reaches("keyctl", -1), reaches("add_key", 0, 0, 0, 0, 0)),
  "use userfaultfd": reaches("userfaultfd", -1),
  "measure performance events": reaches("perf_event_open", 0, 0, -1, -1, 0),
  "use System V memory and queues": anyOf(
    reaches("shmget", 1, 0, 0),
    reaches("semget", 1, 0, 0),
    reaches("msgget", 1, 0),
    reaches("mq_open", 0, 0),
  ),
  "share memory": ({ call }) => gotThrough(call("mmap", 0, 4096, 3, MAP_SHARED_ANONYMOUS, -1, 0)),
  "arm a timer": reaches("timer_create", -1, 0, 0),

  "find an environment": () => Object.keys(process.env).some((name) => name !== "PWD"),
  "hold a capability": ({ call }) => holdsCapability(call),
  "dump core": ({ call }) => limitOf(call, RLIMIT_CORE) !== 0n,
  "open many files": ({ call }) => limitOf(call, RLIMIT_NOFILE) > 64n,
};

/** Once tightened, it may not even ask. */
function holdsCapability(call: SystemCall): boolean {
  const sets = offHeap(24);
  const result = call("capget", capabilitiesOf(0), sets);
  return gotThrough(result) && (result !== 0 || sets.some((byte) => byte !== 0));
}

/** `struct __user_cap_header_struct`; 0 is the caller. */
function capabilitiesOf(pid: number): Uint8Array {
  const header = offHeap(8);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x20080522, true);
  view.setInt32(4, pid, true);
  return header;
}

/** The hard limit. */
function limitOf(call: SystemCall, resource: number): bigint {
  const bytes = offHeap(16);
  return call("prlimit64", 0, resource, 0, bytes) === 0
    ? new DataView(bytes.buffer).getBigUint64(8, true)
    : -1n;
}
