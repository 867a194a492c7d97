import fs from "node:fs";
import path from "node:path";
import type { Cgroup, CgroupFiles, Cgroups } from "../sandbox/seal/cgroup.ts";

const CONTROLLERS = ["memory", "pids"] as const;
const GROUP_NAME = /^glovebox-(\d+)-\d+$/;
const REMOVE_AGAIN_MS = 20;
const REMOVE_TRIES_MAX = 50;

/**
 * The groups that this process may make, by the rules of cgroup v2: in the folder above its own, where that folder was delegated
 * to it. systemd does it for a unit with `Delegate=yes` and `DelegateSubgroup=broker`. Nothing is taken that was not given:
 * a folder of systemd's own (`.slice`) is left alone, also by root.
 *
 * `proc` is where the kernel tells a process of itself: `/proc/self`.
 */
export function openCgroups(proc = "/proc/self"): Cgroups {
  const folder = findFolder(proc);
  if (folder === undefined)
    return { writable: false, why: "this process is in no group of cgroup v2 below its root" };
  const above = path.dirname(folder);
  const why = whyNotIn(above);
  if (why !== undefined) return { writable: false, why };
  const cgroups = makeCgroupsIn(above);
  try {
    sweep(above);
    handDown(above);
    cgroups.make({ "memory.max": "max", "pids.max": "max" }, {}).remove();
  } catch (error) {
    return { writable: false, why: `no group can be made (${codeOf(error)})` };
  }
  return cgroups;
}

/** Makes groups in a folder of the kernel's cgroup v2 tree that is known to be writable. */
// debt("GB-020"): seen on the kernel's tree without a memory controller only.
export function makeCgroupsIn(folder: string): Extract<Cgroups, { writable: true }> {
  let count = 0;
  return {
    writable: true,
    make: (demanded, wished) => {
      count += 1;
      return makeGroup(path.join(folder, `glovebox-${process.pid}-${count}`), demanded, wished);
    },
  };
}

function makeGroup(folder: string, demanded: CgroupFiles, wished: CgroupFiles): Cgroup {
  fs.mkdirSync(folder);
  const remove = (): void => {
    quietly(() => fs.writeFileSync(path.join(folder, "cgroup.kill"), "1"));
    removeFolder(folder, REMOVE_TRIES_MAX);
  };
  try {
    for (const [name, value] of Object.entries(demanded))
      fs.writeFileSync(path.join(folder, name), value);
  } catch (error) {
    remove();
    throw error;
  }
  for (const [name, value] of Object.entries(wished))
    quietly(() => fs.writeFileSync(path.join(folder, name), value));
  return {
    joinFile: path.join(folder, "cgroup.procs"),
    ranOut: () => /^oom_kill [1-9]/m.test(readQuietly(path.join(folder, "memory.events"))),
    remove,
  };
}

/** The kernel removes a group only when its last member has been waited for, by somebody else perhaps. */
function removeFolder(folder: string, tries: number): void {
  try {
    fs.rmdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== "EBUSY" || tries <= 1) return;
    setTimeout(() => removeFolder(folder, tries - 1), REMOVE_AGAIN_MS).unref();
  }
}

/** What a broker that was killed has left behind: groups whose maker is gone. The kernel keeps those with members. */
function sweep(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const maker = GROUP_NAME.exec(name)?.[1];
    if (maker !== undefined && !fs.existsSync(`/proc/${maker}`))
      quietly(() => fs.rmdirSync(path.join(folder, name)));
  }
}

/** The folder of this process in the tree of cgroup v2, where that tree is mounted and shows it. */
function findFolder(proc: string): string | undefined {
  const within = /^0::(\/.*)$/m.exec(readQuietly(path.join(proc, "cgroup")))?.[1];
  // `ID PARENT MAJOR:MINOR ROOT MOUNTPOINT OPTIONS … - cgroup2 …`
  const mount = /^\d+ \d+ \S+ (\S+) (\S+) .* - cgroup2 /m.exec(
    readQuietly(path.join(proc, "mountinfo")),
  );
  const [root, mountpoint] = [mount?.[1], mount?.[2]];
  if (within === undefined || root === undefined || mountpoint === undefined) return undefined;
  const inside = path.relative(root, within);
  return inside === "" || inside.startsWith("..") ? undefined : path.join(mountpoint, inside);
}

function whyNotIn(above: string): string | undefined {
  if (path.extname(above) === ".slice") return "the folder above this process's is systemd's own";
  const delegated = readQuietly(path.join(above, "cgroup.controllers")).split(/\s+/);
  const missing = CONTROLLERS.filter((name) => !delegated.includes(name));
  if (missing.length > 0) return `${missing.join(" and ")} are not delegated to this process`;
  try {
    // Whoever moves a process needs the right to do so where both groups meet.
    for (const name of [".", "cgroup.procs"])
      fs.accessSync(path.join(above, name), fs.constants.W_OK);
  } catch {
    return "the folder above this process's is not writable";
  }
  return undefined;
}

/** Whoever was given a folder hands its controllers down himself. The kernel refuses where processes are in the folder itself. */
function handDown(above: string): void {
  const file = path.join(above, "cgroup.subtree_control");
  const handedDown = readQuietly(file).split(/\s+/);
  const missing = CONTROLLERS.filter((name) => !handedDown.includes(name));
  if (missing.length > 0) fs.writeFileSync(file, missing.map((name) => `+${name}`).join(" "));
}

function readQuietly(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function quietly(step: () => void): void {
  try {
    step();
  } catch {
    // Wished for, not demanded.
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown";
}
