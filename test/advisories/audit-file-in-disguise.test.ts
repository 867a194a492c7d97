import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { openAudit } from "../../runtime/powers/audit-file.ts";
import { makeFilePowers } from "../../runtime/powers/files.ts";
import { assertRefused } from "../helpers/refusals.ts";

function makeFile(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "glovebox-audit-"));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, "audit.jsonl");
}

function assertNotOpened(file: string): void {
  assertRefused(() => openAudit(file, makeFilePowers()), "ERR_WORKSPACE_NOT_WRITABLE");
}

test("a pipe in the place of the audit file is refused, and does not hang the start", (t) => {
  const file = makeFile(t);
  assert.equal(spawnSync("mkfifo", [file]).status, 0);
  // Opened in this process: a hang ends with the test's own deadline.
  assertNotOpened(file);
  const reader = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  assertNotOpened(file);
  fs.closeSync(reader);
});

test("a link in the place of the audit file is refused, and its target stays as it was", (t) => {
  const file = makeFile(t);
  const target = `${file}.target`;
  fs.writeFileSync(target, "precious");
  fs.symlinkSync(target, file);
  assertNotOpened(file);
  assert.equal(fs.readFileSync(target, "utf8"), "precious");
});

test("a folder in the place of the audit file is refused", (t) => {
  const file = makeFile(t);
  fs.mkdirSync(file);
  assertNotOpened(file);
});
