import type { Arch, SyscallName } from "./numbers.ts";

/** Looks at one argument of a call: its low 32 bits, which is all that the kernel looks at in these places. */
export type Check =
  | {
      readonly arg: number;
      readonly oneOf: readonly number[] | Readonly<Record<Arch, readonly number[]>>;
    }
  /** No bit outside of the mask. */
  | { readonly arg: number; readonly within: number | Readonly<Record<Arch, number>> }
  /** The process itself, where its number is known when the filter is made; with `orZero`, also spelt as 0. */
  | { readonly arg: number; readonly ownPid: true; readonly orZero?: true };

export interface AllowedCall {
  readonly name: SyscallName;
  /** Why Node cannot do without. */
  readonly why: string;
  /** `start`: only until the runner tightens its seal, before it reads a byte that anybody else wrote. */
  readonly until?: "start";
  readonly checks?: readonly Check[];
}

export const ERRNO = { NONE: 0, EPERM: 1, EACCES: 13, ENOSYS: 38 } as const;

/**
 * Answers other than EPERM. A C library that hears ENOSYS takes the older call, which the filter can check;
 * Node that hears EACCES for a file goes on as if it were unreadable.
 * V8's locks ask for their thread's priority when they have to wait, and complain on stderr for ever when they may not:
 * the answer is an ordinary thread's, without the kernel having looked, and so tells of nobody whether it exists.
 */
export const REFUSALS: Partial<Record<SyscallName, number>> = {
  clone3: ERRNO.ENOSYS,
  faccessat2: ERRNO.ENOSYS,
  openat: ERRNO.EACCES,
  sched_getparam: ERRNO.NONE,
  sched_getscheduler: ERRNO.NONE,
};

/** O_NOCTTY, O_NONBLOCK, O_CLOEXEC, and by processor O_DIRECTORY, O_NOFOLLOW, O_LARGEFILE: no way to write, create or truncate. */
const OPEN_READ_ONLY = {
  x64: 0o400 | 0o4000 | 0o2000000 | 0o200000 | 0o400000 | 0o100000,
  arm64: 0o400 | 0o4000 | 0o2000000 | 0o40000 | 0o100000 | 0o400000,
} as const;

/** What pthread_create asks for: CLONE_VM|FS|FILES|SIGHAND|THREAD|SYSVSEM|SETTLS|PARENT_SETTID|CHILD_CLEARTID; musl adds CLONE_DETACHED. */
const THREAD = [0x003d0f00, 0x007d0f00];
/** MAP_PRIVATE|FIXED|ANONYMOUS|DENYWRITE|NORESERVE|POPULATE|STACK|FIXED_NOREPLACE. Shared memory would not count against RLIMIT_DATA. */
const MAP_PRIVATE_KINDS = 0x02 | 0x10 | 0x20 | 0x800 | 0x4000 | 0x8000 | 0x20000 | 0x100000;
/** F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC. F_SETOWN with F_SETSIG would send any signal to any process. */
const DESCRIPTOR_COMMANDS = [0, 1, 2, 3, 4, 1030];
/** TCGETS (is it a terminal?), FIONREAD, FIONBIO, FIOCLEX. Not FIOASYNC, FIOSETOWN, TIOCSTI. */
const DEVICE_COMMANDS = [0x5401, 0x541b, 0x5421, 0x5451];
/** MADV_NORMAL … WILLNEED, DONTNEED, FREE, DONTFORK, DOFORK, (NO)HUGEPAGE, DONTDUMP, DODUMP. Not MERGEABLE: other processes' pages could be timed. */
const MEMORY_ADVICE = [0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17];
/** PR_SET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_SET_NO_NEW_PRIVS, PR_SET_VMA. */
const PROCESS_OPTIONS = [4, 15, 16, 38, 0x53564d41];

/**
 * Every system call that a sealed process may make. What is not here is refused.
 *
 * The list is wider than one run of Node shows: V8 does not look whether gettid or madvise failed, and then misbehaves silently.
 * So a harmless call stays even when it is rare; a call that reaches a file, a process or a socket has to be needed.
 */
