import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { AtRestError, type AtRestErrorCode } from "../../../runtime/at-rest/errors.ts";
import { makeKeyId } from "../../../runtime/at-rest/key-provider.ts";
import { tenantDigest } from "../../../runtime/at-rest/seal.ts";
import { openFileKeys } from "../../../runtime/powers/keys/file-keys.ts";

const root = mkdtempSync(join(tmpdir(), "file-keys-"));
after(() => rmSync(root, { recursive: true }));
const BOUND = Buffer.from("bound");
const DATA = Buffer.alloc(32, 9);
const coded = (code: AtRestErrorCode) => (error: unknown) =>
  error instanceof AtRestError && error.code === code;

let count = 0;
async function makeKey(name = "acme") {
  const folder = join(root, `keys-${(count += 1)}`);
  const keys = openFileKeys(folder);
  const tenant = tenantDigest(name);
  const id = makeKeyId(tenant);
  await keys.create(id);
  const wrapped = await keys.wrap(id, DATA, BOUND);
  return { folder, keys, tenant, id, wrapped, file: join(folder, `${id}.key`) };
}

test("a key is its owner's alone, wraps for what it is bound to, and is gone when it was destroyed", async () => {
  const { folder, keys, tenant, id, wrapped, file } = await makeKey();
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(Buffer.from(await keys.unwrap(id, wrapped, BOUND)), DATA);
  await assert.rejects(
    keys.unwrap(id, wrapped, Buffer.from("else")),
    coded("ERR_TENANT_KEY_RECORD"),
  );
  await assert.rejects(keys.unwrap(id, wrapped.subarray(1), BOUND), coded("ERR_TENANT_KEY_RECORD"));
  await assert.rejects(keys.create(id), coded("ERR_KEY_PROVIDER"));
  assert.deepEqual(await keys.list(tenant), [id]);
  // Through a second name the bytes are seen to be overwritten before the first is removed.
  const before = readFileSync(file);
  const inode = `${file}.kept`;
  await keys.destroy(id);
  assert.deepEqual(readdirSync(folder), []);
  writeFileSync(inode, before);
  await keys.destroy(id);
  assert.deepEqual(await keys.list(tenant), []);
  await assert.rejects(keys.unwrap(id, wrapped, BOUND), coded("ERR_TENANT_KEY_GONE"));
});

test("keys of a tenant are not found under the beginning of its name, or of its digest", async () => {
  const { folder, keys, tenant, id } = await makeKey("acme-two");
  assert.deepEqual(await keys.list(tenantDigest("acme")), []);
  assert.deepEqual(await keys.list(tenant.slice(0, 63)), []);
  assert.deepEqual(await keys.list(""), []);
  writeFileSync(join(folder, `${tenant}-..key`), "");
  writeFileSync(join(folder, `${tenant}.key`), "");
  assert.deepEqual(await keys.list(tenant), [id]);
});

test("refuses a folder that is a link, a file, or open to others", async () => {
  const { folder, keys, id, wrapped, tenant } = await makeKey();
  for (const mode of [0o750, 0o701, 0o777]) {
    chmodSync(folder, mode);
    await assert.rejects(keys.unwrap(id, wrapped, BOUND), coded("ERR_KEY_FOLDER"));
    await assert.rejects(keys.create(makeKeyId(tenant)), coded("ERR_KEY_FOLDER"));
    await assert.rejects(keys.destroy(id), coded("ERR_KEY_FOLDER"));
    await assert.rejects(keys.check(), coded("ERR_KEY_FOLDER"));
  }
  chmodSync(folder, 0o700);
  const link = join(root, "link");
  symlinkSync(folder, link);
  await assert.rejects(openFileKeys(link).unwrap(id, wrapped, BOUND), coded("ERR_KEY_FOLDER"));
  const file = join(root, "file");
  writeFileSync(file, "");
  await assert.rejects(openFileKeys(file).list(tenant), coded("ERR_KEY_FOLDER"));
  const deep = openFileKeys(join(root, "not", "there"));
  await assert.rejects(deep.create(makeKeyId(tenant)), coded("ERR_KEY_PROVIDER"));
});

test("refuses a key's file that is open to others, a link, a second name, a pipe or a folder", async () => {
  const attacks: readonly ((file: string) => void)[] = [
    (file) => chmodSync(file, 0o640),
    (file) => chmodSync(file, 0o604),
    (file) => linkSync(file, join(root, `second-${count}`)),
    (file) => {
      renameSync(file, `${file}.moved`);
      symlinkSync(`${file}.moved`, file);
    },
    (file) => {
      rmSync(file);
      execFileSync("mkfifo", ["-m", "600", file]);
    },
  ];
  for (const attack of attacks) {
    const { keys, id, wrapped, file } = await makeKey();
    attack(file);
    await assert.rejects(keys.unwrap(id, wrapped, BOUND), coded("ERR_KEY_FOLDER"));
    // What cannot be shown to be destroyed is not said to be.
    await assert.rejects(keys.destroy(id), coded("ERR_KEY_FOLDER"));
  }
});

test("a key that was cut off, filled up or replaced opens nothing", async () => {
  const { keys, id, wrapped, file } = await makeKey();
  const other = await makeKey();
  const good = readFileSync(file);
  writeFileSync(file, readFileSync(other.file));
  await assert.rejects(keys.unwrap(id, wrapped, BOUND), coded("ERR_TENANT_KEY_RECORD"));
  writeFileSync(file, Buffer.concat([good, good]));
  await assert.rejects(keys.unwrap(id, wrapped, BOUND), coded("ERR_TENANT_KEY_GONE"));
  truncateSync(file, 20);
  await assert.rejects(keys.unwrap(id, wrapped, BOUND), coded("ERR_TENANT_KEY_GONE"));
});
