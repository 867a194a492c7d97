/** What every sealed process may use of the machine, whatever it runs; memory is the caller's choice. */
export const SEALED_RLIMITS = {
  coreBytes: 0,
  /** No file may grow: none can be opened for writing either. */
  fileBytes: 0,
  /** Node starts with about twenty. */
  openFiles: 64,
  /** Each WebAssembly memory reserves 10 GiB of addresses and uses few. This bounds page tables, not memory. */
  addressBytes: 2 ** 40,
} as const;

/**
 * A shell script that sets the limits and becomes the program: for what cannot set them itself.
 * Arguments: data KiB, address KiB, open files, then the program with its arguments.
 */
export const LIMIT_AND_EXECUTE = [
  "{ echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null",
  'ulimit -c 0 && ulimit -f 0 && ulimit -d "$1" && ulimit -v "$2" && ulimit -n "$3" || exit 97',
  "shift 3",
  'exec "$@"',
].join("\n");

export function limitArgs(dataBytesMax: number): readonly string[] {
  return [
    "-c",
    LIMIT_AND_EXECUTE,
    "sh",
    kib(dataBytesMax),
    kib(SEALED_RLIMITS.addressBytes),
    String(SEALED_RLIMITS.openFiles),
  ];
}

const kib = (bytes: number): string => String(Math.floor(bytes / 1024));
