export interface SeatbeltOrder {
  readonly node: string;
  readonly nodeArgs: readonly string[];
  readonly program: string;
  readonly programArgs: readonly string[];
  /** Libraries beyond the system's own. Absolute, behind links, as all paths here. */
  readonly libraries: readonly string[];
  readonly readable: readonly string[];
}

/** What Node and V8 ask of the machine: sizes, counts and the kind of processor. Not its name, its user or its serial numbers. */
const SYSTEM_FACTS = [
  "hw.activecpu",
  "hw.cachelinesize",
  "hw.cpufamily",
  "hw.cpusubtype",
  "hw.cputype",
  "hw.logicalcpu",
  "hw.logicalcpu_max",
  "hw.memsize",
  "hw.ncpu",
  "hw.nperflevels",
  "hw.pagesize",
  "hw.pagesize_compat",
  "hw.physicalcpu",
  "hw.physicalcpu_max",
  "kern.osproductversion",
  "kern.osrelease",
  "kern.ostype",
  "kern.osversion",
  "kern.usrstack64",
  "kern.version",
  "sysctl.proc_translated",
] as const;
const SYSTEM_FACT_PREFIXES = ["hw.optional.", "machdep.cpu."] as const;

/** Where macOS keeps its own libraries. They hold nothing of the user's. */
const SYSTEM_LIBRARIES = [
  "/usr/lib",
  "/System/Library/Frameworks",
  "/System/Library/PrivateFrameworks",
  "/System/Cryptexes/OS",
  "/System/Volumes/Preboot/Cryptexes/OS",
] as const;

/**
 * The command line of macOS's `sandbox-exec`: a profile that denies whatever it does not name, so network, fork, every write,
 * shared memory and every mach service. Paths are parameters of the profile and never part of its text: none can add a rule.
 *
 * Written from public profiles, and never run: this project has had no such hardware: debt("GB-005").
 */
export function seatbeltArgs(order: SeatbeltOrder): readonly string[] {
  const files = [order.node, order.program, ...order.libraries, ...order.readable];
  const folders = [...new Set(files.flatMap(foldersAbove))];
  const parameters = {
    ...numbered("LIBRARY", order.libraries),
    ...numbered("READABLE", order.readable),
    ...numbered("FOLDER", folders),
    NODE: order.node,
    PROGRAM: order.program,
  };
  const counts = {
    libraries: order.libraries.length,
    readable: order.readable.length,
    folders: folders.length,
  };
  return [
    "-p",
    seatbeltProfile(counts),
    ...Object.entries(parameters).flatMap(([name, value]) => ["-D", `${name}=${value}`]),
    order.node,
    ...order.nodeArgs,
    order.program,
    ...order.programArgs,
  ];
}

/** How many parameters of each kind there are: all that the text of the profile depends on. */
export interface SeatbeltCounts {
  readonly libraries: number;
  readonly readable: number;
  readonly folders: number;
}

export function seatbeltProfile(counts: SeatbeltCounts): string {
  return [
    "(version 1)",
    "(deny default)",
    // sandbox-exec becomes Node. Without a fork, Node could become Node again and nothing else.
    `(allow process-exec ${literal("NODE")})`,
    "(allow process-info* (target self))",
    "(allow signal (target self))",
    // V8 makes code. The name of this right is not known to every macOS.
    "(when (defined? 'dynamic-code-generation) (allow dynamic-code-generation))",
    `(allow sysctl-read ${SYSTEM_FACTS.map((name) => `(sysctl-name ${quote(name)})`).join(" ")})`,
    `(allow sysctl-read ${SYSTEM_FACT_PREFIXES.map((name) => `(sysctl-name-prefix ${quote(name)})`).join(" ")})`,
    `(allow file-read* file-map-executable ${SYSTEM_LIBRARIES.map((path) => `(subpath ${quote(path)})`).join(" ")})`,
    `(allow file-read* file-map-executable ${literal("NODE")}${each("literal", "LIBRARY", counts.libraries)})`,
    `(allow file-read* ${literal("PROGRAM")}${each("subpath", "READABLE", counts.readable)})`,
    '(allow file-read* (literal "/dev/null") (literal "/dev/random") (literal "/dev/urandom"))',
    // Node looks at each folder above its program; the loader reads the root's names.
    `(allow file-read-metadata (literal "/")${each("literal", "FOLDER", counts.folders)})`,
    '(allow file-read-data (literal "/"))',
    "",
  ].join("\n");
}

const literal = (parameter: string): string => `(literal (param ${quote(parameter)}))`;

function each(filter: "literal" | "subpath", name: string, count: number): string {
  return Array.from(
    { length: count },
    (_, index) => ` (${filter} (param ${quote(`${name}_${index}`)}))`,
  ).join("");
}

function numbered(name: string, values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(values.map((value, index) => [`${name}_${index}`, value]));
}

/** Words of this file only, which have nothing to escape. */
const quote = (word: string): string => `"${word}"`;

function foldersAbove(file: string): readonly string[] {
  const steps = file.split("/").slice(1, -1);
  return steps.map((_, index) => `/${steps.slice(0, index + 1).join("/")}`);
}

/** Whether a library is one of those that every process of macOS may read. */
export function isSystemLibrary(path: string): boolean {
  return SYSTEM_LIBRARIES.some((folder) => path.startsWith(`${folder}/`));
}
