// A workspace in which tests say who is trusted, and what of its lockfile they look at.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { parseLockfile } from "../../runtime/plugin/lockfile.ts";
import { generateKey } from "../../runtime/supply/signatures/keys.ts";
import { installForSuite, type TestWorkspace } from "./installed-workspace.ts";

export const suite = installForSuite();
export const PRODUCTION = (text: string) => text.replace("mode: development", "mode: production");
export const OPERATOR = generateKey();

export const run = (words: readonly string[], workspace: TestWorkspace) =>
  suite.run(words, workspace);

export async function done(words: readonly string[], workspace: TestWorkspace): Promise<string> {
  const { code, stdout, stderr } = await run(words, workspace);
  assert.deepEqual([code, stderr], [0, ""], `glovebox ${words.join(" ")}: ${stderr}`);
  return stdout;
}

export async function refused(
  words: readonly string[],
  workspace: TestWorkspace,
  codes: readonly string[],
) {
  const ended = await run(words, workspace);
  assert.deepEqual([...new Set(ended.codes)], codes, ended.stderr);
  return ended;
}

export const lockOf = (workspace: TestWorkspace, alias = "echo") =>
  parseLockfile(readFileSync(workspace.lockFile), workspace.lockFile).plugins[alias];
export const trustsOf = (workspace: TestWorkspace, alias = "echo") =>
  (lockOf(workspace, alias)?.signers ?? []).map(({ trust }) => trust).toSorted();

export function put(workspace: TestWorkspace, name: string, bytes: Uint8Array | string): string {
  writeFileSync(workspace.path(name), bytes, { mode: 0o600 });
  return workspace.path(name);
}
