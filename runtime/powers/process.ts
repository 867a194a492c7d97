import { spawn } from "node:child_process";
import fs from "node:fs";
import type { Duplex } from "node:stream";
import type { ProcessPowers, StartedProcess } from "../sandbox/seal/process-powers.ts";
import { openCgroups } from "./cgroup.ts";
import { makeDescriptorMarker } from "./descriptors.ts";
import { countProcessors, makeProcessorYield } from "./processors.ts";
import { makeMemoryReader } from "./resident-memory.ts";

/** Where an operating system keeps its own programs. PATH may start with a folder that a package has written to. */
const PROGRAM_FOLDERS = ["/usr/bin", "/bin", "/usr/local/bin", "/run/current-system/sw/bin"];

/**
 * The process powers of this machine. `sealedFolder` is the absolute path of `runtime/dist/sealed`.
 * On Linux every start of a process throws when an open descriptor of this one cannot be kept from it.
 */
export function makeProcessPowers(sealedFolder: string): ProcessPowers {
  const markDescriptors = makeDescriptorMarker();
  return {
    platform: process.platform,
    arch: process.arch,
    pid: process.pid,
    processors: countProcessors(),
    letOthers: makeProcessorYield(),
    node: fs.realpathSync(process.execPath),
    libraries: loadedLibraries(),
    cgroups: openCgroups(),
    landlockLauncher: `${sealedFolder}/landlock.cjs`,
    findProgram: (name) => PROGRAM_FOLDERS.map((folder) => `${folder}/${name}`).find(isExecutable),
    realPath: (path) => fs.realpathSync(path),
    startProcess: (file, args, pipes) => {
      markDescriptors();
      return startProcess(file, args, pipes);
    },
    residentBytes: makeMemoryReader(),
  };
}

function startProcess(file: string, args: readonly string[], pipes: number): StartedProcess {
  const child = spawn(file, args, {
    // A session of its own: no terminal, and no Ctrl-C that was meant for the broker.
    detached: true,
    env: {},
    cwd: "/",
    stdio: ["ignore", "ignore", "pipe", ...Array.from({ length: pipes }, () => "pipe" as const)],
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once("exit", (code, signal) => {
      // Whoever ended it: what it started and left behind in its group ends with it.
      if (child.pid !== undefined) killQuietly(-child.pid);
      resolve({ code, signal });
    });
    child.on("error", () => child.pid === undefined && resolve({ code: null, signal: null }));
  });
  const ends = child.stdio.slice(3) as Duplex[];
  // A write into a process that has just died is no news: `ended` tells.
  for (const end of ends) end.on("error", () => {});
  return {
    pid: child.pid,
    pipes: ends,
    stderr: child.stderr!,
    ended,
    kill: (innermostPid) => {
      if (innermostPid > 0) killQuietly(innermostPid);
      // It leads its own group, and while it has not been waited for, its number is nobody else's.
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        killQuietly(-child.pid);
    },
    signal: (innermostPid, name) => {
      if (innermostPid > 0) killQuietly(innermostPid, name);
    },
  };
}

function killQuietly(pid: number, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT" = "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already.
  }
}

/** What the loader has loaded into this very process: nothing is executed to find out. */
function loadedLibraries(): readonly string[] {
  if (process.platform === "win32") return [];
  const reporter = process.report as { excludeNetwork?: boolean; getReport(): unknown };
  // Without it the report would look up the name of every peer.
  reporter.excludeNetwork = true;
  const report = reporter.getReport() as { readonly sharedObjects: readonly string[] };
  return report.sharedObjects.filter((path) => path.startsWith("/"));
}

function isExecutable(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
