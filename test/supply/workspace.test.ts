// The workspace's own files: a lockfile that somebody edited stops every command, and a package that several plugins share
// stays as long as one of them does.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parseLockfile } from "../../runtime/plugin/lockfile.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import { GLOVEBOX } from "../helpers/run-glovebox.ts";
import { RawClient } from "../helpers/served-workspace.ts";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import { snapshot } from "../helpers/scratch.ts";
import { OTHER, packAndSign, type Signed } from "../helpers/signed-package.ts";
import { MODES } from "../helpers/tampering.ts";

const suite = installForSuite();
const { run } = suite;

const digit = (field: string) => (text: string) =>
  text.replace(
    new RegExp(`("${field}": "sha256:)(.)`),
    (_, head: string, found: string) => head + (found === "0" ? "1" : "0"),
  );
const LOCKFILES: readonly (readonly [string, string, (text: string) => string])[] = [
  ["another package", "ERR_LOCKFILE_EDITED", digit("package")],
  ["another component", "ERR_LOCKFILE_EDITED", digit("component")],
  ["another tool surface", "ERR_LOCKFILE_EDITED", digit("surface")],
  ["another key", "ERR_LOCKFILE_EDITED", digit("key")],
  ["other grants", "ERR_LOCKFILE_EDITED", (text) => text.replace("1048576", "2097152")],
  ["another source", "ERR_LOCKFILE_EDITED", (text) => text.replace("./echo.tgz", "./evil.tgz")],
  ["no end", "ERR_LOCKFILE_INVALID", (text) => text.slice(0, -10)],
  ["a key more", "ERR_LOCKFILE_INVALID", (text) => text.replace("{", '{ "trusted": true,')],
];

describe("a lockfile that was tampered with stops every command", () => {
  for (const [what, code, edit] of LOCKFILES)
    it(`with ${what}`, async (t) => {
      const workspace = suite.installed.copy(t);
      workspace.editLock(edit);
      const found = snapshot(workspace.folder);
      for (const mode of MODES)
        for (const words of [
          ...["verify", "serve", "list", "outdated", "restore", "update"].map((word) => [word]),
          ...["diff", "remove", "inspect"].map((word) => [word, "echo"]),
          ["approve", "echo", "--yes"],
          ["add", workspace.path("echo.tgz"), "--as", "second", "--yes"],
        ]) {
          process.env["NODE_ENV"] = mode;
          const { codes } = await run(words, workspace).finally(() => {
            delete process.env["NODE_ENV"];
          });
          assert.deepEqual(codes, [code], words.join(" "));
          assert.deepEqual(snapshot(workspace.folder), found, words.join(" "));
        }
    });
});

it("GB-035: a server that was started before an update does not load what came after it", async (t) => {
  const workspace = suite.installed.copy(t);
  const server = new RawClient({
    folder: workspace.folder,
    configFile: workspace.configFile,
    command: {
      command: process.execPath,
      args: [GLOVEBOX, "serve", "--config", workspace.configFile],
    },
    remove: () => {},
  });
  t.after(() => server.child.kill());
  await server.initialize();
  rmSync(workspace.path(".glovebox/cache"), { recursive: true });
  workspace.replaceSource(
    packAndSign(
      await cannedPackage({ name: "echo", version: "1.1.0", tools: ["say"], answer: "bye" }),
    ),
  );
  assert.equal((await run(["update", "echo", "--yes"], workspace)).code, 0);
  server.call(1, "echo__say", {});
  const { result } = await server.answer(1);
  assert.equal(result?.isError, true);
  assert.doesNotMatch(JSON.stringify(result), /hello|bye|sha256|glovebox-test/);
});

describe("packages that are shared", () => {
  const lockOf = ({ lockFile }: TestWorkspace) =>
    parseLockfile(readFileSync(lockFile), "lock").plugins;
  const done = async (words: readonly string[], workspace: TestWorkspace): Promise<void> => {
    const { code, stderr } = await run(words, workspace);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  };
  const storeOf = (workspace: TestWorkspace): readonly string[] =>
    Object.keys(snapshot(workspace.path(".glovebox/store")));
  const put = (name: string, signed: Signed, workspace: TestWorkspace): string => {
    writeFileSync(workspace.path(name), signed.package);
    writeFileSync(workspace.path(`${name}.sigstore.json`), signed.bundle);
    return workspace.path(name);
  };

  it("stay until the last plugin of them is removed, whatever each was granted", async (t) => {
    const workspace = suite.installed.copy(t);
    await done(["add", workspace.path("echo.tgz"), "--as", "second", "--yes"], workspace);
    await done(
      ["add", workspace.path("echo.tgz"), "--as", "third", "--grant", "clock", "--yes"],
      workspace,
    );
    assert.equal(storeOf(workspace).length, 2);
    const { echo, second, third } = lockOf(workspace);
    assert.deepEqual(
      [echo?.grants, second?.grants, third?.grants],
      [{ kv: { quotaBytes: 1048576 } }, {}, { clock: true }],
    );
    for (const name of ["echo", "third"]) {
      await done(["remove", name], workspace);
      await done(["verify"], workspace);
      assert.equal(storeOf(workspace).length, 2);
    }
    await done(["remove", "second"], workspace);
    assert.deepEqual(storeOf(workspace), []);
  });

  it("of several versions stand side by side, and an update of one leaves the other", async (t) => {
    const workspace = suite.installed.copy(t);
    const next = packAndSign(
      await cannedPackage({ name: "other", version: "2.0.0", tools: ["add"], answer: "2" }),
    );
    const old = put("old.tgz", packAndSign(OTHER), workspace);
    await done(["add", old, "--as", "stable", "--yes"], workspace);
    await done(["add", put("new.tgz", next, workspace), "--as", "canary", "--yes"], workspace);
    await done(["add", old, "--as", "other", "--yes"], workspace);
    assert.equal((await run(["call", "stable__add", "{}"], workspace)).stdout.trim(), "4");
    assert.equal((await run(["call", "canary__add", "{}"], workspace)).stdout.trim(), "2");
    await done(["update", "other", "--from", workspace.path("new.tgz"), "--yes"], workspace);
    const { stable, canary, other } = lockOf(workspace);
    assert.deepEqual(
      [stable?.version, canary?.version, other?.version],
      ["1.0.0", "2.0.0", "2.0.0"],
    );
    await done(["verify"], workspace);
    await done(["remove", "canary"], workspace);
    await done(["verify"], workspace);
  });
});
