import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { listItems } from "../../runtime/debt/report.ts";
import type { SealName } from "../../runtime/sandbox/sandbox.ts";
import type { ProbeResult } from "../../runtime/debt/probe-result.ts";

/** What `glovebox doctor` said of a tree. */
export interface SelfAttack {
  readonly exit: number;
  /** Probes in their order; empty where there was no result at all. */
  readonly probes: readonly ProbeResult[];
  /** Ids of the probes that saw an escape, and `seal` where an attempt from inside the seal got through. */
  readonly red: readonly string[];
  /** Ids of the debt report's items that these results bring. */
  readonly reported: readonly string[];
  /** Lines of the table that say `failed`. */
  readonly failed: readonly string[];
  readonly stderr: string;
}

interface Told {
  readonly checks: readonly {
    readonly name: string;
    readonly state: string;
    readonly says: string;
  }[];
  readonly probes: readonly ProbeResult[];
  readonly seal: SealName;
  readonly denied: readonly string[];
}

const LEAKED_AT = 30;

/** Runs `doctor` of the tree at `folder` as an operator would, where there is no workspace. */
export async function attackItself(folder: string): Promise<SelfAttack> {
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  // As a shell or a supervisor may leave one behind. After a gap behind the first sixteen, so that Node itself
  // does not close it for its children.
  const leaked = openSync(process.execPath, "r");
  const child = spawn(
    process.execPath,
    ["--no-warnings", join(folder, "runtime/cli/glovebox.mjs"), "doctor", "--json"],
    {
      cwd: home,
      env: { PATH: process.env["PATH"] ?? "", HOME: home },
      stdio: ["ignore", "pipe", "pipe", ...Array<"ignore">(LEAKED_AT - 3).fill("ignore"), leaked],
    },
  );
  closeSync(leaked);
  const ended = new Promise<number>((resolve) =>
    child.once("close", (code) => resolve(code ?? -1)),
  );
  const [stdout, stderr, exit] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    ended,
  ]);
  const { checks, probes, seal, denied } = readTold(stdout);
  const failed = checks.filter(({ state }) => state === "failed");
  return {
    exit,
    probes,
    red: [
      ...(seal === "none" ? ["seal"] : []),
      ...probes.filter(({ held }) => !held).map(({ id }) => id),
    ],
    reported: reportOf({ probes, seal, denied }),
    failed: failed.map(({ name, says }) => `${name}: ${says}`),
    stderr,
  };
}

/** What the debt report makes of the same results. */
function reportOf({ probes, seal, denied }: Omit<Told, "checks">): readonly string[] {
  const posture = {
    runtimeVersion: "0.1.0",
    mode: "development",
    seal: { name: seal, denied, allowed: [], remarks: [], measures: [] },
    waivers: [],
    plugins: [],
    probes: { at: new Date(0).toISOString(), results: probes },
  } as const;
  return listItems(posture, "operator", {}, 0).map(({ id }) => id);
}

const NOTHING_TOLD: Told = { checks: [], probes: [], seal: "none", denied: [] };

/** A doctor that died says nothing, which is not the same as having seen something. */
function readTold(stdout: string): Told {
  try {
    const told = JSON.parse(stdout) as Partial<Told>;
    return { ...NOTHING_TOLD, ...told };
  } catch {
    return NOTHING_TOLD;
  }
}
