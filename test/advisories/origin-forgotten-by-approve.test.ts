// `approve` of what is no longer at its source takes the stored package, and forgot which manifest of a registry it came from.
// Where that manifest was revoked, an approval made the plugin start again.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { digestOf } from "../../runtime/plugin/canonical.ts";
import { formatLockfile, parseLockfile } from "../../runtime/plugin/lockfile.ts";
import { installForSuite } from "../helpers/installed-workspace.ts";

const suite = installForSuite();

test("a revoked manifest of a registry is not forgotten with its source", async (t) => {
  const workspace = suite.installed.copy(t);
  const lock = parseLockfile(readFileSync(workspace.lockFile), workspace.lockFile);
  const manifest = digestOf("the registry's manifest");
  const echo = { ...lock.plugins["echo"]!, origin: { manifest } };
  writeFileSync(workspace.lockFile, formatLockfile({ ...lock, plugins: { echo } }));
  workspace.editConfiguration((text) => text.replace(/source: .*/, "source: ./gone.tgz"));
  assert.equal((await suite.run(["approve", "echo", "--yes"], workspace.copy(t))).code, 0);
  const why = ["--reason", "the registry was broken into"];
  assert.equal((await suite.run(["trust", "revoke", manifest, ...why], workspace)).code, 0);
  for (const words of [["verify"], ["approve", "echo", "--yes"], ["verify"]]) {
    const { codes } = await suite.run(words, workspace);
    assert.deepEqual(codes, ["ERR_DIGEST_REVOKED"], words.join(" "));
  }
});
