import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openRedis } from "../../../../runtime/powers/redis.ts";
import { openStoreFile } from "../../../../runtime/powers/store-file.ts";
import { makeMemoryStore } from "../../../../runtime/server/store/memory-store.ts";
import {
  storeKey,
  VALUE_BYTES_MAX,
  type SharedStore,
} from "../../../../runtime/server/store/shared-store.ts";
import { HAS_REDIS, startRedis } from "../../../helpers/redis.ts";
import { makeScratch } from "../../../helpers/scratch.ts";

const KEY = storeKey("test", "one");
const OTHER = storeKey("test", "two");
const LONG = { ttlMs: 60_000 };

/** Opens two views of one store, as two processes have; where there is only one, it is both. */
type Open = (t: TestContext) => Promise<readonly [SharedStore, SharedStore]>;

const IMPLEMENTATIONS: Readonly<Record<string, { open: Open; skip?: boolean; hears: boolean }>> = {
  memory: {
    hears: true,
    open: async () => {
      const store = makeMemoryStore();
      return [store, store];
    },
  },
  file: {
    hears: false,
    open: async (t) => {
      const file = join(makeScratch(t), "folder/store.db");
      const stores = [openStoreFile(file), openStoreFile(file)] as const;
      t.after(() => Promise.all(stores.map((store) => store.close())));
      return stores;
    },
  },
  redis: {
    hears: true,
    skip: !HAS_REDIS,
    open: async (t) => {
      const redis = await startRedis();
      t.after(() => redis[Symbol.asyncDispose]());
      const [one, two] = await Promise.all([
        openRedis(redis.url, () => undefined),
        openRedis(redis.url, () => undefined),
      ]);
      t.after(() => Promise.all([one.store.close(), two.store.close()]));
      return [one.store, two.store];
    },
  },
};

