import type { Duplex, Readable } from "node:stream";
import type { Cgroups } from "./cgroup.ts";

/** What the seals need of the machine, as types only. `runtime/powers/process.ts` implements them over Node. */
export interface ProcessPowers {
  readonly platform: string;
  readonly arch: string;
  readonly pid: number;
  /** How many of the machine's processors this process may use at once. */
  readonly processors: number;
  /** Gives the processor to whoever waits for it, and comes back at once where nobody does. */
  readonly letOthers: () => void;
  /** Absolute, real path of the Node that runs the broker and every sealed program. */
  readonly node: string;
  /** The shared libraries of that Node and its loader, by the absolute paths that the loader finds them under. */
  readonly libraries: readonly string[];
  /** Absolute path of the bundled `runtime/sandbox/launch/landlock.ts`. */
  readonly landlockLauncher: string;
  /** A program of the operating system by its name, from fixed folders and never from PATH. */
  findProgram(name: string): string | undefined;
  /** The path behind links. Throws when nothing is there. */
  realPath(path: string): string;
  /**
   * Starts a program in a session of its own, with an empty environment, stdin and stdout on nothing,
   * stderr on a pipe, and `pipes` sockets from descriptor 3 on. No other descriptor of the broker is inherited.
   */
  startProcess(file: string, args: readonly string[], pipes: number): StartedProcess;
  readonly cgroups: Cgroups;
  /** What a process holds of the machine's memory, in bytes; nothing when it is gone. Missing where no way is known. */
  readonly residentBytes: ((pid: number) => number | undefined) | undefined;
}

export interface StartedProcess {
  /** Nothing when it could not be started. */
  readonly pid: number | undefined;
  /** The broker's ends of descriptors 3, 4, … */
  readonly pipes: readonly Duplex[];
  readonly stderr: Readable;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /**
   * SIGKILL to the process, its group, and `innermostPid` where that is known: bubblewrap's child is bound to
   * bubblewrap's death only some milliseconds after its birth.
   */
  kill(innermostPid: number): void;
  /** To the innermost process alone, as long as it has not been waited for. */
  signal(innermostPid: number, name: "SIGSTOP" | "SIGCONT"): void;
}
