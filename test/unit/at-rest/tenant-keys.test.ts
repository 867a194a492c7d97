import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { eraseKey } from "../../../runtime/at-rest/erase-key.ts";
import type { KeyProvider } from "../../../runtime/at-rest/key-provider.ts";
import { LEASE_MS, LOOK_MS } from "../../../runtime/at-rest/make-tenant-keys.ts";
import { tenantDigest } from "../../../runtime/at-rest/seal.ts";
import { atRest, KeyRoom } from "../../helpers/key-room.ts";

const sleep = async (): Promise<void> => undefined;
const recordOf = (room: KeyRoom, tenant: string, name?: string): string =>
  join(room.recordFolder(name), `${tenantDigest(tenant)}.json`);

test("a tenant has one key, in every process and after each start, whatever its name is made of", async () => {
  using room = new KeyRoom();
  const names = ["local", "acme", "acme-two", "ACME", "..", "../local", "å".repeat(128), "𝕏/\\:"];
  const seen = new Set<string>();
  for (const name of names) {
    const [one, other] = [await room.open().keyOf(name), await room.open().keyOf(name)];
    assert.deepEqual(one.bytes(), other.bytes());
    assert.equal(one.bytes().length, 32);
    seen.add(Buffer.from(one.bytes()).toString("hex"));
    const found = await room.open().keyOfDigest(one.tenant);
    assert.deepEqual(found?.bytes(), one.bytes());
  }
  assert.equal(seen.size, names.length);
  const files = readdirSync(room.recordFolder()).filter((name) => name.endsWith(".json"));
  for (const file of files) assert.match(file, /^[0-9a-f]{64}\.json$/);
  assert.equal(files.length, names.length);
  assert.equal(await room.open().keyOfDigest(tenantDigest("nobody")), undefined);
});

test("of processes that make a key at once, one wins: within a folder, and among replicas with a folder each", async () => {
  using room = new KeyRoom();
  const { shared } = room;
  const opened = [
    ...[1, 2, 3].map(() => room.open({ shared })),
    ...["two", "three"].map((name) => room.open({ shared, folder: room.folder(name) })),
  ];
  const keys = await Promise.all(opened.map((each) => each.keyOf("acme")));
  for (const key of keys) assert.deepEqual(key.bytes(), keys[0]?.bytes());
  assert.equal((await room.provider.list(tenantDigest("acme"))).length, 1);
  for (const name of ["one", "two", "three"])
    assert.equal(
      readFileSync(recordOf(room, "acme", name), "utf8"),
      readFileSync(recordOf(room, "acme"), "utf8"),
    );
});

test("a record that is damaged, another tenant's or rolled back is refused, and never replaced by a new key", async () => {
  using room = new KeyRoom();
  await room.open().keyOf("acme");
  await room.open().keyOf("other");
  const file = recordOf(room, "acme");
  const good = readFileSync(file, "utf8");
  const other = readFileSync(recordOf(room, "other"), "utf8");
  const fields = JSON.parse(good) as Record<string, string>;
  const { wrapped = "" } = JSON.parse(other) as Record<string, string>;
  const bad = [
    "",
    "{",
    "null",
    good.slice(0, -20),
    other,
    other.replaceAll(tenantDigest("other"), tenantDigest("acme")),
    JSON.stringify({ ...fields, wrapped }),
    JSON.stringify({ ...fields, wrapped: `${fields["wrapped"]}AA` }),
    JSON.stringify({ ...fields, provider: "pkcs11" }),
    JSON.stringify({ ...fields, provider: "none" }),
    JSON.stringify({ ...fields, version: 2 }),
    JSON.stringify({ ...fields, more: 1 }),
    JSON.stringify({ ...fields, key: "../../x" }),
    "x".repeat(10_000),
  ];
  for (const text of bad) {
    writeFileSync(file, text);
    const refused = atRest("ERR_TENANT_KEY_RECORD", "ERR_TENANT_KEY_GONE");
    await assert.rejects(room.open().keyOf("acme"), refused, text.slice(0, 60));
    assert.equal(readFileSync(file, "utf8"), text);
  }
  writeFileSync(file, good);
  await room.open().keyOf("acme");
  // The record of before an erasure, put back after it.
  const setting = { provider: room.provider, folder: room.folder(), sleep };
  await eraseKey(setting, tenantDigest("acme"));
  room.folder().remove(tenantDigest("acme"));
  await room.open().keyOf("acme");
  writeFileSync(file, good);
  await assert.rejects(room.open().keyOf("acme"), atRest("ERR_TENANT_KEY_GONE"));
});

test("a record of the store that differs from the folder's is refused", async () => {
  using room = new KeyRoom();
  const { shared } = room;
  await room.open({ shared }).keyOf("acme");
  const digest = tenantDigest("acme");
  await shared.remove(digest);
  await shared.keep(digest, `${readFileSync(recordOf(room, "acme"), "utf8")} `);
  await assert.rejects(room.open({ shared }).keyOf("acme"), atRest("ERR_TENANT_KEY_RECORD"));
  // A store that was emptied is filled again from the folder.
  await shared.remove(digest);
  const key = await room.open({ shared }).keyOf("acme");
  const other = await room.open({ shared, folder: room.folder("two") }).keyOf("acme");
  assert.deepEqual(other.bytes(), key.bytes());
});

