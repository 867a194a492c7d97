// One kind of source in one mode, with the good release installed, and what commands must say there.
import assert from "node:assert/strict";
import type { Machine } from "../../runtime/cli/machine.ts";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import type { Suite, TestWorkspace } from "../helpers/installed-workspace.ts";
import { runInProcess, type Ended } from "../helpers/run-glovebox.ts";
import { snapshot } from "../helpers/scratch.ts";
import type { Mode } from "../helpers/tampering.ts";
import { GOOD, type Release } from "./releases.ts";
import { SITES, type Site } from "./sites.ts";

/** One kind of source in one mode, with the good release installed from it. */
export interface Scene {
  readonly mode: Mode;
  readonly site: Site;
  readonly machine: Machine;
  readonly installed: TestWorkspace;
}

export type Cleanup = { after(act: () => void): void };

export async function openScene(
  suite: Suite,
  name: string,
  mode: Mode,
  cleanup: Cleanup,
): Promise<Scene> {
  const site = await SITES[name]!();
  const machine = { ...suite.machine, ...(site.powers && { sources: site.powers }) };
  const installed = suite.installed.copy(cleanup);
  const scene = { mode, site, machine, installed };
  site.put(GOOD, installed);
  const words = ["add", site.source(GOOD, mode, installed), "--yes"];
  // In production a script approves only what it names, which nobody knows of what is not packed.
  const first = await run([...words, ...named(GOOD, scene)], installed, scene);
  const [, digest] = /--digest (sha256:[0-9a-f]{64})/.exec(first.stderr) ?? [];
  const { code, stderr } = digest
    ? await run([...words, "--digest", digest], installed, scene)
    : first;
  assert.equal(code, 0, stderr);
  return scene;
}

/** In production a script approves only what it names. */
function named(release: Release, { mode, site }: Scene): readonly string[] {
  return mode === "production" && site.isPacked ? ["--digest", digestOfBytes(release.package)] : [];
}

/** Runs a command line in this process, on a machine that reaches the site. */
export async function run(
  words: readonly string[],
  { configFile }: TestWorkspace,
  { machine, mode }: Scene,
): Promise<Ended> {
  process.env["NODE_ENV"] = mode;
  try {
    return await runInProcess([...words, "--config", configFile], machine);
  } finally {
    delete process.env["NODE_ENV"];
  }
}

/** What a command line must end in: its codes, and none where it finds nothing wrong. */
export interface Cell {
  readonly words: readonly string[];
  readonly codes: readonly string[];
}

/** The command ends in these codes, each once, and has changed nothing on disk. */
export async function assertCell(
  { words, codes }: Cell,
  workspace: TestWorkspace,
  scene: Scene,
): Promise<void> {
  const found = snapshot(workspace.folder);
  const ended = await run(words, workspace, scene);
  const told = words[0] === "outdated" ? reasonsOf(ended) : ended.codes;
  const message = `${words.join(" ")}: ${ended.stderr}`;
  assert.deepEqual([...new Set(told)], codes, message);
  assert.equal(ended.code === 0, codes.length === 0, message);
  assert.deepEqual(snapshot(workspace.folder), found, message);
}

function reasonsOf({ json }: Ended): readonly string[] {
  const { plugins } = json as { plugins: { reasons: { code: string }[] }[] };
  return plugins.flatMap(({ reasons }) => reasons.map(({ code }) => code));
}
