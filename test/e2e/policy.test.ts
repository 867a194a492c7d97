// What the operator's policy says of a plugin that is to be added: licences, names, and what a script may approve in production.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import type { PluginPackage } from "../../runtime/supply/package.ts";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import type { Ended } from "../helpers/run-glovebox.ts";
import { snapshot } from "../helpers/scratch.ts";
import { APPROVED, change, ECHO, FOREIGN, OTHER, packAndSign } from "../helpers/signed-package.ts";
import { runIn } from "../helpers/tampering.ts";

const suite = installForSuite();
const { run } = suite;

function put(files: PluginPackage, workspace: TestWorkspace, key?: typeof FOREIGN): string {
  const signed = packAndSign(files, key);
  writeFileSync(workspace.path("new.tgz"), signed.package);
  writeFileSync(workspace.path("new.tgz.sigstore.json"), signed.bundle);
  return workspace.path("new.tgz");
}

async function refused(
  words: readonly string[],
  code: string,
  workspace: TestWorkspace,
  ask: (words: readonly string[], workspace: TestWorkspace) => Promise<Ended> = run,
): Promise<Ended> {
  const found = snapshot(workspace.folder);
  const ended = await ask(words, workspace);
  assert.deepEqual([ended.code, ended.codes], [3, [code]]);
  assert.deepEqual(snapshot(workspace.folder), found);
  return ended;
}

describe("a licence that is not allowed", () => {
  const allow = (otherwise: string) => (text: string) =>
    `${text}licences: { allow: [MIT], otherwise: ${otherwise} }\n`;

  it("refuses a new plugin, an approved one and a start", async (t) => {
    const workspace = suite.installed.copy(t);
    const file = put(OTHER, workspace);
    workspace.editConfiguration(allow("refuse"));
    await refused(["add", file, "--yes"], "ERR_LICENCE_NOT_ALLOWED", workspace);
    await refused(["approve", "echo", "--yes"], "ERR_LICENCE_NOT_ALLOWED", workspace);
    for (const words of [["verify"], ["serve"], ["call", "echo__say", "{}"]])
      await refused(words, "ERR_LICENCE_NOT_ALLOWED", workspace);
  });

  it("is only told of, where the operator wants to be told", async (t) => {
    const workspace = suite.installed.copy(t);
    const file = put(OTHER, workspace);
    workspace.editConfiguration(allow("warn"));
    const added = await run(["add", file, "--yes"], workspace);
    assert.equal(added.code, 0, added.stderr);
    assert.match(added.stdout, /Apache-2\.0.*does not admit/);
    const verified = await run(["verify"], workspace);
    assert.equal(verified.code, 0);
    assert.equal(verified.stdout.match(/^warning /gm)?.length, 2);
  });
});

describe("a name that could be taken for another", () => {
  const named = (name: string) => cannedPackage({ name, tools: ["say"] });
  const trustAll = (workspace: TestWorkspace): void =>
    workspace.editConfiguration((text) => text.replace("- other\n", '- "*"\n'));

  for (const name of ["fi1es", "time-official", "rnemory", "ech0"])
    it(`is not added unless it is accepted: ${name}`, async (t) => {
      const workspace = suite.installed.copy(t);
      trustAll(workspace);
      const add = ["add", put(await named(name), workspace), "--yes"];
      await refused(add, "ERR_NAME_LOOKS_ALIKE", workspace);
      const { code, stderr } = await run([...add, "--accept", "look-alike-name"], workspace);
      assert.equal(code, 0, stderr);
      // Whoever was accepted once is known.
      assert.equal((await run(["approve", name, "--yes"], workspace)).code, 0);
    });

  it("is the very name of an installed plugin, by somebody else", async (t) => {
    const workspace = suite.installed.copy(t);
    workspace.editConfiguration((text) =>
      text.replace(
        /^trust:\n/m,
        `trust:\n  - { name: stranger, key: ${FOREIGN.publicKey.text}, plugins: [echo] }\n`,
      ),
    );
    const files = change(ECHO, { manifest: (manifest) => void (manifest["version"] = "7.0.0") });
    const add = ["add", put(files, workspace, FOREIGN), "--as", "mine", "--yes"];
    await refused(add, "ERR_NAME_LOOKS_ALIKE", workspace);
  });
});

it("one plugin may stand here under any number of names", async (t) => {
  const workspace = suite.installed.copy(t);
  const file = put(OTHER, workspace);
  for (const alias of ["other", "other2", "other3"]) {
    const { code, stderr } = await suite.run(
      ["add", file, "--as", alias, "--yes", "--accept", "name-overlap"],
      workspace,
    );
    assert.equal(code, 0, stderr);
  }
});

it("a trusted root that is not there is told at once, signature or none", async (t) => {
  const workspace = suite.installed.copy(t);
  workspace.editConfiguration((text) => `${text}sigstore: { trusted_root: ./nope.json }\n`);
  const { code, stderr } = await suite.run(["verify"], workspace);
  assert.equal(code, 2);
  assert.match(stderr, /^ERR_TRUSTED_ROOT_INVALID: /);
});

it("what is to be revoked by a name that nobody has is refused by that name", async (t) => {
  const workspace = suite.installed.copy(t);
  const words = ["trust", "revoke", "nobody", "--reason", "The laptop was stolen."];
  const { code, stderr } = await suite.run(words, workspace);
  assert.equal(code, 2);
  assert.match(stderr, /No trust entry is called `nobody`/);
});

