// What the kernel says of a process, seen from outside of it.
import { closeSync, openSync, readFileSync, readlinkSync, readSync } from "node:fs";
import type { Victim } from "../inside/world.ts";

const NAMESPACES = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];
/** Fields of `/proc/PID/stat` behind the name, from 0: the state, and what an attacker might change. */
const STAT = { state: 0, group: 2, session: 3, nice: 16, policy: 38 } as const;

/** Everything about a victim that nobody but itself should change. */
export function lookAtVictim({
  pid,
  address,
  secretBytes,
}: Victim): Readonly<Record<string, string>> {
  const stat = statOf(pid);
  return {
    state: stateOf(stat[STAT.state]),
    nice: stat[STAT.nice] ?? "",
    policy: stat[STAT.policy] ?? "",
    ...pick(statusOf(pid), ["TracerPid", "Cpus_allowed"]),
    limits: read(`/proc/${pid}/limits`),
    oom_score_adj: read(`/proc/${pid}/oom_score_adj`).trim(),
    memory: readMemory(pid, BigInt(address), secretBytes),
  };
}

/** Everything about an attacker that its seal should keep as it was. */
export function lookAtAttacker(pid: number): Readonly<Record<string, string>> {
  const stat = statOf(pid);
  return {
    ...Object.fromEntries(
      NAMESPACES.map((name) => [`${name} namespace`, link(`/proc/${pid}/ns/${name}`)]),
    ),
    children: read(`/proc/${pid}/task/${pid}/children`),
    root: link(`/proc/${pid}/root`),
    "working folder": link(`/proc/${pid}/cwd`),
    session: `${stat[STAT.group]} ${stat[STAT.session]}`,
    limits: read(`/proc/${pid}/limits`),
    ...pick(statusOf(pid), [
      "Uid",
      "Gid",
      "Groups",
      "CapInh",
      "CapPrm",
      "CapEff",
      "NoNewPrivs",
      "Seccomp_filters",
    ]),
  };
}

/** What differs, in words. Nothing of a process that is gone. */
export function differences(
  whose: string,
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): readonly string[] {
  if (now["state"] === "dead") return before["state"] === "dead" ? [] : [`${whose}: killed`];
  return Object.keys(before)
    .filter((name) => before[name] !== now[name])
    .map((name) => `${whose}: ${name} changed`);
}

export function isAlive(pid: number): boolean {
  const state = statOf(pid)[STAT.state];
  return state !== undefined && state !== "Z" && state !== "X";
}

function stateOf(letter: string | undefined): string {
  if (letter === undefined || letter === "Z" || letter === "X") return "dead";
  return letter === "T" || letter === "t" ? "stopped" : "runs";
}

function statOf(pid: number): readonly string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat === "" ? [] : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function statusOf(pid: number): ReadonlyMap<string, string> {
  const lines = read(`/proc/${pid}/status`).split("\n");
  return new Map(
    lines.map((line) => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1).trim()]),
  );
}

function pick(
  from: ReadonlyMap<string, string>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, from.get(name) ?? ""]));
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** Nothing where this user may not look: then writing shows in no other way, and the victim's other marks have to do. */
function readMemory(pid: number, address: bigint, lengthBytes: number): string {
  let file: number;
  try {
    file = openSync(`/proc/${pid}/mem`, "r");
  } catch {
    return "";
  }
  try {
    const bytes = Buffer.alloc(lengthBytes);
    readSync(file, bytes, 0, lengthBytes, address);
    return bytes.toString("latin1");
  } catch {
    return "";
  } finally {
    closeSync(file);
  }
}
