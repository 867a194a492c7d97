// The record of an interrupted change says what configuration and lockfile are about to be. Whoever sends a workspace could
// send one along that says otherwise than the files that were looked at, so it counts only beside the lock it was made under.
import assert from "node:assert/strict";
import { cpSync, lstatSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { digestOf, digestOfBytes } from "../../runtime/plugin/canonical.ts";
import { workspacePaths } from "../../runtime/workspace-paths.ts";
import { installForSuite, TestWorkspace } from "../helpers/installed-workspace.ts";
import { makeScratch, snapshot } from "../helpers/scratch.ts";

const suite = installForSuite();
const { run } = suite;

/** Writes a record by hand, after which every reader would see `kv: 9MiB`. */
function plant(workspace: TestWorkspace, lock: unknown): void {
  const { changeFile } = workspacePaths(workspace.configFile);
  const text = readFileSync(workspace.configFile, "utf8");
  const after = Buffer.from(text.replace("kv: 1MiB", "kv: 9MiB")).toString("base64");
  const before = digestOfBytes(Buffer.from(text));
  const files = [{ name: "glovebox.yaml", before, after }];
  writeFileSync(changeFile, JSON.stringify({ record_version: 1, lock: digestOf(lock), files }));
}

function lockIdentity(workspace: TestWorkspace): unknown {
  const { busyFile } = workspacePaths(workspace.configFile);
  const { ino, ctimeNs } = lstatSync(busyFile, { bigint: true });
  return [String(ino), String(ctimeNs)];
}

function copyOf(theirs: TestWorkspace, t: TestContext): TestWorkspace {
  const folder = makeScratch(t);
  // As `tar` and `cp -a` do.
  cpSync(theirs.folder, folder, { recursive: true, preserveTimestamps: true });
  return new TestWorkspace(folder);
}

async function assertNotBelieved(workspace: TestWorkspace): Promise<void> {
  const found = snapshot(workspace.folder);
  for (const words of [["verify"], ["serve"], ["list"], ["remove", "echo"]]) {
    const { code, codes } = await run(words, workspace);
    assert.deepEqual([code, codes], [3, ["ERR_CHANGE_UNFINISHED"]], words.join(" "));
  }
  assert.deepEqual(snapshot(workspace.folder), found);
}

describe("a record of an interrupted change", () => {
  it("is not believed in a copy, though it was true where it was made", async (t) => {
    const theirs = suite.installed.copy(t);
    plant(theirs, lockIdentity(theirs));
    const seen = await run(["list"], theirs);
    assert.match(seen.stdout, /ERR_GRANTS_CHANGED/);
    await assertNotBelieved(copyOf(theirs, t));
  });

  it("is not believed where there is no lock that it could have been made under", async (t) => {
    const workspace = suite.installed.copy(t);
    rmSync(workspacePaths(workspace.configFile).busyFile);
    plant(workspace, null);
    for (const words of [["verify"], ["list"]])
      assert.deepEqual((await run(words, workspace)).codes, ["ERR_CHANGE_UNFINISHED"]);
  });

  it("is not believed when it names a file elsewhere, or was damaged", async (t) => {
    const workspace = suite.installed.copy(t);
    const { changeFile } = workspacePaths(workspace.configFile);
    plant(workspace, lockIdentity(workspace));
    const good = readFileSync(changeFile, "utf8");
    for (const bad of [
      good.replace("glovebox.yaml", "../glovebox.yaml"),
      good.replace("glovebox.yaml", ".."),
      good.slice(0, -3),
      good.replace('"record_version":1', '"record_version":2'),
      "",
      "[]",
    ]) {
      writeFileSync(changeFile, bad);
      await assertNotBelieved(workspace);
    }
  });

  it("is not carried out over what somebody wrote after the interruption", async (t) => {
    const workspace = suite.installed.copy(t);
    plant(workspace, lockIdentity(workspace));
    workspace.editConfiguration((text) => `${text}# mine\n`);
    await assertNotBelieved(workspace);
    rmSync(workspacePaths(workspace.configFile).changeFile);
    assert.equal((await run(["verify"], workspace)).code, 0);
  });
});