describe("in production", () => {
  const ask = (words: readonly string[], workspace: TestWorkspace) =>
    runIn("production", words, workspace, suite);

  it("a script approves only the package that it names, and no other is even run", async (t) => {
    const workspace = suite.installed.copy(t);
    const file = put(OTHER, workspace);
    const { stderr } = await refused(["add", file, "--yes"], "ERR_NOT_APPROVED", workspace, ask);
    const digest = digestOfBytes(packAndSign(OTHER).package);
    assert.ok(stderr.includes(`--digest ${digest}`));
    const wrong = ["--digest", digestOfBytes(APPROVED.package)];
    await refused(["add", file, "--yes", ...wrong], "ERR_NOT_APPROVED", workspace, ask);
    const { code } = await ask(["add", file, "--yes", "--digest", digest], workspace);
    assert.equal(code, 0);
    const again = ["approve", "other", "--yes"];
    const { stderr: advice } = await refused(again, "ERR_NOT_APPROVED", workspace, ask);
    assert.ok(advice.includes(`\`--yes --digest ${digest}\``), advice);
    assert.equal((await ask([...again, "--digest", digest], workspace)).code, 0);
  });

  it("a script approves no grants that neither were approved nor stand in its command", async (t) => {
    const workspace = suite.installed.copy(t);
    const file = put(OTHER, workspace);
    const digest = ["--yes", "--digest", digestOfBytes(packAndSign(OTHER).package)];
    assert.equal((await ask(["add", file, ...digest], workspace)).code, 0);
    workspace.editConfiguration((text) =>
      text.replace("    source: ./new.tgz", "$&\n    grants: { random: true }"),
    );
    for (const words of [[], ["--yes"], digest]) {
      const approve = ["approve", "other", ...words];
      const { stderr } = await refused(approve, "ERR_NOT_APPROVED", workspace, ask);
      // What it advises is what is done below.
      assert.ok(
        stderr.includes(`\`glovebox add SOURCE --as other --grant … ${digest.join(" ")}\``),
        stderr,
      );
    }
    const said = await ask(
      ["add", file, "--as", "other", "--grant", "random", ...digest],
      workspace,
    );
    assert.equal(said.code, 0);
    workspace.editConfiguration((text) => text.replace("random: true", ""));
    const none = await refused(["approve", "other", ...digest], "ERR_NOT_APPROVED", workspace, ask);
    assert.match(none.stderr, /on a terminal and answer yes\.$/m);
  });

  it("nothing is added unsigned, and the refusal names what was to be added", async (t) => {
    const workspace = suite.installed.copy(t);
    writeFileSync(workspace.path("bare.tgz"), packAndSign(OTHER).package);
    const words = ["add", workspace.path("bare.tgz"), "--unsigned", "--yes"];
    const { stderr } = await refused(words, "ERR_GATE_UNSIGNED", workspace, ask);
    assert.match(stderr, /bare\.tgz`, which is to be added without a signature/);
    assert.doesNotMatch(stderr, /plugins\./);
  });
});

it("every reason names the line that it speaks of, and the line of the lockfile that was approved", async (t) => {
  const workspace = suite.installed.copy(t);
  put(OTHER, workspace);
  workspace.replaceSource(packAndSign(change(ECHO, { license: Buffer.from("None.\n") })));
  workspace.editConfiguration((text) =>
    text.replace("kv: 1MiB", "kv: 2MiB").replace("  echo:", "  ghost:\n    source: x\n  echo:"),
  );
  const { json } = await run(["verify", "--json"], workspace);
  const lineOf = (file: string, words: string): number =>
    readFileSync(file, "utf8")
      .split("\n")
      .findIndex((line) => line.includes(words)) + 1;
  const { configFile, lockFile } = workspace;
  const { error } = json as { error: { code: string; line?: number; approved?: object }[] };
  assert.deepEqual(
    error.map(({ code, line, approved }) => ({ code, line, approved })),
    [
      { code: "ERR_NOT_PINNED", line: lineOf(configFile, "ghost:"), approved: undefined },
      {
        code: "ERR_PACKAGE_CHANGED",
        line: undefined,
        approved: { file: lockFile, line: lineOf(lockFile, '"package"') },
      },
      {
        code: "ERR_GRANTS_CHANGED",
        line: lineOf(configFile, "grants:"),
        approved: { file: lockFile, line: lineOf(lockFile, '"grants"') },
      },
    ],
  );
});

it("a release that none of the approved signers signed does not take a plugin's place unseen", async (t) => {
  const workspace = suite.installed.copy(t);
  const { text } = FOREIGN.publicKey;
  const trust = ["trust", "add", text, "--plugins", "echo", "--name", "stranger"];
  assert.equal((await run(trust, workspace)).code, 0);
  const file = put(change(OTHER, { manifest: (m) => (m["name"] = "echo") }), workspace, FOREIGN);
  await refused(["add", file, "--yes"], "ERR_NAME_LOOKS_ALIKE", workspace);
  const accepted = await run(["add", file, "--yes", "--accept", "look-alike-name"], workspace);
  assert.equal(accepted.code, 0, accepted.stderr);
});

it("GB-039: limits and isolation may be changed without an approval", async (t) => {
  const workspace = suite.installed.copy(t);
  workspace.editConfiguration((text) =>
    text.replace(
      "source: ./echo.tgz",
      "$&\n    limits: { deadline: 600s }\n    isolation: instance",
    ),
  );
  assert.equal((await run(["verify"], workspace)).code, 0);
});
