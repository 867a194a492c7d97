import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { digestOfBytes } from "../../../runtime/plugin/canonical.ts";
import type { LockedPlugin } from "../../../runtime/plugin/formats.ts";
import { makeCachePowers } from "../../../runtime/powers/cache-files.ts";
import type { CachePowers } from "../../../runtime/supply/cache-secret.ts";
import {
  openPassedComponents,
  type PassedComponents,
  type PassedKey,
} from "../../../runtime/supply/passed-components.ts";
import { packPackage } from "../../../runtime/supply/package.ts";
import { openPackage, reopenComponent } from "../../../runtime/supply/verify-installed.ts";
import { NO_TRUST } from "../../../runtime/supply/signatures/trust.ts";
import { rulesOf } from "../../../runtime/workspace.ts";
import { fromWat } from "../../helpers/component-samples.ts";
import { ECHO } from "../../helpers/signed-package.ts";

const KEY: PassedKey = { component: `sha256:${"a".repeat(64)}`, requested: ["kv", "clock"] };
const OTHER: PassedKey = { component: `sha256:${"b".repeat(64)}`, requested: [] };

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), "glovebox-passed-"));
  file = path.join(folder, "passed.bin");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** As the next start opens it. */
function open(code = "1.0.0 code", powers: CachePowers = makeCachePowers()): PassedComponents {
  return openPassedComponents(folder, code, powers);
}

function remember(...keys: readonly PassedKey[]): void {
  const passed = open();
  for (const key of keys) if (!passed.has(key)) passed.add(key);
  passed.save();
}

test("knows at the next start what passed at this one, in whatever order capabilities are requested", () => {
  assert.equal(open().has(KEY), false);
  remember(KEY);
  assert.equal(open().has({ ...KEY, requested: ["clock", "kv"] }), true);
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
});

test("knows no other component, no other request and nothing that other code has inspected", () => {
  remember(KEY);
  assert.equal(open().has(OTHER), false);
  assert.equal(open().has({ ...KEY, requested: ["kv"] }), false);
  assert.equal(open().has({ ...KEY, requested: ["kv", "clock", "http"] }), false);
  assert.equal(open("1.0.0 another").has(KEY), false);
});

test("does not believe a file in which any byte was changed, that was cut, or that grew", () => {
  remember(KEY, OTHER);
  const honest = fs.readFileSync(file);
  for (let index = 0; index < honest.length; index += 1) {
    const changed = Buffer.from(honest);
    changed.writeUInt8(honest.readUInt8(index) ^ 1, index);
    fs.writeFileSync(file, changed);
    assert.equal(open().has(KEY) || open().has(OTHER), false, `byte ${index}`);
  }
  const tails = [honest.subarray(0, -32), honest.subarray(0, -1), Buffer.alloc(0)];
  for (const bytes of [...tails, Buffer.concat([honest, Buffer.alloc(32)])]) {
    fs.writeFileSync(file, bytes);
    assert.equal(open().has(KEY), false);
  }
  fs.writeFileSync(file, honest);
  assert.equal(open().has(KEY), true);
});

test("does not believe a file that others may write, a link, or one whose secret is another's", () => {
  remember(KEY);
  fs.chmodSync(file, 0o666);
  assert.equal(open().has(KEY), false);
  fs.chmodSync(file, 0o600);
  fs.renameSync(file, `${file}.away`);
  fs.symlinkSync(`${file}.away`, file);
  assert.equal(open().has(KEY), false);
  fs.rmSync(file);
  fs.renameSync(`${file}.away`, file);
  assert.equal(open().has(KEY), true);
  fs.writeFileSync(path.join(folder, "cache.key"), Buffer.alloc(32, 7));
  assert.equal(open().has(KEY), false);
});

test("forgets what a start did not ask for, so that the file does not grow", () => {
  remember(KEY);
  remember(OTHER);
  assert.deepEqual([open().has(KEY), open().has(OTHER)], [false, true]);
});

test("writes nothing when nothing is new", () => {
  remember(KEY);
  const before = fs.statSync(file, { bigint: true }).ctimeNs;
  remember(KEY);
  assert.equal(fs.statSync(file, { bigint: true }).ctimeNs, before);
});

test("a folder that cannot be used costs a second inspection and nothing else", () => {
  const fail = (): never => {
    throw Object.assign(new Error("no space"), { code: "ENOSPC" });
  };
  for (const part of [{ makeFolder: fail }, { readFile: fail }, { writeFile: fail }]) {
    const passed = open("1.0.0 code", { ...makeCachePowers(), ...part });
    assert.equal(passed.has(KEY), false);
    passed.add(KEY);
    passed.save();
  }
  assert.equal(open().has(KEY), false);
});

test("a component that is refused is inspected, and refused, at every start", async () => {
  const refused = packPackage({ ...ECHO, component: await fromWat("(component)") });
  const approved = packPackage(ECHO);
  for (let start = 0; start < 2; start += 1) {
    const passed = open();
    const rules = { ...rulesOf(NO_TRUST), passed };
    assert.throws(() => openPackage(refused, rules), { code: "ERR_COMPONENT_SHAPE" });
    const { digests } = openPackage(approved, rules);
    assert.equal(digests.component, digestOfBytes(ECHO.component));
    passed.save();
  }
  assert.equal(fs.statSync(file).size, 64);
});

test("the component of a verified plugin is read again only from the package that was approved", () => {
  const bytes = packPackage(ECHO);
  const stored = { file: "store.tgz", package: bytes, bundles: [] };
  const { package: digest, digests } = openPackage(bytes, rulesOf(NO_TRUST));
  const plugin = { alias: "echo", locked: { package: digest } as LockedPlugin };
  assert.equal(digestOfBytes(reopenComponent(stored, plugin)), digests.component);
  const changed = packPackage({ ...ECHO, license: Buffer.from("MIT") });
  assert.throws(() => reopenComponent({ ...stored, package: changed }, plugin), {
    code: "ERR_PACKAGE_CHANGED",
  });
});
