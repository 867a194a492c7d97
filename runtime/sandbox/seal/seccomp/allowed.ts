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
  /** Why Node, V8 or the C library cannot do without. */
  readonly why: string;
  /** What native code in the runner's place gets from it, checks and other rings considered. */
  readonly yields: string;
  /** `start`: only until the runner tightens its seal, before it reads a byte that anybody else wrote. */
  readonly until?: "start";
  readonly checks?: readonly Check[];
}

export const ERRNO = { NONE: 0, EPERM: 1, EACCES: 13, ENOSYS: 38 } as const;

/**
 * Answers other than EPERM. A C library that hears ENOSYS takes the older call, which the filter can check;
 * Node that hears EACCES for a file goes on as if it were unreadable. No error at all is said of how a thread is scheduled:
 * it reads as the ordinary way, with no look at which thread was meant. V8's locks ask, and complain on stderr of an error.
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
/** PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_SET_NO_NEW_PRIVS, PR_SET_VMA. */
const PROCESS_OPTIONS = [3, 4, 15, 16, 38, 0x53564d41];
/** PROT_READ|WRITE|EXEC, and arm64's BTI. Not PROT_GROWSDOWN or GROWSUP, which reach beyond the range that is named. */
const PROTECTIONS = 0x01 | 0x02 | 0x04 | 0x10;
/** MREMAP_MAYMOVE|FIXED. Not DONTUNMAP. */
const REMAP_KINDS = 0x01 | 0x02;
/** O_NONBLOCK|CLOEXEC. Not O_NOTIFICATION_PIPE, which opens the kernel's watch queues. */
const PIPE_KINDS = 0o4000 | 0o2000000;
/** ARCH_SET_FS, ARCH_GET_FS, and two questions about shadow stacks. Not ARCH_MAP_VDSO, REQ_XCOMP_PERM, SHSTK_*. */
const THREAD_STORAGE = [0x1002, 0x1003, 0x3001, 0x5005];
/** The machine's clocks, by number. Above are those of every process and of devices: a process number is part of them. */
const CLOCKS = 0x0f;
const FUTEX_PRIVATE = 128;
const FUTEX_CLOCK_REALTIME = 256;
const FUTEX_WAIT_BITSET = 9;
/**
 * FUTEX_WAIT, WAKE, WAIT_BITSET, WAKE_BITSET, REQUEUE, CMP_REQUEUE, WAKE_OP, the commonest first. Not those that lend priority
 * (LOCK_PI and its kin), in which the kernel had most of its futex holes: Node and its libraries make no such mutex.
 */
const FUTEX_OPERATIONS = [
  ...[0, 1, FUTEX_WAIT_BITSET, 10, 3, 4, 5].flatMap((operation) => [
    operation | FUTEX_PRIVATE,
    operation,
  ]),
  FUTEX_WAIT_BITSET | FUTEX_PRIVATE | FUTEX_CLOCK_REALTIME,
  FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME,
];

/** Gone before the first byte that anybody else wrote is read: an engine that is led astray later does not have it. */
const UNTIL_TIGHT = { until: "start", yields: "nothing, once tightened" } as const;

/**
 * Every system call that a sealed process may make, why, and what an attacker gets from it. What is not here is refused.
 *
 * The list is wider than one run of Node shows: V8 does not look whether gettid or madvise failed, and then misbehaves silently.
 * So a harmless call stays even when it is rare; a call that reaches a file, a process or a socket has to be needed.
 * Nothing was narrowed by trial. An argument is narrowed where the sources, or what the Node binary imports, say that it never occurs.
 */
