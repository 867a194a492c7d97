import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { changeWorkspace } from "../../runtime/change-workspace.ts";
import { writeRemoval } from "../../runtime/approve.ts";
import { makeMachine } from "../../runtime/cli/make-machine.ts";
import { readWorkspace } from "../../runtime/workspace.ts";
import { makeScratchWorkspace, tinyPlugin } from "../helpers/scratch-workspace.ts";

test("removes only packages of its own, where a copied workspace's store is a link to somebody's files", async (t) => {
  const workspace = makeScratchWorkspace(t);
  const precious = workspace.write("home/letters/one.txt", "precious");
  workspace.write("home/.profile", "precious");
  fs.mkdirSync(workspace.file(".glovebox"));
  fs.symlinkSync("../home", workspace.file(".glovebox/store"));

  const { packed } = await tinyPlugin();
  await workspace.add({ source: workspace.writePackage("tiny.tgz", packed) });
  const { engine, files } = makeMachine();
  const { paths, text } = readWorkspace(workspace.configFile, files);
  await changeWorkspace(paths, files, () => writeRemoval("tiny", text, engine, paths, files));

  assert.deepEqual(fs.readdirSync(workspace.file("home")).toSorted(), [".profile", "letters"]);
  assert.equal(fs.readFileSync(precious, "utf8"), "precious");
});