export const ALLOWED_CALLS: readonly AllowedCall[] = [
  // Bytes through descriptors that are already open: the channel, event loops, and at start the program and libraries.
  { name: "read", why: "the channel" },
  { name: "write", why: "the channel; stderr" },
  { name: "readv", why: "libuv streams" },
  { name: "writev", why: "libuv streams" },
  { name: "pread64", why: "the loader reads ELF headers; fs.readSync with a position" },
  { name: "lseek", why: "stdio of the C library" },
  { name: "close", why: "libuv" },
  { name: "fstat", why: "Node asks what stdin, stdout and stderr are" },
  { name: "dup", why: "libuv" },
  {
    name: "fcntl",
    why: "close-on-exec and non-blocking",
    checks: [{ arg: 1, oneOf: DESCRIPTOR_COMMANDS }],
  },
  {
    name: "ioctl",
    why: "libuv asks whether stdio is a terminal",
    checks: [{ arg: 1, oneOf: DEVICE_COMMANDS }],
  },
  { name: "poll", why: "libuv waits" },
  { name: "ppoll", why: "libuv waits, where there is no poll" },
  { name: "epoll_create1", why: "libuv's event loop" },
  { name: "epoll_ctl", why: "libuv's event loop" },
  { name: "epoll_pwait", why: "libuv's event loop" },
  { name: "eventfd2", why: "libuv wakes its loop" },
  { name: "pipe2", why: "libuv's signal pipe" },

  // Memory.
  {
    name: "mmap",
    why: "V8's heap, code and WebAssembly memories",
    checks: [{ arg: 3, within: MAP_PRIVATE_KINDS }],
  },
  { name: "munmap", why: "V8's heap" },
  { name: "mremap", why: "realloc" },
  { name: "mprotect", why: "V8 makes compiled code executable; WebAssembly memories grow" },
  { name: "madvise", why: "V8 gives pages back", checks: [{ arg: 2, oneOf: MEMORY_ADVICE }] },
  { name: "mincore", why: "V8" },
  { name: "brk", why: "malloc" },
  { name: "pkey_alloc", why: "V8 protects its code pages, on processors that can" },
  { name: "pkey_free", why: "V8 protects its code pages" },
  { name: "pkey_mprotect", why: "V8 protects its code pages" },
  {
    name: "membarrier",
    why: "V8; private commands only",
    checks: [{ arg: 0, oneOf: [0, 8, 16, 32, 64] }],
  },

  // Threads, signals to itself, scheduling.
  {
    name: "clone",
    why: "threads of V8 and libuv, never a process",
    until: "start",
    checks: [{ arg: 0, oneOf: THREAD }],
  },
  { name: "set_robust_list", why: "a thread's start" },
  { name: "set_tid_address", why: "a thread's start" },
  { name: "rseq", why: "a thread's start" },
  { name: "arch_prctl", why: "a thread's own storage on x86_64" },
  { name: "futex", why: "locks" },
  { name: "sched_yield", why: "spin locks" },
  {
    name: "sched_getaffinity",
    why: "how many processors; of others it would tell that they exist",
    checks: [{ arg: 0, ownPid: true, orZero: true }],
  },
  { name: "sched_getparam", why: "pthread_getattr_np", until: "start" },
  { name: "sched_getscheduler", why: "pthread_getattr_np", until: "start" },
  { name: "getcpu", why: "malloc's arenas" },
  { name: "rt_sigaction", why: "the trap handler of WebAssembly" },
  { name: "rt_sigprocmask", why: "a thread's start" },
  { name: "rt_sigreturn", why: "the trap handler of WebAssembly" },
  { name: "sigaltstack", why: "the trap handler of WebAssembly" },
  { name: "tgkill", why: "abort()", checks: [{ arg: 0, ownPid: true }] },
  { name: "restart_syscall", why: "the kernel goes on after a signal" },
  { name: "exit", why: "a thread's end" },
  { name: "exit_group", why: "the process's end" },

  // Questions about itself.
  { name: "getpid", why: "process.pid; abort()" },
  { name: "gettid", why: "V8 names threads by it" },
  { name: "getuid", why: "Node compares it with geteuid at start" },
  { name: "geteuid", why: "Node compares it with getuid at start" },
  { name: "getgid", why: "Node compares it with getegid at start" },
  { name: "getegid", why: "Node compares it with getgid at start" },
  { name: "capget", why: "Node asks whether it may trust its environment", until: "start" },
  { name: "getrusage", why: "V8's statistics" },
  {
    name: "prlimit64",
    why: "stack bounds; Node raises its file limit up to the hard one",
    checks: [{ arg: 0, oneOf: [0] }],
  },
  { name: "getrandom", why: "hash seeds; crypto" },

  // Time.
  { name: "clock_gettime", why: "where the vDSO cannot answer" },
  { name: "clock_getres", why: "libuv chooses a clock" },
  { name: "clock_nanosleep", why: "V8's timed waits" },
  { name: "nanosleep", why: "V8's timed waits" },
  { name: "gettimeofday", why: "where the vDSO cannot answer" },

  // Start only: what the kernel, the loader and Node's own start need.
  {
    name: "execve",
    why: "the seal closes before Node is executed; nothing but Node can be",
    until: "start",
  },
  {
    name: "openat",
    why: "the loader opens libraries, Node its program",
    until: "start",
    checks: [{ arg: 2, within: OPEN_READ_ONLY }],
  },
  { name: "newfstatat", why: "the loader and Node look at what they open", until: "start" },
  { name: "statx", why: "Node looks at its program", until: "start" },
  { name: "access", why: "the loader looks for a preload list", until: "start" },
  {
    name: "faccessat",
    why: "the loader looks for a preload list, where there is no access",
    until: "start",
  },
  { name: "readlink", why: "Node finds its own path", until: "start" },
  {
    name: "readlinkat",
    why: "Node finds its own path, where there is no readlink",
    until: "start",
  },
  { name: "getcwd", why: "Node resolves its program", until: "start" },
  { name: "uname", why: "the loader checks the kernel", until: "start" },
  { name: "sysinfo", why: "V8 sizes its heap", until: "start" },
  {
    name: "prctl",
    why: "names of threads; the runner makes itself undumpable",
    until: "start",
    checks: [{ arg: 0, oneOf: PROCESS_OPTIONS }],
  },
  {
    name: "seccomp",
    why: "the runner tightens its seal: SET_MODE_FILTER for all threads",
    until: "start",
    checks: [
      { arg: 0, oneOf: [1] },
      { arg: 1, oneOf: [1] },
    ],
  },
];
