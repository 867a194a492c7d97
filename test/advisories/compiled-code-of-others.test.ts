import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";

const GLOVEBOX = path.join(import.meta.dirname, "../../runtime/cli/glovebox.mjs");

/** Starts the command line in an empty folder, and answers what it left there: where it writes compiled code, it runs it. */
function filesAfterStart(t: TestContext, env: NodeJS.ProcessEnv, mode = 0o755): readonly string[] {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "glovebox-cwd-")));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  fs.chmodSync(folder, mode);
  const places = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value?.replace("HERE", folder)]),
  );
  const { NODE_COMPILE_CACHE: _, ...inherited } = process.env;
  const { status } = spawnSync(process.execPath, [GLOVEBOX, "--version"], {
    cwd: folder,
    env: { ...inherited, ...places },
    timeout: 20_000,
  });
  assert.equal(status, 0);
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

test("compiled code comes from the user's own folder", (t) => {
  assert.notEqual(filesAfterStart(t, { HOME: "HERE", XDG_CACHE_HOME: "" }).length, 0);
});

test("no compiled code is taken from the working folder, whatever the environment says", (t) => {
  assert.deepEqual(filesAfterStart(t, { HOME: "", XDG_CACHE_HOME: "" }), []);
  assert.deepEqual(filesAfterStart(t, { HOME: ".", XDG_CACHE_HOME: "" }), []);
  assert.deepEqual(filesAfterStart(t, { HOME: "/nonexistent", XDG_CACHE_HOME: "cache" }), []);
});

test(
  "no compiled code is taken from below a folder that others may write",
  { skip: process.platform === "win32" },
  (t) => {
    assert.deepEqual(filesAfterStart(t, { HOME: "HERE", XDG_CACHE_HOME: "" }, 0o777), []);
    assert.deepEqual(filesAfterStart(t, { XDG_CACHE_HOME: "HERE" }, 0o770), []);
  },
);

test("a cache folder that cannot be made does not hang the start", (t) => {
  assert.deepEqual(filesAfterStart(t, { XDG_CACHE_HOME: "/proc" }), []);
  assert.deepEqual(filesAfterStart(t, { XDG_CACHE_HOME: "/dev/null/x" }), []);
});