export const ALLOWED_CALLS: readonly AllowedCall[] = [
  // Bytes through descriptors that are already open: the channel, event loops, and at start the program and libraries.
  { name: "read", why: "the channel", yields: "what the broker sends to this runner" },
  {
    name: "write",
    why: "the channel; stderr",
    yields: "lies on the channel, which the broker checks; noise on stderr, which it bounds",
  },
  { name: "readv", why: "libuv streams", yields: "as read" },
  { name: "writev", why: "libuv streams", yields: "as write" },
  {
    name: "pread64",
    why: "the loader reads ELF headers; fs.readSync with a position",
    yields: "as read: none of its descriptors has a position",
  },
  {
    name: "lseek",
    why: "stdio of the C library",
    yields: "nothing: none of its descriptors has a position",
  },
  { name: "close", why: "libuv", yields: "its own end" },
  {
    name: "fstat",
    why: "Node asks what stdin, stdout and stderr are",
    yields: "device and inode numbers of its sockets and of /dev/null",
  },
  { name: "dup", why: "libuv", yields: "descriptors up to RLIMIT_NOFILE" },
  {
    name: "fcntl",
    why: "close-on-exec and non-blocking",
    yields: "flags of its own descriptors; O_ASYNC without an owner signals nobody",
    checks: [{ arg: 1, oneOf: DESCRIPTOR_COMMANDS }],
  },
  {
    name: "ioctl",
    why: "libuv asks whether stdio is a terminal",
    yields: "counts and flags of its own descriptors; none is a device but /dev/null",
    checks: [{ arg: 1, oneOf: DEVICE_COMMANDS }],
  },
  { name: "poll", why: "libuv waits", yields: "a wait" },
  { name: "ppoll", why: "libuv waits, where there is no poll", yields: "a wait" },
  { name: "epoll_create1", why: "libuv's event loop", yields: "kernel memory up to RLIMIT_NOFILE" },
  {
    name: "epoll_ctl",
    why: "libuv's event loop",
    yields: "kernel memory for each pair of its descriptors, of which there are few",
  },
  { name: "epoll_pwait", why: "libuv's event loop", yields: "a wait" },
  {
    name: "eventfd2",
    why: "libuv wakes its loop",
    yields: "a counter of its own, up to RLIMIT_NOFILE",
  },
  {
    name: "pipe2",
    why: "libuv's signal pipe",
    yields: "64 KiB of kernel memory each, up to RLIMIT_NOFILE",
    checks: [{ arg: 1, within: PIPE_KINDS }],
  },

  // Memory. Code that is native already gains nothing from PROT_EXEC, and V8 makes code: so it stays allowed.
  {
    name: "mmap",
    why: "V8's heap, code and WebAssembly memories",
    yields: "private memory, up to RLIMIT_DATA and the watchdog; no file is open to be mapped",
    checks: [
      { arg: 2, within: PROTECTIONS },
      { arg: 3, within: MAP_PRIVATE_KINDS },
    ],
  },
  { name: "munmap", why: "V8's heap", yields: "its own end" },
  {
    name: "mremap",
    why: "realloc; V8 moves embedded code",
    yields: "as mmap",
    checks: [{ arg: 3, within: REMAP_KINDS }],
  },
  {
    name: "mprotect",
    why: "V8 makes compiled code executable; WebAssembly memories grow",
    yields: 'pages made read-only count no more against RLIMIT_DATA: debt("GB-016")',
    checks: [{ arg: 2, within: PROTECTIONS }],
  },
  {
    name: "madvise",
    why: "V8 gives pages back",
    yields: "paging hints for its own memory",
    checks: [{ arg: 2, oneOf: MEMORY_ADVICE }],
  },
  {
    name: "mincore",
    why: "V8",
    yields: 'which pages of the binary of Node the machine has cached: debt("GB-004")',
  },
  { name: "brk", why: "malloc", yields: "as mmap" },
  {
    name: "pkey_alloc",
    why: "V8 protects its code pages, on processors that can",
    yields: "one of sixteen keys of its own",
  },
  { name: "pkey_free", why: "V8 protects its code pages", yields: "as pkey_alloc" },
  {
    name: "pkey_mprotect",
    why: "V8 protects its code pages",
    yields: "as mprotect",
    checks: [{ arg: 2, within: PROTECTIONS }],
  },
  {
    name: "membarrier",
    why: "V8; private commands only",
    yields: "an interrupt to processors that run its own threads",
    checks: [{ arg: 0, oneOf: [0, 8, 16, 32, 64] }],
  },

  // Threads, signals to itself, scheduling. Threads that were born before the seal tightened may still be in their first steps.
  {
    name: "clone",
    why: "threads of V8 and libuv, never a process",
    ...UNTIL_TIGHT,
    checks: [{ arg: 0, oneOf: THREAD }],
  },
  {
    name: "set_robust_list",
    why: "a thread's start",
    yields: "a word of its own memory that the kernel writes when the thread ends",
  },
  {
    name: "set_tid_address",
    why: "a thread's start",
    yields: "a word of its own memory that the kernel writes when the thread ends",
  },
  {
    name: "rseq",
    why: "a thread's start",
    yields: "words of its own memory that the kernel writes",
  },
  {
    name: "arch_prctl",
    why: "the C library's own storage on x86_64",
    ...UNTIL_TIGHT,
    checks: [{ arg: 0, oneOf: THREAD_STORAGE }],
  },
  {
    name: "futex",
    why: "locks",
    yields: "a wait; nothing shared, for no memory is shared",
    checks: [{ arg: 1, oneOf: FUTEX_OPERATIONS }],
  },
  { name: "sched_yield", why: "spin locks", yields: "processor time that it has anyway" },
  {
    name: "sched_getaffinity",
    why: "how many processors; of others it would tell that they exist",
    yields: "how many processors",
    checks: [{ arg: 0, ownPid: true, orZero: true }],
  },
  { name: "sched_getparam", why: "V8's locks ask how a thread is scheduled", ...UNTIL_TIGHT },
  { name: "sched_getscheduler", why: "V8's locks ask how a thread is scheduled", ...UNTIL_TIGHT },
  { name: "getcpu", why: "malloc's arenas", yields: 'on which processor it runs: debt("GB-004")' },
  {
    name: "rt_sigaction",
    why: "the trap handler of WebAssembly",
    yields: "handlers of its own; SIGKILL and SIGSTOP have none",
  },
  {
    name: "rt_sigprocmask",
    why: "a thread's start",
    yields: "its own mask; SIGKILL and SIGSTOP pass",
  },
  {
    name: "rt_sigreturn",
    why: "the trap handler of WebAssembly",
    yields: "registers that native code has anyway",
  },
  { name: "sigaltstack", why: "the trap handler of WebAssembly", yields: "a stack of its own" },
  {
    name: "tgkill",
    why: "abort()",
    yields: "signals to its own threads",
    checks: [{ arg: 0, ownPid: true }],
  },
  {
    name: "restart_syscall",
    why: "the kernel goes on after a signal",
    yields: "nothing: the kernel takes arguments from itself",
  },
  {
    name: "exit",
    why: "a thread's end",
    yields: "a process without a first thread, whose memory cannot be seen: the watchdog ends it",
  },
  { name: "exit_group", why: "the process's end", yields: "its own end" },

  // Questions about itself.
  {
    name: "getpid",
    why: "process.pid; abort()",
    yields: "its number, which under Landlock is the machine's",
  },
  { name: "gettid", why: "V8 names threads by it", yields: "as getpid" },
  {
    name: "getuid",
    why: "Node compares it with geteuid at start",
    yields: "its user, which under Landlock is the broker's",
  },
  { name: "geteuid", why: "Node compares it with getuid at start", yields: "as getuid" },
  { name: "getgid", why: "Node compares it with getegid at start", yields: "as getuid" },
  { name: "getegid", why: "Node compares it with getgid at start", yields: "as getuid" },
  { name: "capget", why: "Node asks whether it may trust its environment", ...UNTIL_TIGHT },
  { name: "getrusage", why: "V8's statistics", yields: "its own use: it has no children" },
  {
    name: "prlimit64",
    why: "stack bounds; Node raises its file limit up to the hard one",
    yields: "its own limits, which can only fall",
    checks: [{ arg: 0, oneOf: [0] }],
  },
  { name: "getrandom", why: "hash seeds; crypto", yields: "random bytes" },

  // Time. The vDSO answers most questions without the kernel, so precision cannot be taken away here: debt("GB-004").
  {
    name: "clock_gettime",
    why: "where the vDSO cannot answer",
    yields: "the machine's clocks, never another process's",
    checks: [{ arg: 0, within: CLOCKS }],
  },
  {
    name: "clock_getres",
    why: "libuv chooses a clock",
    yields: "a constant",
    checks: [{ arg: 0, within: CLOCKS }],
  },
  {
    name: "clock_nanosleep",
    why: "V8's timed waits",
    yields: "a wait",
    checks: [{ arg: 0, within: CLOCKS }],
  },
  { name: "nanosleep", why: "V8's timed waits", yields: "a wait" },
  { name: "gettimeofday", why: "where the vDSO cannot answer", yields: "the time" },

  // Start only: what the kernel, the loader and Node's own start need. Until then no byte of anybody else has been read.
  {
    name: "execve",
    why: "the seal closes before Node is executed; nothing but Node can be",
    ...UNTIL_TIGHT,
  },
  {
    name: "openat",
    why: "the loader opens libraries, Node its program",
    ...UNTIL_TIGHT,
    checks: [{ arg: 2, within: OPEN_READ_ONLY }],
  },
  { name: "newfstatat", why: "the loader and Node look at what they open", ...UNTIL_TIGHT },
  { name: "statx", why: "Node looks at its program", ...UNTIL_TIGHT },
  { name: "access", why: "the loader looks for a preload list", ...UNTIL_TIGHT },
  {
    name: "faccessat",
    why: "the loader looks for a preload list, where there is no access",
    ...UNTIL_TIGHT,
  },
  { name: "readlink", why: "Node finds its own path", ...UNTIL_TIGHT },
  {
    name: "readlinkat",
    why: "Node finds its own path, where there is no readlink",
    ...UNTIL_TIGHT,
  },
  { name: "getcwd", why: "Node resolves its program", ...UNTIL_TIGHT },
  { name: "uname", why: "the loader checks the kernel", ...UNTIL_TIGHT },
  { name: "sysinfo", why: "V8 sizes its heap", ...UNTIL_TIGHT },
  {
    name: "prctl",
    why: "names of threads; the runner makes itself undumpable",
    ...UNTIL_TIGHT,
    checks: [{ arg: 0, oneOf: PROCESS_OPTIONS }],
  },
  {
    name: "seccomp",
    why: "the runner tightens its seal: SET_MODE_FILTER for all threads",
    ...UNTIL_TIGHT,
    checks: [
      { arg: 0, oneOf: [1] },
      { arg: 1, oneOf: [1] },
    ],
  },
];
