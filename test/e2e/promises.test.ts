// What README.md promises of whole commands, tried as its reader would. One workspace, whose seal is probed once: about 4 s.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import { runGlovebox } from "../helpers/run-glovebox.ts";
import { snapshot } from "../helpers/scratch.ts";
import { packAndSign } from "../helpers/signed-package.ts";

const suite = installForSuite();
const run = (words: readonly string[], workspace: TestWorkspace) => suite.run(words, workspace);

/** What was approved: configuration, lockfile and store. */
function approvedOf(workspace: TestWorkspace): unknown {
  return [
    readFileSync(workspace.configFile, "utf8"),
    readFileSync(workspace.lockFile, "utf8"),
    snapshot(workspace.path(".glovebox/store")),
  ];
}

describe("commands that use what was approved", () => {
  for (const mode of ["development", "production"])
    it(`change neither configuration nor lockfile nor store in ${mode}`, async (t) => {
      const workspace = suite.installed.copy(t);
      if (mode === "production")
        workspace.editConfiguration((text) => text.replace("mode: development", `mode: ${mode}`));
      const before = approvedOf(workspace);
      const commands = [
        ["call", "echo__say", '{"text":"x"}'],
        ["verify"],
        ["list"],
        ["inspect", "echo"],
        ["outdated"],
        ["diff", "echo"],
      ];
      for (const words of commands) {
        const { code, stderr } = await run(words, workspace);
        assert.deepEqual([code, stderr], [0, ""], words.join(" "));
      }
      const served = await runGlovebox(["serve"], {
        cwd: workspace.folder,
        env: { NODE_ENV: mode },
      });
      assert.equal(served.code, 0, served.stderr);
      assert.deepEqual(approvedOf(workspace), before);
    });

  it("leave an audit trail whose lines name each other, and a key for its owner alone", async (t) => {
    const workspace = suite.installed.copy(t);
    for (const text of ["one", "two"])
      assert.equal((await run(["call", "echo__say", JSON.stringify({ text })], workspace)).code, 0);
    const lines = readFileSync(workspace.path(".glovebox/audit.jsonl"), "utf8").trim().split("\n");
    assert.ok(lines.length >= 4);
    lines.slice(1).forEach((line, index) => {
      const { prev } = JSON.parse(line) as { prev: string };
      // As `sed -n Np audit.jsonl | tr -d '\n' | sha256sum` prints it.
      assert.equal(
        prev,
        createHash("sha256")
          .update(lines[index] ?? "")
          .digest("hex"),
      );
    });
    if (process.platform !== "win32")
      assert.equal(statSync(workspace.path(".glovebox/audit.key")).mode & 0o777, 0o600);
  });
});

describe("a command that is asked for something else", () => {
  it("calls no tool that is not there, and names those that there are", async (t) => {
    const { code, stdout, stderr } = await run(
      ["call", "echo__gone", "{}"],
      suite.installed.copy(t),
    );
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /ERR_USAGE.*\n.*echo__say/);
  });

  it("shows what was granted and what is, before grants that changed are approved", async (t) => {
    const workspace = suite.installed.copy(t);
    workspace.editConfiguration((text) => text.replace("kv: 1MiB", "kv: 2MiB"));
    const before = readFileSync(workspace.lockFile, "utf8");
    const { code, stdout } = await run(["approve", "echo"], workspace);
    assert.notEqual(code, 0);
    assert.match(stdout, /1 MiB/);
    assert.match(stdout, /2 MiB/);
    assert.equal(readFileSync(workspace.lockFile, "utf8"), before);
  });

  it("finishes each of several plugins for itself", async (t) => {
    const workspace = suite.installed.copy(t);
    const other = packAndSign(
      await cannedPackage({ name: "other", version: "1.0.0", tools: ["add"], answer: "4" }),
    );
    writeFileSync(workspace.path("other.tgz"), other.package);
    writeFileSync(workspace.path("other.tgz.sigstore.json"), other.bundle);
    assert.equal((await run(["add", workspace.path("other.tgz"), "--yes"], workspace)).code, 0);
    rmSync(workspace.path("echo.tgz"));
    rmSync(workspace.path(".glovebox/store"), { recursive: true });
    const restored = await run(["restore"], workspace);
    assert.notEqual(restored.code, 0);
    const files = Object.keys(snapshot(workspace.path(".glovebox/store")));
    assert.equal(files.filter((name) => name.endsWith(".tgz")).length, 1);
    assert.equal((await run(["restore", "other"], workspace)).code, 0);
  });

  it("shows where a failure came from to whoever asks with GLOVEBOX_DEBUG, and to nobody else", async (t) => {
    const cwd = suite.installed.copy(t).path(".glovebox");
    const quiet = await runGlovebox(["list"], { cwd });
    const loud = await runGlovebox(["list"], { cwd, env: { GLOVEBOX_DEBUG: "1" } });
    assert.deepEqual([quiet.code, loud.code], [2, 2]);
    assert.doesNotMatch(quiet.stderr, /^ +at .*:\d+:\d+\)?$/m);
    assert.match(loud.stderr, /^ +at .*:\d+:\d+\)?$/m);
  });
});
