import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { ProbeResult } from "../../runtime/debt/probe-result.ts";

/** What `glovebox doctor` said of a tree. */
export interface SelfAttack {
  readonly exit: number;
  /** Probes in their order; empty where there was no result at all. */
  readonly probes: readonly ProbeResult[];
  /** Ids of the probes that saw an escape, and `seal` where an attempt from inside the seal got through. */
  readonly red: readonly string[];
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
}

/** Runs `doctor` of the tree at `folder` as an operator would, where there is no workspace. */
export async function attackItself(folder: string): Promise<SelfAttack> {
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  const child = spawn(
    process.execPath,
    ["--no-warnings", join(folder, "runtime/cli/glovebox.mjs"), "doctor", "--json"],
    {
      cwd: home,
      env: { PATH: process.env["PATH"] ?? "", HOME: home },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const ended = new Promise<number>((resolve) =>
    child.once("close", (code) => resolve(code ?? -1)),
  );
  const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const { checks, probes } = readTold(stdout);
  const failed = checks.filter(({ state }) => state === "failed");
  return {
    exit,
    probes,
    red: [
      ...(failed.some(({ name }) => name === "ring 5") ? ["seal"] : []),
      ...probes.filter(({ held }) => !held).map(({ id }) => id),
    ],
    failed: failed.map(({ name, says }) => `${name}: ${says}`),
    stderr,
  };
}

/** A doctor that died says nothing, which is not the same as having seen something. */
function readTold(stdout: string): Told {
  try {
    const told = JSON.parse(stdout) as Partial<Told>;
    return { checks: told.checks ?? [], probes: told.probes ?? [] };
  } catch {
    return { checks: [], probes: [] };
  }
}
