// A command that is killed, at whatever step of its writing, leaves the workspace as it was or as it was to be.
import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { readWorkspace, verifyWorkspace } from "../../runtime/workspace.ts";
import { watchDisk } from "../helpers/dying-disk.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import { runGlovebox } from "../helpers/run-glovebox.ts";
import { OTHER, packAndSign } from "../helpers/signed-package.ts";

const rebuilt = packAndSign(
  await cannedPackage({ name: "echo", version: "1.1.0", tools: ["sing"] }),
);
/** With a plugin more, for a further command to remove. */
const suite = installForSuite(async (workspace, run) => {
  const { package: bytes, bundle } = packAndSign(OTHER);
  writeFileSync(workspace.path("other.tgz"), bytes);
  writeFileSync(workspace.path("other.tgz.sigstore.json"), bundle);
  const words = ["add", workspace.path("other.tgz"), "--as", "spare", "--yes"];
  assert.equal((await run(words, workspace)).code, 0);
});
const KILL = new URL("../helpers/kill-at.mjs", import.meta.url).href;

interface Killed {
  readonly what: string;
  readonly words: (workspace: TestWorkspace) => readonly string[];
  readonly prepare?: (workspace: TestWorkspace) => void;
}

const COMMANDS: readonly Killed[] = [
  {
    what: "add",
    words: (workspace) =>
      `add ${workspace.path("echo.tgz")} --as second --grant clock --yes`.split(" "),
  },
  {
    what: "approve",
    words: () => ["approve", "echo", "--yes"],
    prepare: (workspace) => workspace.replaceSource(rebuilt),
  },
  {
    what: "update",
    words: () => ["update", "echo", "--yes"],
    prepare: (workspace) => workspace.replaceSource(rebuilt),
  },
  {
    what: "restore",
    // One plugin: each for itself is restored or not.
    words: () => ["restore", "echo"],
    prepare: (workspace) => rmSync(workspace.path(".glovebox"), { recursive: true }),
  },
  { what: "remove", words: () => ["remove", "echo"] },
];

/** What counts in a workspace: who may do what, by configuration and lockfile, as every start reads them, and what it refuses. */
function stateOf(workspace: TestWorkspace): string {
  const { files } = suite.machine;
  const found = readWorkspace(workspace.configFile, files);
  const { text, locked } = found;
  const refused = [...verifyWorkspace(found, files).refused].map(([alias, reasons]) => [
    alias,
    reasons.map(({ code }) => code),
  ]);
  const plugins = Object.entries(locked).map(([alias, entry]) => [
    alias,
    { ...entry, approvedAt: "" },
  ]);
  return JSON.stringify({ text, plugins, refused });
}

/** Everything that lies there, by name. */
function namesIn(workspace: TestWorkspace): readonly string[] {
  return readdirSync(workspace.folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !name.startsWith(".glovebox/cache"))
    .toSorted();
}

function copyFor({ prepare = () => {} }: Killed, t: TestContext): TestWorkspace {
  const workspace = suite.installed.copy(t);
  prepare(workspace);
  return workspace;
}

/** The command whole: its steps, and what it leaves. */
async function runWhole(killed: Killed, t: TestContext) {
  const workspace = copyFor(killed, t);
  const before = stateOf(workspace);
  const disk = watchDisk({ folder: workspace.folder, at: Infinity, isTorn: false, die: () => {} });
  try {
    assert.equal((await suite.run(killed.words(workspace), workspace)).code, 0);
  } finally {
    disk.restore();
  }
  const after = stateOf(workspace);
  assert.equal((await suite.run(["remove", "spare"], workspace)).code, 0);
  return { steps: disk.steps, before, after, names: namesIn(workspace) };
}

type Whole = Awaited<ReturnType<typeof runWhole>>;

/** Whoever reads sees one of the two states, and whoever goes on gets where the command was going, with nothing left over. */
async function assertWhole(
  killed: Killed,
  workspace: TestWorkspace,
  { before, after, names }: Whole,
  moment: string,
): Promise<void> {
  const state = stateOf(workspace);
  assert.ok(state === before || state === after, `${moment}: neither as before nor as after`);
  const verified = await suite.run(["verify"], workspace);
  const isRefused = !state.endsWith('"refused":[]}');
  assert.equal(verified.code, isRefused ? 3 : 0, `${moment}: ${verified.stderr}`);
  const again = await suite.run(killed.words(workspace), workspace);
  const isGone = killed.what === "remove" && state === after;
  assert.equal(again.code, isGone ? 2 : 0, `${moment}: ${again.stderr}`);
  assert.equal(stateOf(workspace), after, moment);
  // Whatever changes the workspace next clears away what was left half written.
  assert.equal((await suite.run(["remove", "spare"], workspace)).code, 0, moment);
  assert.deepEqual(namesIn(workspace), names, moment);
}

for (const killed of COMMANDS) {
  describe(`${killed.what}, killed at any step`, () => {
    for (const isTorn of [false, true]) {
      it(`leaves the workspace as before or as after${isTorn ? ", also when a write was done by half" : ""}`, async (t) => {
        const whole = await runWhole(killed, t);
        assert.ok(whole.before !== whole.after);
        const ends = new Set<string>();
        for (const [at, step] of whole.steps.entries()) {
          if (isTorn && !step.startsWith("write")) continue;
          const workspace = copyFor(killed, t);
          await dieAt(at, isTorn, killed.words(workspace), workspace);
          ends.add(stateOf(workspace));
          await assertWhole(killed, workspace, whole, `${killed.what} at ${at} (${step})`);
        }
        // Steps on both sides of the one that counts, or the test would show nothing.
        assert.ok(ends.has(whole.before));
        if (!isTorn) assert.ok(ends.has(whole.after));
      });
    }
  });
}

/** What a killed process leaves on disk, without the cost of one. */
async function dieAt(
  at: number,
  isTorn: boolean,
  words: readonly string[],
  workspace: TestWorkspace,
): Promise<void> {
  const die = (step: string): never => {
    throw new Error(`dead at ${step}`);
  };
  const disk = watchDisk({ folder: workspace.folder, at, isTorn, die });
  try {
    assert.notEqual((await suite.run(words, workspace)).code, 0);
  } finally {
    disk.restore();
  }
}

describe("a process that is killed by the system", () => {
  for (const killed of COMMANDS) {
    it(`leaves what the shorter way to die leaves: ${killed.what}`, async (t) => {
      const whole = await runWhole(killed, t);
      const commit = whole.steps.findLastIndex((step) =>
        /^rename \.glovebox\/(\.change\.json|store\/.*\.tgz)/.test(step),
      );
      assert.ok(commit > 0);
      // Around the moment that decides, where a difference would show.
      for (const at of [commit - 1, commit, commit + 1]) {
        const workspace = copyFor(killed, t);
        const { code } = await runGlovebox(killed.words(workspace), {
          cwd: workspace.folder,
          env: {
            NODE_OPTIONS: `--import ${KILL}`,
            KILL_FOLDER: workspace.folder,
            KILL_AT: String(at),
          },
        });
        assert.equal(code, -1);
        assert.equal(stateOf(workspace), at <= commit ? whole.before : whole.after);
        await assertWhole(killed, workspace, whole, `${killed.what} killed at ${at}`);
      }
    });
  }
});
