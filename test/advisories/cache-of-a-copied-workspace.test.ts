import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { makeCachePowers } from "../../runtime/powers/cache-files.ts";
import { makeTranspileCache, type CacheKey } from "../../runtime/supply/transpile-cache.ts";
import { encodeTranspiled } from "../../runtime/supply/transpiled-frame.ts";

const KEY: CacheKey = {
  component: `sha256:${"a".repeat(64)}`,
  engine: { jco: "1" },
  memoryBytes: 1,
};
const HONEST = { script: Buffer.from("honest"), modules: [] };
const FORGED = { script: Buffer.from("forged"), modules: [] };

/** Signs a forged entry by the key's file of the folder, as whoever made the folder can. */
function forge(folder: string): void {
  const key = fs.readFileSync(path.join(folder, "cache.key"));
  const name = fs.readdirSync(folder).find((file) => file.endsWith(".bin")) ?? "";
  const content = encodeTranspiled(FORGED);
  const mac = createHmac("sha256", key)
    .update(`${name.slice(0, -4)}\n`)
    .update(content)
    .digest();
  fs.writeFileSync(path.join(folder, name), Buffer.concat([mac, content]), { mode: 0o600 });
}

test("does not load forged code from the cache of a copied workspace, whose key came with it", async (t) => {
  const base = fs.mkdtempSync(path.join(tmpdir(), "glovebox-advisory-"));
  t.after(() => fs.rmSync(base, { recursive: true, force: true }));
  const [theirs, ours] = [path.join(base, "theirs"), path.join(base, "ours")];
  const load = async (folder: string) =>
    makeTranspileCache(folder, makeCachePowers()).load(KEY, async () => HONEST);

  await load(theirs);
  forge(theirs);
  // As `tar` and `cp -a` do: modes and times stay, and all becomes ours.
  fs.cpSync(theirs, ours, { recursive: true, preserveTimestamps: true });
  assert.equal(fs.statSync(path.join(ours, "cache.key")).mode & 0o777, 0o600);

  assert.equal(Buffer.from((await load(ours)).script).toString(), "honest");
});

test("does not load forged code whose key's file was swapped for a known one in place", async (t) => {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "glovebox-advisory-"));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const load = async () =>
    makeTranspileCache(folder, makeCachePowers()).load(KEY, async () => HONEST);
  await load();
  fs.writeFileSync(path.join(folder, "cache.key"), Buffer.alloc(32, 7));
  forge(folder);
  assert.equal(Buffer.from((await load()).script).toString(), "honest");
});
