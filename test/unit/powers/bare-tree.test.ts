// A tree in which nobody has run `npm ci` says so, in one line, whatever is typed first.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { makeScratch } from "../../helpers/scratch.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const FILES = [
  "package-lock.json",
  "runtime/cli/glovebox.mjs",
  "runtime/powers/built-program.mjs",
  "test/helpers/need-node.mjs",
];

test("a tree without its packages names the command that brings them", (t) => {
  const folder = makeScratch(t);
  for (const file of FILES) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    cpSync(path.join(ROOT, file), path.join(folder, file));
  }
  for (const file of ["runtime/cli/glovebox.mjs", "test/helpers/need-node.mjs"]) {
    const words = [path.join(folder, file), "list"];
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stderr, /^[^\n]*`npm ci`[^\n]*\n$/);
  }
});
