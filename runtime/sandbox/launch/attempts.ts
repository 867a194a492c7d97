import process from "node:process";
import { SEALED_RLIMITS, TIGHT_RLIMITS } from "../seal/rlimits.ts";
import type { SyscallName } from "../seal/seccomp/numbers.ts";
import { leakedDescriptors } from "./leaked-descriptors.ts";
import { getLimit, RLIMITS, type LimitName } from "./rlimits.ts";
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
const MSG_DONTWAIT = 0x40;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const PR_SET_PTRACER = 0x59616d61;
const ARCH_CPUID = 0x1012;
const SECCOMP_NEW_LISTENER = 8;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const MAP_LOCKED = 0x2000;
const O_NOTIFICATION_PIPE = 0o200;
const FUTEX_LOCK_PI = 6;
const F_SETLEASE = 1024;
const F_SETPIPE_SZ = 1031;
const CLONE_SIGHAND_WITHOUT_VM = 0x800;
const MAP_SHARED_ANONYMOUS = 0x21;
const F_SETOWN = 8;
const O_WRONLY_CREATE = 0o101;
const O_TMPFILE = process.arch === "arm64" ? 0o20040001 : 0o20200001;
/** Below a file nothing can be, or be made. */
const NOWHERE = cString("/dev/null/nowhere");
const BLANK = offHeap(256);
/** Beyond the kernel's largest. */
const NOBODYS_PID = 0x0fffffff;
const TIMER_ABSTIME = 1;
const NO_TIME = offHeap(16);

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

/** Of the broker than of a process that is not there. */
const answersDifferently =
  (ask: (pid: number) => readonly [SyscallName, ...SyscallArgument[]]): Attempt =>
  ({ call, brokerPid }) =>
    call(...ask(brokerPid)) !== call(...ask(NOBODYS_PID));

