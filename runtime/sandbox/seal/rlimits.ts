/** What every sealed process may use of the machine, whatever it runs; memory is the caller's choice. */
export const SEALED_RLIMITS = {
  /** Alone it does not hold where the kernel pipes cores to a program: `tighten` makes the process undumpable too. */
  coreBytes: 0,
  /** No file may grow: none can be opened for writing either. */
  fileBytes: 0,
  /** Node starts with about twenty. */
  openFiles: 64,
  /** Whatever the operator's shell allows: V8 stays below 1 MiB, and threads get stacks of this size. */
  stackBytes: 8 * 1024 ** 2,
  /** Each WebAssembly memory reserves 10 GiB of addresses and uses few. This bounds page tables, not memory. */
  addressBytes: 2 ** 40,
} as const;

/**
 * What a sealed process gives up by itself once it has started. The filter refuses each of these already; some count per user,
 * and behind Landlock that is the broker's user. The kernel does not hold root to the number of processes.
 */
export const TIGHT_RLIMITS = {
  processes: 0,
  lockedBytes: 0,
  pendingSignals: 0,
  messageQueueBytes: 0,
} as const;

/**
 * A shell script that joins a cgroup, sets the limits and becomes the program: for what cannot do so itself.
 * Arguments: the file to join by or nothing, data KiB, address KiB, stack KiB, open files, then the program with its arguments.
 */
export const LIMIT_AND_EXECUTE = [
  "{ echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null",
  '[ -z "$1" ] || echo 0 > "$1" || exit 97',
  'ulimit -c 0 && ulimit -f 0 && ulimit -d "$2" && ulimit -v "$3" && ulimit -s "$4" && ulimit -n "$5" || exit 97',
  "shift 5",
  'exec "$@"',
].join("\n");

export function limitArgs(dataBytesMax: number, joinFile = ""): readonly string[] {
  return [
    "-c",
    LIMIT_AND_EXECUTE,
    "sh",
    joinFile,
    kib(dataBytesMax),
    kib(SEALED_RLIMITS.addressBytes),
    kib(SEALED_RLIMITS.stackBytes),
    String(SEALED_RLIMITS.openFiles),
  ];
}

/** Without addresses, which the shell of macOS does not limit, and without a score for running out of memory. */
export function seatbeltLimitArgs(dataBytesMax: number): readonly string[] {
  const script =
    'ulimit -c 0 && ulimit -f 0 && ulimit -d "$1" && ulimit -n "$2" || exit 97; shift 2; exec "$@"';
  return ["-c", script, "sh", kib(dataBytesMax), String(SEALED_RLIMITS.openFiles)];
}

const kib = (bytes: number): string => String(Math.floor(bytes / 1024));
