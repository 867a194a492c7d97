import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { rolldown } from "rolldown";
import { makeProcessPowers } from "../../runtime/powers/process.ts";
import type { SealName } from "../../runtime/sandbox/sandbox.ts";
import type { ProcessPowers } from "../../runtime/sandbox/seal/process-powers.ts";
import {
  makeSpawner,
  type SealedExit,
  type SealedProcess,
  type SealedProcessOptions,
} from "../../runtime/sandbox/seal/sealed-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const MIB = 1024 * 1024;

const PROGRAMS = {
  landlock: "runtime/sandbox/launch/landlock.ts",
  probe: "runtime/sandbox/seal/probe-program.ts",
  hostile: "test/security/hostile/native.ts",
  broker: "test/security/hostile/broker.ts",
} as const;

export interface SealBench {
  /** Holds `<program>.cjs` for each of the programs; other users may read it. */
  readonly folder: string;
  readonly powers: ProcessPowers;
  /** The forms of seal that this machine has, or has to have. */
  readonly seals: readonly SealName[];
  readonly spawn: (options: SealedProcessOptions) => SealedProcess;
  /** Lets hostile native code act behind a seal, and answers what it reported and how it ended. */
  act(
    seal: SealName,
    args: readonly string[],
    limits?: Partial<SealedProcessOptions>,
  ): Promise<Acted>;
}

export const NOBODY = 65534;

/** Node may be where only root can go: for a broker of another user a copy of it, in a folder that everybody may read. */
export function nodeForEverybody(folder: string): string {
  if (process.getuid!() !== 0) return process.execPath;
  const node = join(folder, "node");
  if (!existsSync(node)) copyFileSync(process.execPath, node);
  chmodSync(node, 0o755);
  return node;
}

export interface Acted {
  readonly report: Readonly<Record<string, unknown>> | undefined;
  readonly exit: SealedExit;
}

/** Bundles what runs inside the seals, and finds out which seals the tests have to hold. Cleans up after the file's tests. */
export async function openSealBench(): Promise<SealBench> {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-sealed-"));
  after(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  await Promise.all(
    Object.entries(PROGRAMS).map(([name, entry]) => bundle(entry, join(folder, `${name}.cjs`))),
  );
  const powers = makeProcessPowers(folder);
  const spawn = makeSpawner(powers);
  const defaults = {
    program: `${folder}/hostile.cjs`,
    dataBytesMax: 1024 * MIB,
    residentBytesMax: 256 * MIB,
  };
  return {
    folder,
    powers,
    spawn,
    seals: sealsUnderTest(powers),
    act: async (seal, programArgs, limits) => {
      const sealed = spawn({ seal, programArgs, ...defaults, ...limits });
      sealed.watch(true);
      let text = "";
      sealed.channel.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
      const exit = await sealed.exited;
      return { report: text === "" ? undefined : (JSON.parse(text) as Acted["report"]), exit };
    },
  };
}

/**
 * `GLOVEBOX_TEST_SEALS=bubblewrap,landlock` names the seals that must hold; with `CI=true` both must.
 * Otherwise: bubblewrap where it is installed, Landlock where the kernel has it.
 * What is installed and does not hold fails the tests; only what is absent is left out.
 */
export function sealsUnderTest(powers: ProcessPowers): readonly SealName[] {
  const demanded = process.env["GLOVEBOX_TEST_SEALS"];
  if (demanded !== undefined) return demanded.split(",") as SealName[];
  if (process.env["CI"] === "true") return ["bubblewrap", "landlock"];
  const seals: SealName[] = [];
  if (powers.findProgram("bwrap") !== undefined) seals.push("bubblewrap");
  if (landlockIsPresent(powers)) seals.push("landlock");
  return seals;
}

/** The launcher gives a reason when it cannot seal. */
function landlockIsPresent(powers: ProcessPowers): boolean {
  if (powers.platform !== "linux") return false;
  const order = {
    parentPid: process.pid,
    node: powers.node,
    nodeArgs: ["--version"],
    executable: [powers.node, ...powers.libraries],
    readable: ["/dev/null"],
    limits: {
      coreBytes: 0,
      fileBytes: 0,
      dataBytes: 1024 * MIB,
      addressBytes: 2 ** 40,
      stackBytes: 8 * MIB,
      openFiles: 64,
    },
  };
  const stdio = ["ignore", "ignore", "pipe", "pipe"] as const;
  const args = ["--no-warnings", powers.landlockLauncher, JSON.stringify(order)];
  const { stderr } = spawnSync(powers.node, args, { stdio: [...stdio], env: {}, encoding: "utf8" });
  return stderr.trim() !== "landlock-absent";
}

async function bundle(entry: string, file: string): Promise<void> {
  const build = await rolldown({ input: join(ROOT, entry), platform: "node" });
  await build.write({ file, format: "cjs", codeSplitting: false });
  await build.close();
}
