import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";

import type * as builtProgram from "../../../runtime/powers/built-program.mjs";

type BuiltProgram = typeof builtProgram;
const MODULE = path.join(import.meta.dirname, "../../../runtime/powers/built-program.mjs");
const SOURCE = "runtime/cli/main.ts";

interface Tree {
  readonly write: (file: string, text: string) => void;
  readonly built: BuiltProgram;
}

/** A tree with one source, and a bundle that was made from it. */
async function makeTree(t: TestContext): Promise<Tree> {
  const root = fs.mkdtempSync(path.join(tmpdir(), "glovebox-built-"));
  t.after(() => fs.rmSync(root, { recursive: true, force: true }));
  const write = (file: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  };
  write(SOURCE, "export const a = 1;");
  write("runtime/powers/built-program.mjs", fs.readFileSync(MODULE, "utf8"));
  const file = pathToFileURL(path.join(root, "runtime/powers/built-program.mjs"));
  const built: BuiltProgram = await import(file.href);
  const tree = new URL("../../", file);
  const code = built.digestOfSources([SOURCE], tree);
  const stamps = built.stampsOfSources([SOURCE], tree);
  write("runtime/dist/cli/built-with.json", JSON.stringify({ sources: [SOURCE], stamps, code }));
  return { write, built };
}

test("takes the bundle while its sources are what it was made from", async (t) => {
  const { write, built } = await makeTree(t);
  assert.match(built.findBuiltProgram()?.folder.href ?? "", /\/runtime\/dist\/cli\/$/);
  write(SOURCE, "export const a = 2;");
  assert.equal(built.findBuiltProgram(), undefined);
  write(SOURCE, "export const a = 1;");
  assert.notEqual(built.findBuiltProgram(), undefined);
});

test("reads no source that nobody has touched, and every one when somebody has", async (t) => {
  const { write, built } = await makeTree(t);
  const { folder } = built.findBuiltProgram() ?? {};
  assert.ok(folder);
  const file = new URL("built-with.json", folder);
  const said = JSON.parse(fs.readFileSync(file, "utf8")) as { readonly stamps: readonly string[] };
  const source = new URL(`../../../${SOURCE}`, folder);
  const { atime, mtime } = fs.statSync(source);
  fs.writeFileSync(file, JSON.stringify({ ...said, code: "0" }));
  assert.equal(built.findBuiltProgram()?.code, "0");
  write(SOURCE, "export const a = 3;");
  fs.utimesSync(source, atime, mtime);
  assert.equal(built.findBuiltProgram(), undefined, "the same length and the same time");
});

test("takes no bundle whose source has gone, or that does not say what it was made from", async (t) => {
  const { write, built } = await makeTree(t);
  for (const said of [
    '{"sources":["runtime/cli/gone.ts"],"code":"0"}',
    '{"sources":[1],"code":"0"}',
    '{"code":"0"}',
    "[]",
    "",
  ]) {
    write("runtime/dist/cli/built-with.json", said);
    assert.equal(built.findBuiltProgram(), undefined, said);
  }
});

test("takes the bundle of the published package, which has no sources beside it", async (t) => {
  const { write, built } = await makeTree(t);
  write("runtime/dist/cli/built-with.json", '{"sources":[],"code":"abc"}');
  assert.equal(built.findBuiltProgram()?.code, "abc");
});