/** A limit that is missing is one that it may exceed. */
const exceedsOneOf =
  (limits: Partial<Readonly<Record<LimitName, number>>>): Attempt =>
  ({ call }) =>
    Object.entries(limits).some(([name, most]) => getLimit(call, name as LimitName) > most);

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
    reaches("mknodat", AT_FDCWD, NOWHERE, 0, 0),
    reaches("linkat", AT_FDCWD, NOWHERE, AT_FDCWD, NOWHERE, 0),
    reaches("renameat2", AT_FDCWD, NOWHERE, AT_FDCWD, NOWHERE, 0),
  ),
  "walk through folders": anyOf(
    reaches("chdir", NOWHERE),
    reaches("fchdir", -1),
    reaches("getdents64", -1, BLANK, BLANK.length),
    reaches("statfs", NOWHERE, BLANK),
    reaches("name_to_handle_at", AT_FDCWD, NOWHERE, BLANK, BLANK, 0),
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
  "pass a descriptor on": anyOf(
    reaches("sendmsg", CHANNEL, 0, 0),
    reaches("sendmmsg", CHANNEL, 0, 0, 0),
    reaches("sendto", CHANNEL, 0, 0, 0, 0, 0),
  ),
  "take a descriptor": anyOf(
    reaches("recvmsg", CHANNEL, 0, MSG_DONTWAIT),
    reaches("accept4", CHANNEL, 0, 0, 0),
    reaches("listen", CHANNEL, 0),
  ),
  "ask the channel who is at its other end": anyOf(
    reaches("getsockopt", CHANNEL, SOL_SOCKET, SO_PEERCRED, BLANK, 0),
    reaches("getpeername", CHANNEL, BLANK, 0),
  ),
  "change the channel": anyOf(
    reaches("setsockopt", CHANNEL, SOL_SOCKET, -1, 0, 0),
    reaches("shutdown", CHANNEL, -1),
  ),
  "move bytes between descriptors inside the kernel": anyOf(
    reaches("splice", -1, 0, -1, 0, 0, 0),
    reaches("tee", -1, -1, 1, 0),
    reaches("vmsplice", -1, 0, 0, 0),
    reaches("sendfile", -1, -1, 0, 0),
    reaches("copy_file_range", -1, 0, -1, 0, 0, 0),
  ),
  "change what a descriptor leads to": anyOf(
    reaches("fchmod", -1, 0),
    reaches("fchown", -1, -1, -1),
    reaches("ftruncate", -1, 0),
    reaches("fallocate", -1, 0, 0, 1),
    reaches("fsetxattr", -1, NOWHERE, 0, 0, 0),
    reaches("flock", -1, 8),
    reaches("fcntl", CHANNEL, F_SETLEASE, -1),
    reaches("fcntl", CHANNEL, F_SETPIPE_SZ, -1),
  ),

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
  // With arguments that the kernel would refuse, had it got so far.
  "change how the broker is scheduled": anyOf(
    ({ call, brokerPid }) => gotThrough(call("setpriority", 99, brokerPid, 0)),
    ({ call, brokerPid }) => gotThrough(call("ioprio_set", 99, brokerPid, 0)),
    reachesBroker("sched_setaffinity", 0, 0),
    reachesBroker("sched_setscheduler", -1, 0),
  ),
  "find the broker's memory": anyOf(
    reachesBroker("get_robust_list", BLANK, BLANK),
    reachesBroker("move_pages", 0, 0, 0, 0, 99),
    reaches("process_madvise", -1, 0, 0, 0, 0),
    reaches("process_mrelease", -1, 0),
  ),
  "outlive the broker": reaches("prctl", PR_SET_PDEATHSIG, 0),
  "open itself to the broker's tracer": anyOf(
    reaches("prctl", PR_SET_DUMPABLE, 1),
    ({ call, brokerPid }) => gotThrough(call("prctl", PR_SET_PTRACER, brokerPid)),
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
  "change the broker's limits": reachesBroker("prlimit64", RLIMITS.openFiles, 0, BLANK),
  // Where processes have numbers of their own inside, there is none of either number.
  "see that the broker exists": anyOf(
    answersDifferently((pid) => ["sched_getaffinity", pid, BLANK.length, BLANK]),
    answersDifferently((pid) => ["sched_getscheduler", pid]),
    answersDifferently((pid) => ["sched_getparam", pid, BLANK]),
    answersDifferently((pid) => ["sched_getattr", pid, BLANK, 48, 0]),
    answersDifferently((pid) => ["capget", capabilitiesOf(pid), BLANK]),
    answersDifferently((pid) => ["getpgid", pid]),
    answersDifferently((pid) => ["getsid", pid]),
    answersDifferently((pid) => ["getpriority", 0, pid]),
    answersDifferently((pid) => ["ioprio_get", 1, pid]),
    answersDifferently((pid) => ["clock_getres", processorTimeOf(pid), BLANK]),
  ),
  "read the broker's processor time": anyOf(
    ({ call, brokerPid }) => call("clock_gettime", processorTimeOf(brokerPid), BLANK) >= 0,
    ({ call, brokerPid }) => call("clock_getres", processorTimeOf(brokerPid), BLANK) >= 0,
    // A moment that is long past: who may sleep on this clock is back at once.
    ({ call, brokerPid }) =>
      call("clock_nanosleep", processorTimeOf(brokerPid), TIMER_ABSTIME, NO_TIME, 0) >= 0,
  ),
  "compare processes": ({ call, brokerPid }) =>
    gotThrough(call("kcmp", brokerPid, brokerPid, 0, 0, 0)),
  "leave its session": anyOf(reaches("setsid"), reaches("setpgid", 0, 0)),

  mount: anyOf(
    reaches("mount", 0, NOWHERE, 0, 0, 0),
    reaches("umount2", NOWHERE, 0),
    reaches("fsopen", 0, 0),
    reaches("open_tree", -1, NOWHERE, 0),
    reaches("pivot_root", NOWHERE, NOWHERE),
  ),
  "change the machine": anyOf(
    reaches("reboot", 0, 0, 0, 0),
    reaches("clock_settime", -1, 0),
    reaches("adjtimex", 0),
  ),
  "reach the processor's own tables": anyOf(
    reaches("modify_ldt", 99, 0, 0),
    reaches("iopl", 99),
    reaches("arch_prctl", ARCH_CPUID, 1),
  ),
  "read the kernel's log": reaches("syslog", 10, 0, 0),
  "replace its filter": anyOf(
    reaches("seccomp", 0, 1, 0),
    reaches("seccomp", 1, SECCOMP_NEW_LISTENER, 0),
    reaches("landlock_create_ruleset", 0, 0, 99),
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
  "arm a timer": anyOf(
    reaches("timer_create", -1, 0, 0),
    reaches("timerfd_create", -1, 0),
    reaches("setitimer", 99, 0, 0),
    reaches("signalfd4", -1, 0, 0, 0),
  ),
  "hold memory in place": anyOf(
    reaches("mlock", 0, 0),
    reaches("mlockall", 0),
    reaches("mbind", 0, 0, 99, 0, 0, 0),
    ({ call }) => gotThrough(call("mmap", 0, 4096, 3, MAP_PRIVATE_ANONYMOUS | MAP_LOCKED, -1, 0)),
  ),
  "open a watch queue": reaches("pipe2", 0, O_NOTIFICATION_PIPE),
  "lend priority through a lock": anyOf(
    reaches("futex", 0, FUTEX_LOCK_PI, 0, 0, 0, 0),
    reaches("futex_waitv", 0, 0, 0, 0, 0),
  ),
  "see what the machine has cached": reaches("cachestat", -1, 0, 0, 0),

  "find an environment": () => Object.keys(process.env).some((name) => name !== "PWD"),
  "hold a capability": ({ call }) => holdsCapability(call),
  "exceed the limits it was started with": exceedsOneOf(SEALED_RLIMITS),
  "exceed the limits it gave itself": exceedsOneOf(TIGHT_RLIMITS),
};

/** The clock that counts what a process has used, by the kernel's spelling: a complement of the number, and CPUCLOCK_SCHED. */
const processorTimeOf = (pid: number): number => (~pid << 3) | 2;

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

const ASKED_MAX = 3;

/**
 * The kernel's reason for a refusal passes through a place that V8 shares, and is now and then another's. So a failure that
 * is no denial is asked for again before it is believed: a call that failed has done nothing, and a hole stays one.
 */
export function askAgain(call: SystemCall): SystemCall {
  return (name, ...args) => {
    let result = call(name, ...args);
    for (let asked = 1; asked < ASKED_MAX && result < 0 && gotThrough(result); asked += 1)
      result = call(name, ...args);
    return result;
  };
}
