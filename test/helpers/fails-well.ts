import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Suite, TestWorkspace } from "./installed-workspace.ts";
import type { Ended } from "./run-glovebox.ts";
import { snapshot } from "./scratch.ts";
import { AUTHOR, ECHO } from "./signed-package.ts";

/** A plugin's folder, a bare component and a key, beside what is installed. */
export function addAuthorFiles(workspace: TestWorkspace): void {
  const files = {
    "plugin/plugin.json": ECHO.manifest,
    "plugin/dist/plugin.wasm": ECHO.component,
    "bare/plugin.json": ECHO.manifest,
    "bare/echo.wasm": ECHO.component,
    "author.key": AUTHOR.privateKey,
    "author.pub": AUTHOR.publicKey.text,
  };
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(workspace.path(name)), { recursive: true });
    const mode = name.endsWith(".key") ? 0o600 : 0o644;
    writeFileSync(workspace.path(name), bytes, { mode });
  }
}

/** Paths among the words stand in the workspace. */
export function inside(words: readonly string[], workspace: TestWorkspace): string[] {
  return words.map((word) => (/[./]|^plugin$/.test(word) ? workspace.path(word) : word));
}

/** Runs the words for people and for programs, and asserts that both fail well and change nothing. Answers the exit code and the codes. */
export async function failWell(
  words: readonly string[],
  workspace: TestWorkspace,
  suite: Suite,
  as = asMyself,
): Promise<{ code: number; codes: readonly string[] }> {
  const found = snapshot(workspace.folder);
  const human = await as(() => suite.run(words, workspace));
  const json = await as(() => suite.run([...words, "--json"], workspace));
  assertFailsWell(human, json, words.join(" "));
  assert.deepEqual(snapshot(workspace.folder), found);
  return { code: human.code, codes: human.codes };
}

function asMyself<Result>(act: () => Promise<Result>): Promise<Result> {
  return act();
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly file?: string;
}

function assertFailsWell(human: Ended, json: Ended, what: string): void {
  const { error } = json.json as { error: readonly Told[] };
  assert.ok([1, 2, 3].includes(human.code), `${what} ended with ${human.code}: ${human.stderr}`);
  assert.deepEqual(
    { code: json.code, stdout: human.stdout, stderr: json.stderr },
    { code: human.code, stdout: "", stderr: "" },
    what,
  );
  assert.deepEqual(
    human.codes,
    error.map(({ code }) => code),
  );
  assert.ok(error.length > 0);
  for (const { code, message, remedy } of error) {
    assert.notEqual(code, "ERR_INTERNAL", message);
    assert.match(remedy, /\S/);
    assert.ok(human.stderr.includes(code) && human.stderr.length < 100_000);
  }
  assert.doesNotMatch(human.stderr, /^ {4}at /m, "a stack");
}
