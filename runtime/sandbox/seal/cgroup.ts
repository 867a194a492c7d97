/** A group of the kernel that holds one sealed process, as types only. `runtime/powers/cgroup.ts` implements it over files. */
export interface Cgroup {
  /** Absolute path of the file into which a process writes 0 to become a member, with all that it starts from then on. */
  readonly joinFile: string;
  /** Whether the kernel has killed a member because the group's memory ran out. */
  ranOut(): boolean;
  /** Kills what is left in it, and removes it: now, or as soon as the last member has gone. */
  remove(): void;
}

/** Whether this process may make groups of its own beside it, by which way, or why not. */
export type Cgroups =
  | {
      readonly writable: true;
      /** Makes a group. `demanded` are its files and what they must hold, `wished` those that a kernel may lack. Throws. */
      readonly make: (demanded: CgroupFiles, wished: CgroupFiles) => Cgroup;
    }
  | { readonly writable: false; readonly why: string };

export type CgroupFiles = Readonly<Record<string, string>>;

/** Node has a dozen threads, and a shell and bubblewrap around it. */
const TASKS_MAX = 64;

/**
 * A group for one sealed process where there may be one. The kernel then bounds what the process holds, however it holds it:
 * pages that RLIMIT_DATA does not count, and those taken between two looks of the watchdog.
 */
export function makeCgroup(cgroups: Cgroups, residentBytesMax: number): Cgroup | undefined {
  if (!cgroups.writable) return undefined;
  return cgroups.make(
    { "memory.max": String(residentBytesMax), "pids.max": String(TASKS_MAX) },
    // Nothing to page out to, and all or nothing when it runs out.
    { "memory.swap.max": "0", "memory.oom.group": "1" },
  );
}
