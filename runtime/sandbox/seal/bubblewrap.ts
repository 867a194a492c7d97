/** Where things are inside, so that a host path does not show. */
const NODE_INSIDE = "/node";
const PROGRAM_INSIDE = "/program.cjs";

/** Descriptors that bubblewrap itself uses: it reads the filter from one and tells the innermost process by the other. */
export const SECCOMP_DESCRIPTOR = 4;
export const INFO_DESCRIPTOR = 5;

export interface BubblewrapOrder {
  readonly node: string;
  readonly nodeArgs: readonly string[];
  readonly program: string;
  readonly programArgs: readonly string[];
  /** [path on the host, path inside] */
  readonly libraries: readonly (readonly [string, string])[];
  readonly readable: readonly string[];
}

/**
 * The command line of bubblewrap (0.8 or later): every namespace of its own, nobody's user, no capability, an empty read-only
 * root with nothing in it but Node, its libraries, the program and `readable`. No /proc, /dev, /etc or /tmp.
 */
// debt("GB-024"): bubblewrap asks to die with its parent only after its user map.
export function bubblewrapArgs(order: BubblewrapOrder): readonly string[] {
  return [
    "--unshare-user",
    "--uid",
    "65534",
    "--gid",
    "65534",
    "--unshare-ipc",
    "--unshare-pid",
    "--unshare-net",
    "--unshare-uts",
    "--unshare-cgroup-try",
    "--disable-userns",
    "--hostname",
    "sealed",
    "--cap-drop",
    "ALL",
    "--clearenv",
    "--die-with-parent",
    "--new-session",
    // Process 1 of its namespace: its end is everybody's end there, and its number is known to the filter.
    "--as-pid-1",
    ...order.libraries.flatMap(([from, to]) => readOnly(from, to)),
    ...order.readable.flatMap((path) => readOnly(path, path)),
    ...readOnly(order.node, NODE_INSIDE),
    ...readOnly(order.program, PROGRAM_INSIDE),
    "--remount-ro",
    "/",
    "--chdir",
    "/",
    "--seccomp",
    String(SECCOMP_DESCRIPTOR),
    "--info-fd",
    String(INFO_DESCRIPTOR),
    "--",
    NODE_INSIDE,
    ...order.nodeArgs,
    PROGRAM_INSIDE,
    ...order.programArgs,
  ];
}

const readOnly = (from: string, to: string): readonly string[] => ["--ro-bind", from, to];
