// In a fresh clone the store is empty until `restore`. What was added before that was scanned as if nothing were installed:
// a plugin that speaks of a neighbour's tool was approved, and then served beside it.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { installForSuite } from "../helpers/installed-workspace.ts";
import { OTHER, packAndSign } from "../helpers/signed-package.ts";

const suite = installForSuite();

test("a plugin is not approved unseen beside tools that cannot be read", async (t) => {
  const workspace = suite.installed.copy(t);
  const signed = packAndSign(OTHER);
  writeFileSync(workspace.path("other.tgz"), signed.package);
  writeFileSync(workspace.path("other.tgz.sigstore.json"), signed.bundle);
  rmSync(workspace.path(".glovebox/store"), { recursive: true });
  const add = ["add", workspace.path("other.tgz"), "--yes"];
  const refused = await suite.run(add, workspace);
  assert.deepEqual(refused.codes, ["ERR_FINDINGS"]);
  assert.match(refused.stderr, /unread.*echo.*glovebox restore echo/s);
  assert.equal((await suite.run([...add, "--accept", "unread"], workspace.copy(t))).code, 0);
  assert.equal((await suite.run(["restore"], workspace)).code, 0);
  assert.equal((await suite.run(add, workspace)).code, 0);
});