test("a process drops a key that was erased within its time, and no other tenant's", async () => {
  using room = new KeyRoom();
  const keys = room.open();
  const [acme, other] = [await keys.keyOf("acme"), await keys.keyOf("acme-two")];
  const before = Buffer.from(acme.bytes());
  const bytes = acme.bytes();
  await eraseKey({ provider: room.provider, folder: room.folder(), sleep }, acme.tenant);
  room.nowMs += LOOK_MS;
  assert.throws(() => acme.bytes(), atRest("ERR_TENANT_KEY_STALE"));
  assert.ok(bytes.every((byte) => byte === 0));
  assert.equal(other.bytes().length, 32);
  // While its record is there nobody makes another.
  await assert.rejects(keys.keyOf("acme"), atRest("ERR_TENANT_KEY_GONE"));
  room.folder().remove(acme.tenant);
  const next = await keys.keyOf("acme");
  assert.notDeepEqual(Buffer.from(next.bytes()), before);
  assert.notEqual(next.id, acme.id);
  assert.throws(() => acme.bytes(), atRest("ERR_TENANT_KEY_STALE"));
});

test("a replica that cannot ask whether a key was erased refuses itself, and goes on when it can", async () => {
  using room = new KeyRoom();
  let isAway = false;
  const shared = {
    ...room.shared,
    readErasures: () => (isAway ? Promise.reject(new Error("away")) : room.shared.readErasures()),
  };
  const keys = room.open({ shared });
  const key = await keys.keyOf("acme");
  isAway = true;
  room.nowMs += LEASE_MS;
  assert.equal(key.bytes().length, 32);
  room.nowMs += 1;
  assert.throws(() => key.bytes(), atRest("ERR_TENANT_KEY_STALE"));
  await assert.rejects(keys.keyOf("acme"), atRest("ERR_TENANT_KEY_STALE"));
  isAway = false;
  assert.equal((await keys.keyOf("acme")).bytes().length, 32);
  assert.equal(key.bytes().length, 32);
  // What another replica erased, this one learns from the store.
  const erasing = { provider: room.provider, folder: room.folder("two"), shared, sleep };
  await eraseKey(erasing, key.tenant);
  room.nowMs += LEASE_MS + 1;
  assert.throws(() => key.bytes(), atRest("ERR_TENANT_KEY_STALE"));
  await assert.rejects(keys.keyOf("acme"), atRest("ERR_TENANT_KEY_GONE"));
});

test("a replica that was too busy to hear an answer in time asks again before it refuses anybody", async () => {
  using room = new KeyRoom();
  let held: Promise<void> | undefined;
  const shared = {
    ...room.shared,
    readErasures: async () => {
      const erasures = await room.shared.readErasures();
      await held;
      return erasures;
    },
  };
  const keys = room.open({ shared });
  const key = await keys.keyOf("acme");
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  held = promise;
  room.nowMs += LEASE_MS;
  const early = keys.renew();
  // Nothing is heard meanwhile: what comes then was asked too long ago to go by.
  room.nowMs += LEASE_MS + 1;
  assert.throws(() => key.bytes(), atRest("ERR_TENANT_KEY_STALE"));
  const late = keys.keyOf("acme");
  held = undefined;
  letGo();
  await early;
  assert.equal((await late).bytes().length, 32);
  assert.equal(key.bytes().length, 32);
});

test("a key that is erased while it is fetched is not handed out", async () => {
  using room = new KeyRoom();
  const key = await room.open().keyOf("acme");
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const provider: KeyProvider = {
    ...room.provider,
    async unwrap(...words) {
      const opened = await room.provider.unwrap(...words);
      await held;
      return opened;
    },
  };
  const keys = room.open({ provider });
  const fetching = keys.keyOf("acme");
  await eraseKey({ provider: room.provider, folder: room.folder(), sleep }, key.tenant);
  letGo();
  const fetched = await fetching.catch((error: unknown) => error);
  room.nowMs += LOOK_MS;
  if (atRest("ERR_TENANT_KEY_STALE")(fetched)) return;
  assert.throws(() => (fetched as typeof key).bytes(), atRest("ERR_TENANT_KEY_STALE"));
});

test("a provider that answers wrongly gets no key to lose, and one that refuses leaves no record", async () => {
  using room = new KeyRoom();
  const provider: KeyProvider = {
    ...room.provider,
    unwrap: async (...words) => (await room.provider.unwrap(...words)).map((byte) => byte ^ 1),
  };
  const refused = atRest("ERR_KEY_PROVIDER", "ERR_TENANT_KEY_RECORD");
  await assert.rejects(room.open({ provider }).keyOf("acme"), refused);
  assert.equal(room.folder().read(tenantDigest("acme")), undefined);
  await room.open().keyOf("acme");
  chmodSync(room.keyFolder, 0o755);
  await assert.rejects(room.open().keyOf("acme"), atRest("ERR_KEY_FOLDER"));
  chmodSync(room.keyFolder, 0o700);
  rmSync(room.keyFolder, { recursive: true });
  await assert.rejects(room.open().keyOf("acme"), atRest("ERR_TENANT_KEY_GONE"));
});

test("erasures that cannot be read leave no key in use", async () => {
  using room = new KeyRoom();
  const keys = room.open();
  const key = await keys.keyOf("acme");
  writeFileSync(join(room.recordFolder(), "erased.json"), "{");
  room.nowMs += LOOK_MS;
  assert.throws(() => key.bytes(), atRest("ERR_TENANT_KEY_STALE"));
});
