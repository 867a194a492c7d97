// Text that a plugin wrote reaches the operator's terminal and files as text: nothing of it is obeyed there.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { packPackage } from "../../runtime/supply/package.ts";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import { fixturePackage } from "../helpers/fixture-package.ts";
import { TestWorkspace } from "../helpers/installed-workspace.ts";
import { makeSharedMachine, runInProcess, type Ended } from "../helpers/run-glovebox.ts";
import { makeScratch } from "../helpers/scratch.ts";
import { AUTHOR, change, packAndSign } from "../helpers/signed-package.ts";

/** What a terminal obeys or does not show: controls, marks of direction, and what has no width. */
const OBEYED = /[\p{Cc}\p{Cf}]/u;

const cleanup: (() => void)[] = [];
let shared: Awaited<ReturnType<typeof makeSharedMachine>>;
let workspace: TestWorkspace;

before(async () => {
  shared = await makeSharedMachine();
  workspace = new TestWorkspace(
    makeScratch({ after: (act: unknown) => void cleanup.push(act as () => void) }),
  );
  workspace.replaceSource(
    packAndSign(await fixturePackage(join(import.meta.dirname, "../helpers/terminal-plugin"))),
  );
  await run(["init"]);
  await run(["trust", "add", AUTHOR.publicKey.text, "--plugins", "*"]);
});
after(async () => {
  await shared.close();
  for (const act of cleanup) act();
});

function run(words: readonly string[]): Promise<Ended> {
  return runInProcess([...words, "--config", workspace.configFile], shared.machine);
}

function assertPlain(text: string): void {
  assert.equal(OBEYED.exec(text.replaceAll("\n", "")), null, JSON.stringify(text));
}

describe("a plugin whose answers, errors and log lines are full of escapes", () => {
  it("is added and inspected without any of them being shown", async () => {
    for (const words of [
      ["add", workspace.path("echo.tgz"), "--yes"],
      ["inspect", "terminal"],
      ["list"],
      ["verify"],
    ]) {
      const { code, stdout, stderr } = await run(words);
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
      assertPlain(stdout);
    }
  });

  it("answers without what terminals obey", async () => {
    const { code, stdout } = await run(["call", "terminal__shout", "{}", "--json"]);
    assert.equal(code, 0);
    const { content } = JSON.parse(stdout) as { content: { text: string }[] };
    const [{ text } = { text: "" }] = content;
    assert.ok(text.startsWith("red") && !text.includes("\u001b"), text);
  });

  it("answers in visible escapes where nothing is filtered, for people and as JSON, whose value is the answer as it was", async () => {
    const { configFile } = workspace;
    const filtered = readFileSync(configFile, "utf8");
    writeFileSync(configFile, `${filtered}filter: { terminal: pass, invisible: pass }\n`);
    const { code, stdout } = await run(["call", "terminal__shout", "{}"]);
    assert.equal(code, 0);
    assertPlain(stdout);
    assert.ok(stdout.startsWith("\\e[31mred\\e[0m"), stdout);
    const asJson = await run(["call", "terminal__shout", "{}", "--json"]);
    assertPlain(asJson.stdout);
    const { content } = asJson.json as { content: { text: string }[] };
    assert.ok(content[0]?.text.startsWith("\u001b[31mred\u001b[0m"));
    writeFileSync(configFile, filtered);
  });

  it("fails in visible escapes", async () => {
    for (const flags of [[], ["--json"]]) {
      const { code, stdout, stderr } = await run([
        "call",
        "terminal__shout",
        '{"fail":true}',
        ...flags,
      ]);
      assert.equal(code, 4);
      assertPlain(stdout + stderr);
    }
  });

  it("logs in visible escapes, one record a line", () => {
    const audit = readFileSync(workspace.path(".glovebox/audit.jsonl"), "utf8");
    const records = audit
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { kind: string; message?: string });
    const lines = records.filter((record) => record.kind === "guest-log");
    assert.ok(lines.length > 0);
    for (const { message } of lines) assertPlain(message ?? "");
    assertPlain(audit);
  });
});

describe("a hostile text", () => {
  const ESCAPE = "\u001b]0;title\u0007\u202e";

  it("in a package's description or reason is refused, and the refusal is plain", async () => {
    const files = await cannedPackage({
      name: "evil",
      tools: ["add"],
      capabilities: { clock: { reason: `To tell ${ESCAPE} the time.` } },
    });
    const packages = [
      files,
      change(files, { manifest: (manifest) => (manifest["description"] = ESCAPE) }),
    ];
    for (const evil of packages) {
      // Its text is refused before its signature is looked at.
      workspace.replaceSource({ package: packPackage(evil), bundle: Buffer.from("{}") });
      const { code, codes, stdout, stderr } = await run([
        "add",
        workspace.path("echo.tgz"),
        "--as",
        "second",
        "--yes",
      ]);
      assert.equal(code, 3);
      assert.ok(codes.includes("ERR_TEXT_HIDDEN"), stderr);
      assertPlain(stdout + stderr);
    }
  });

  it("on the command line, in a path or in the configuration is plain in the error", async () => {
    for (const words of [
      ["add", `${ESCAPE}.tgz`],
      ["inspect", ESCAPE],
      ["call", ESCAPE],
      [ESCAPE],
      ["add", "x", `--${ESCAPE}`],
      ["trust", "add", ESCAPE, "--plugins", "x"],
    ]) {
      for (const flags of [[], ["--json"]]) {
        const { code, stdout, stderr } = await run([...words, ...flags]);
        assert.notEqual(code, 0);
        assertPlain(stdout + stderr);
      }
    }
  });
});
