// Every source × every way to be wrong × every command × both modes: refused with its own code, and nothing on disk has changed.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, describe, it, type TestContext } from "node:test";
import type { Machine } from "../../runtime/cli/machine.ts";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import { runInProcess, type Ended } from "../helpers/run-glovebox.ts";
import { snapshot } from "../helpers/scratch.ts";
import { MODES, type Mode } from "../helpers/tampering.ts";
import { GOOD, WRONGS, type Release, type Wrong } from "./releases.ts";
import { SITES, type Site } from "./sites.ts";

const suite = installForSuite();

/** One kind of source in one mode, with the good release installed from it. */
interface Scene {
  readonly mode: Mode;
  readonly site: Site;
  readonly machine: Machine;
  readonly installed: TestWorkspace;
}

type Cleanup = { after(act: () => void): void };

async function openScene(name: string, mode: Mode, cleanup: Cleanup): Promise<Scene> {
  const site = await SITES[name]!();
  const machine = { ...suite.machine, ...(site.powers && { sources: site.powers }) };
  const installed = suite.installed.copy(cleanup as Pick<TestContext, "after">);
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

function named(release: Release, { mode, site }: Scene): readonly string[] {
  return mode === "production" && site.isPacked ? ["--digest", digestOfBytes(release.package)] : [];
}

async function run(
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
interface Cell {
  readonly words: readonly string[];
  readonly codes: readonly string[];
}

/** What each command says of a source that was good when it was approved. */
function cellsOf(wrong: Wrong, { site, mode }: Scene): { cells: readonly Cell[]; restore: Cell } {
  const { approval, pins } = site.isPacked ? wrong : wrong.parts!;
  const hasOtherBytes = digestOfBytes(wrong.release.package) !== digestOfBytes(GOOD.package);
  // A source that names its digest never gives anybody other bytes.
  const digest = site.wantsDigest && mode === "production" && hasOtherBytes;
  const isOpened = !pins.includes("ERR_PACKAGE_CHANGED");
  const refused = digest ? ["ERR_SOURCE_DIGEST"] : undefined;
  const asked = refused ?? (approval.length > 0 ? approval : ["ERR_NOT_APPROVED"]);
  // Remote ones are asked for their bytes; where those are the pinned ones, signatures that were approved are in the store.
  const seen = refused ?? (site.isRemote && !hasOtherBytes ? [] : isOpened ? pins : approval);
  return {
    cells: [
      { words: ["update", "other"], codes: asked },
      ...(approval.length > 0 || mode === "production"
        ? [{ words: ["update", "other", "--yes"], codes: asked }]
        : []),
      { words: ["outdated", "other", "--json"], codes: seen },
      { words: ["verify"], codes: site.isRemote ? [] : pins },
    ],
    restore: { words: ["restore", "other"], codes: refused ?? (pins.length > 0 ? pins : approval) },
  };
}

async function assertCell(
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

for (const name of Object.keys(SITES))
  for (const mode of MODES)
    describe(`${name}, in ${mode}`, () => {
      const acts: (() => void)[] = [];
      let scene: Scene;
      before(async () => {
        scene = await openScene(name, mode, { after: (act) => void acts.push(act) });
      });
      after(async () => {
        await scene.site[Symbol.asyncDispose]();
        for (const act of acts) act();
      });

      it("is as pinned while it has the good release", async (t) => {
        const workspace = scene.installed.copy(t);
        scene.site.put(GOOD, workspace);
        for (const words of [["verify"], ["outdated", "--json"], ["restore"], ["diff", "other"]])
          await assertCell({ words, codes: [] }, workspace, scene);
        rmSync(workspace.path(".glovebox/store"), { recursive: true });
        assert.equal((await run(["restore"], workspace, scene)).code, 0);
        assert.deepEqual(snapshot(workspace.folder), snapshot(scene.installed.folder));
      });

      for (const wrong of WRONGS) {
        it(`is refused with ${wrong.what}`, async (t) => {
          const { site } = scene;
          if (!site.isPacked && !wrong.parts) return;
          const { approval } = site.isPacked ? wrong : wrong.parts!;
          const fresh = suite.installed.copy(t);
          site.put(wrong.release, fresh);
          const add = ["add", site.source(wrong.release, mode, fresh), "--yes"];
          if (approval.length > 0) await assertCell({ words: add, codes: approval }, fresh, scene);

          const workspace = scene.installed.copy(t);
          site.put(wrong.release, workspace);
          const { cells, restore } = cellsOf(wrong, scene);
          for (const cell of cells) await assertCell(cell, workspace, scene);
          rmSync(workspace.path(".glovebox/store"), { recursive: true });
          await assertCell(restore, workspace, scene);
        });
      }
    });
