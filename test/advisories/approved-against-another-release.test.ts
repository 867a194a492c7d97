// What changes is shown against the release that is pinned. Where another command pinned another one while this one was
// asking, the yes was an answer to a comparison that did not hold any more, and took back what had been approved meanwhile.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { installForSuite } from "../helpers/installed-workspace.ts";
import { runAsking } from "../helpers/run-glovebox.ts";
import { change, ECHO, packAndSign } from "../helpers/signed-package.ts";

const suite = installForSuite();
const NEXT = packAndSign(
  change(ECHO, { manifest: (manifest) => void (manifest["version"] = "1.1.0") }),
);

test("a yes counts for nothing once another release was pinned than was compared with", async (t) => {
  const workspace = suite.installed.copy(t);
  const other = suite.installed.copy(t);
  other.replaceSource(NEXT);
  assert.equal((await suite.run(["update", "echo", "--yes"], other)).code, 0);
  const pinned = readFileSync(other.lockFile);
  const words = ["approve", "echo", "--config", workspace.configFile];
  const answer = (): string => {
    writeFileSync(workspace.lockFile, pinned);
    return "y";
  };
  const { codes } = await runAsking(words, answer, suite.machine);
  assert.deepEqual(codes, ["ERR_NOT_APPROVED"]);
  assert.deepEqual(readFileSync(workspace.lockFile), pinned);
});