for (const [name, { open, skip = false, hears }] of Object.entries(IMPLEMENTATIONS))
  describe(`the store: ${name}`, { skip }, () => {
    test("keeps a value until it ends, for whoever asks", async (t) => {
      const [one, two] = await open(t);
      assert.equal(await one.get(KEY), undefined);
      const version = await one.put(KEY, "grüße \u{1f9e4}", LONG);
      assert.deepEqual(await two.get(KEY), { value: "grüße \u{1f9e4}", version });
      await one.put(OTHER, "short", { ttlMs: 30 });
      await wait(80);
      assert.equal(await two.get(OTHER), undefined);
      assert.equal(await one.delete(KEY), true);
      assert.equal(await one.delete(KEY), false);
    });

    test("sets what is still as it was read, and nothing else", async (t) => {
      const [one, two] = await open(t);
      const first = await one.put(KEY, "a", { ...LONG, when: null });
      assert.ok(first);
      assert.equal(await two.put(KEY, "b", { ...LONG, when: null }), undefined);
      const second = await two.put(KEY, "b", { ...LONG, when: first });
      assert.ok(second);
      assert.notEqual(second, first);
      assert.equal(await one.put(KEY, "c", { ...LONG, when: first }), undefined);
      assert.equal(await one.delete(KEY, first), false);
      assert.equal((await one.get(KEY))?.value, "b");
      assert.equal(await one.delete(KEY, second), true);
      assert.equal(await two.put(KEY, "d", { ...LONG, when: second }), undefined);
    });

    test("changes a value without changing its end", async (t) => {
      const [one, two] = await open(t);
      const when = await one.put(KEY, "a", { ttlMs: 150 });
      assert.ok(when);
      assert.ok(await two.put(KEY, "b", { ttlMs: "keep", when }));
      assert.equal((await one.get(KEY))?.value, "b");
      await wait(250);
      assert.equal(await one.get(KEY), undefined);
      await assert.rejects(one.put(KEY, "c", { ttlMs: "keep" }), TypeError);
      await assert.rejects(one.put(KEY, "c", { ttlMs: "keep", when: null }), TypeError);
      assert.equal(await one.put(KEY, "c", { ttlMs: "keep", when }), undefined);
    });

    test("lets one of many win who set at once", async (t) => {
      const stores = await open(t);
      const tries = Array.from({ length: 40 }, (_, index) =>
        stores[index % 2]?.put(KEY, String(index), { ...LONG, when: null }),
      );
      const won = (await Promise.all(tries)).filter((version) => version !== undefined);
      assert.equal(won.length, 1);
    });

    test("counts what all add, and begins again after the end", async (t) => {
      const stores = await open(t);
      const sums = await Promise.all(
        Array.from({ length: 40 }, (_, index) => stores[index % 2]?.add(KEY, 2, 60_000)),
      );
      assert.deepEqual(
        sums.toSorted((a, b) => Number(a) - Number(b)),
        Array.from({ length: 40 }, (_, index) => 2 * (index + 1)),
      );
      assert.equal(await stores[0].add(OTHER, 1, 40), 1);
      assert.equal(await stores[1].add(OTHER, 1, 60_000), 2);
      await wait(100);
      assert.equal(await stores[0].add(OTHER, 1, 1000), 1);
    });

    test("keeps lists in order, and no longer than they may be", async (t) => {
      const [one, two] = await open(t);
      const put = (member: string, score: number, dropBelow?: number) =>
        one.enlist(KEY, member, {
          score,
          ttlMs: 60_000,
          countMax: 3,
          ...(dropBelow === undefined ? {} : { dropBelow }),
        });
      assert.deepEqual(
        [await put("c", 3), await put("a", 1), await put("b", 1), await put("d", 4)],
        [true, true, true, false],
      );
      assert.deepEqual(await two.listed(KEY, { countMax: 10 }), ["a", "b", "c"]);
      assert.deepEqual(await two.listed(KEY, { countMax: 10, scoreMax: 1 }), ["a", "b"]);
      assert.deepEqual(await two.listed(KEY, { countMax: 1 }), ["a"]);
      assert.equal(await put("a", 9), true);
      assert.deepEqual(await two.listed(KEY, { countMax: 10 }), ["b", "c", "a"]);
      assert.equal(await put("d", 4, 2), true);
      assert.deepEqual(await two.listed(KEY, { countMax: 10 }), ["c", "d", "a"]);
      assert.deepEqual([await two.delist(KEY, "d"), await two.delist(KEY, "d")], [true, false]);
      assert.deepEqual(await one.listed(KEY, { countMax: 10 }), ["c", "a"]);
    });

    test("lets listeners hear until they stop", async (t) => {
      const [one, two] = await open(t);
      const heard: string[] = [];
      const listening = hears ? two : one;
      const stop = await listening.subscribe(KEY, (message) => heard.push(message));
      const again = await listening.subscribe(KEY, (message) => heard.push(`again ${message}`));
      await one.publish(KEY, "1");
      await one.publish(OTHER, "not this");
      await until(() => heard.length === 2);
      await stop();
      await one.publish(KEY, "2");
      await until(() => heard.length === 3);
      await again();
      assert.deepEqual(heard.toSorted(), ["1", "again 1", "again 2"]);
    });

    test("refuses keys, values and messages that are none", async (t) => {
      const [store] = await open(t);
      for (const key of ["", "x", "test:a b", `${KEY}\r\nFLUSHALL`, `${KEY}*`, "test:../../x"])
        await assert.rejects(store.get(key), TypeError);
      for (const ttlMs of [0, -1, 1.5, Number.NaN, Infinity])
        await assert.rejects(store.put(KEY, "x", { ttlMs }), TypeError);
      for (const member of ["", "a b", "a\n", "ä", "x".repeat(201)])
        await assert.rejects(
          store.enlist(KEY, member, { score: 1, ttlMs: 10, countMax: 1 }),
          TypeError,
        );
      const tooLong = "x".repeat(VALUE_BYTES_MAX + 1);
      await assert.rejects(store.put(KEY, tooLong, LONG), { code: "ERR_STORE_VALUE" });
      await assert.rejects(store.put(KEY, "", LONG), { code: "ERR_STORE_VALUE" });
      await assert.rejects(store.publish(KEY, "x".repeat(70_000)), { code: "ERR_STORE_VALUE" });
      const whole = "x".repeat(VALUE_BYTES_MAX);
      assert.ok(await store.put(KEY, whole, LONG));
      assert.equal((await store.get(KEY))?.value, whole);
    });
  });

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !isSo(); tries += 1) await wait(10);
  assert.ok(isSo());
}

test("keys of strangers' words meet in nothing", () => {
  const keys = [
    storeKey("rate", "a", "b"),
    storeKey("rate", "ab"),
    storeKey("rate", 'a","b'),
    storeKey("task", "a", "b"),
    storeKey("rate", "a", "b", ""),
  ];
  assert.equal(new Set(keys).size, keys.length);
});

test("a full store in memory refuses, and has room again when something ends", async () => {
  let now = 0;
  const store = makeMemoryStore(() => now, { entriesMax: 2, bytesMax: 10_000 });
  assert.ok(await store.put(KEY, "a", { ttlMs: 10 }));
  assert.ok(await store.put(OTHER, "b", { ttlMs: 20 }));
  const third = storeKey("test", "three");
  await assert.rejects(store.put(third, "c", LONG), { code: "ERR_STORE_FULL" });
  await assert.rejects(store.put(KEY, "x".repeat(6000), LONG), { code: "ERR_STORE_FULL" });
  assert.equal((await store.get(KEY))?.value, "a");
  now = 11;
  assert.ok(await store.put(third, "c", LONG));
});
