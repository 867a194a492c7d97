// What authors are told while they build, pack, sign and add what is theirs: the real file, and words that work.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import { addAuthorFiles } from "../helpers/fails-well.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";

const suite = installForSuite(addAuthorFiles);
const { run } = suite;

/** A workspace with an author's folder, whose package was signed once. */
async function signedOnce(t: TestContext): Promise<TestWorkspace> {
  const workspace = suite.installed.copy(t);
  const packed = await run(["pack", workspace.path("plugin")], workspace);
  assert.equal(packed.code, 0, packed.stderr);
  const words = ["sign", workspace.path("plugin/dist/echo-1.0.0.tgz")];
  const signed = await run([...words, "--key", workspace.path("author.key")], workspace);
  assert.equal(signed.code, 0, signed.stderr);
  mkdirSync(workspace.path("plugin/src"));
  return workspace;
}

const manifestOf = (workspace: TestWorkspace): string => workspace.path("plugin/plugin.json");

function editManifest(workspace: TestWorkspace, from: string, to: string): void {
  const text = readFileSync(manifestOf(workspace), "utf8");
  assert.ok(text.includes(from));
  writeFileSync(manifestOf(workspace), text.replace(from, to));
}

describe("an error in what an author wrote", () => {
  it("in plugin.json names that file, and the shape that a version has", async (t) => {
    const workspace = suite.installed.copy(t);
    editManifest(workspace, '"1.0.0"', '"1.0"');
    const { code, stderr } = await run(["pack", workspace.path("plugin")], workspace);
    assert.equal(code, 3);
    assert.ok(stderr.includes(`  at ${manifestOf(workspace)}:1:`), stderr);
    assert.match(stderr, /"1\.0" is not a semantic version such as 1\.0\.0/);
  });

  it("in what the component lists names the component and the path of keys in its answer", async (t) => {
    const workspace = suite.installed.copy(t);
    const { component } = await cannedPackage({
      name: "echo",
      tools: ["say"],
      lists: [[{ name: "say", description: 7, inputSchema: { type: "object" } }]],
    });
    const file = workspace.path("plugin/dist/plugin.wasm");
    writeFileSync(file, component);
    const { code, stderr } = await run(["pack", workspace.path("plugin")], workspace);
    assert.equal(code, 3);
    assert.ok(stderr.includes(`  at ${file} list-tools [0].description\n`), stderr);
  });
});

describe("a plugin's folder that was signed before", () => {
  it("and changed since, is to be packed and then signed", async (t) => {
    const workspace = await signedOnce(t);
    editManifest(workspace, "Says hello.", "Says hello again.");
    const { code, stderr } = await run(["add", workspace.path("plugin")], workspace);
    assert.equal(code, 3);
    assert.match(stderr, /sign it again: `glovebox pack \S*plugin`, then sign the `\.tgz`/);
  });

  it("is no file to sign, and neither is its bare component, which is named once", async (t) => {
    const workspace = await signedOnce(t);
    const key = ["--key", workspace.path("author.key")];
    const folder = await run(["sign", workspace.path("plugin"), ...key], workspace);
    assert.equal(folder.code, 2);
    assert.match(folder.stderr, /is a folder[^]*`glovebox pack \S*plugin`, then sign/);
    const file = workspace.path("plugin/dist/plugin.wasm");
    for (const words of [
      ["sign", file, ...key],
      ["add", file],
    ]) {
      const { code, codes, stderr } = await run(words, workspace);
      assert.deepEqual([code, codes], [3, ["ERR_SOURCE_BARE"]]);
      assert.ok(stderr.includes(`  at ${file}\n`), stderr);
      assert.match(stderr, /`glovebox pack \S*plugin`, then sign/);
    }
  });
});
