// Every source × every way to be wrong × every command × both modes: refused with its own code, and nothing on disk has changed.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import { installForSuite } from "../helpers/installed-workspace.ts";
import { snapshot } from "../helpers/scratch.ts";
import { MODES } from "../helpers/tampering.ts";
import { GOOD, WRONGS, type Wrong } from "./releases.ts";
import { assertCell, openScene, run, type Cell, type Scene } from "./scene.ts";
import { SITES } from "./sites.ts";

const suite = installForSuite();

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
    restore: {
      words: ["restore", "other"],
      codes:
        hasOtherBytes && site.withoutPinned
          ? [site.withoutPinned]
          : pins.length > 0
            ? pins
            : approval,
    },
  };
}

for (const name of Object.keys(SITES))
  for (const mode of MODES)
    describe(`${name}, in ${mode}`, () => {
      const acts: (() => void)[] = [];
      let scene: Scene;
      before(async () => {
        scene = await openScene(suite, name, mode, { after: (act) => void acts.push(act) });
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
