import assert from "node:assert/strict";
import fs from "node:fs";
import { describe, test } from "node:test";
import { codesOfRejection } from "../helpers/refusals.ts";
import { makeScratchWorkspace, tinyPlugin } from "../helpers/scratch-workspace.ts";

describe("a plugin that is added under the name of another", () => {
  test("does not come into the other's grants and data, and changes nothing", async (t) => {
    const workspace = makeScratchWorkspace(t);
    const [web, docs] = [await tinyPlugin("web"), await tinyPlugin("docs")];
    const source = workspace.writePackage("web.tgz", web.packed);
    await workspace.add({ source, alias: "docs", grants: { kv: "1MiB" } });
    const before = fs.readFileSync(workspace.configFile, "utf8");

    const other = workspace.writePackage("docs.tgz", docs.packed);
    assert.deepEqual(await codesOfRejection(workspace.add({ source: other })), [
      "ERR_WORKSPACE_EXISTS",
    ]);
    assert.deepEqual(await codesOfRejection(workspace.add({ source: other, alias: "docs" })), [
      "ERR_WORKSPACE_EXISTS",
    ]);
    assert.equal(fs.readFileSync(workspace.configFile, "utf8"), before);
  });

  test("is told apart from another release of the same one, which says what it replaces", async (t) => {
    const workspace = makeScratchWorkspace(t);
    const [first, second] = [await tinyPlugin("web", "2.0.0"), await tinyPlugin("web", "1.0.0")];
    await workspace.add({ source: workspace.writePackage("web-2.tgz", first.packed) });
    await workspace.add({ source: workspace.writePackage("web-1.tgz", second.packed) });
    assert.ok(
      workspace.lines.some(
        (line) => line.includes("web 2.0.0") && line.includes(workspace.key.publicKey.digest),
      ),
    );
  });
});
