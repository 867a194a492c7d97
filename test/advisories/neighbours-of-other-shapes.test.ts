// Installed tools with hyphens in their names could not be read as neighbours and were left out without a word: a plugin
// that took their names, or spoke of them, was scanned as if they were not there. `glovebox scan` refused them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeMachine } from "../../runtime/cli/make-machine.ts";
import { readNeighbours } from "../../runtime/scan-release.ts";
import { readWorkspace } from "../../runtime/workspace.ts";
import { runInProcess } from "../helpers/run-glovebox.ts";
import { makeScratchWorkspace } from "../helpers/scratch-workspace.ts";
import { echoComponent } from "../helpers/wit-components.ts";

test("tools whose names have hyphens are neighbours of what is added, and are scanned", async (t) => {
  const site = makeScratchWorkspace(t);
  const source = site.write("echo.wasm", await echoComponent(["u8"]));
  await site.add({ source, alias: "first", unsigned: true });
  const workspace = readWorkspace(site.configFile, makeMachine().files);
  const [neighbour] = readNeighbours("second", workspace, makeMachine().files);
  assert.deepEqual(
    neighbour?.surface?.map((tool) => tool.name),
    ["test_echo_all-kinds_1_2_3_echo0"],
  );
  for (const what of [source, "first"]) {
    const { codes } = await runInProcess(["scan", what, "--config", site.configFile]);
    assert.deepEqual(codes, []);
  }
});
