// A Redis that is away, stuck, or in other hands: what replicas share is refused, never believed and never queued.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import net, { type AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "@redis/client";
import { openRedis } from "../../runtime/powers/redis.ts";
import { makeMemoryStore } from "../../runtime/server/store/memory-store.ts";
import { sealValues } from "../../runtime/server/store/seal-values.ts";
import { storeKey, VALUE_BYTES_MAX } from "../../runtime/server/store/shared-store.ts";
import { HAS_REDIS, startRedis } from "../helpers/redis.ts";

const KEY = storeKey("test", "one");
const OTHER = storeKey("test", "two");
const LONG = { ttlMs: 60_000 };
const quiet = (): void => undefined;

describe("a Redis that is away", { skip: !HAS_REDIS }, () => {
  test("refuses at once and queues nothing, and comes back by itself", async () => {
    await using redis = await startRedis();
    const { store } = await openRedis(redis.url, quiet);
    await store.put(KEY, "a", LONG);
    await redis.kill();
    await until(() => !store.isReady());
    const refusals = [
      store.get(KEY),
      store.put(KEY, "b", LONG),
      store.put(KEY, "b", { ...LONG, when: null }),
      store.delete(KEY),
      store.add(OTHER, 1, 1000),
      store.enlist(OTHER, "a", { score: 1, ttlMs: 1000, countMax: 1 }),
      store.listed(OTHER, { countMax: 1 }),
      store.publish(OTHER, "x"),
    ];
    for (const refusal of refusals)
      await assert.rejects(refusal, { code: "ERR_STORE_UNREACHABLE" });
    await redis.restart();
    await until(() => store.isReady());
    // Nothing of what was refused has happened after all.
    assert.equal(await store.get(KEY), undefined);
    assert.equal(await store.add(OTHER, 1, 1000), 1);
    await store.close();
  });

  test("is heard again after it was away", async () => {
    await using redis = await startRedis();
    const { store } = await openRedis(redis.url, quiet);
    const heard: string[] = [];
    await store.subscribe(KEY, (message) => heard.push(message));
    await redis.restart();
    await until(() => store.isReady());
    await until(async () => {
      await store.publish(KEY, "after");
      return heard.length > 0;
    });
    await store.close();
  });

  test("refuses when it does not answer, and does not start without it", async () => {
    await using redis = await startRedis();
    const { store } = await openRedis(redis.url, quiet);
    redis.freeze();
    await assert.rejects(store.get(KEY), { code: "ERR_STORE_UNREACHABLE" });
    await assert.rejects(openRedis(redis.url, quiet), { code: "ERR_STORE_UNREACHABLE" });
    redis.thaw();
    await store.close();
    await redis.kill();
    await assert.rejects(openRedis(redis.url, quiet), { code: "ERR_STORE_UNREACHABLE" });
  });
});

test("an address that is none is refused, and not repeated", async () => {
  const secret = randomBytes(8).toString("hex");
  for (const url of [
    "",
    secret,
    `http://:${secret}@127.0.0.1`,
    `redis://:${secret}@`,
    `redis://:${secret}@127.0.0.1/not-a-number`,
    `unix:/tmp/${secret}`,
  ])
    await assert.rejects(openRedis(url, quiet), (error: Error & { code?: string }) => {
      assert.equal(error.code, "ERR_STORE_ADDRESS");
      assert.ok(!error.message.includes(secret));
      return true;
    });
});

test("a server that says what is no Redis reply is a refusal and no crash", async () => {
  for (const words of [
    "HTTP/1.1 200 OK\r\n\r\n",
    "$-5\r\n",
    "*1000000000\r\n",
    randomBytes(4096),
  ]) {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket.on("error", quiet);
      socket.on("data", () => socket.write(words));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await assert.rejects(openRedis(`redis://127.0.0.1:${port}`, quiet), {
      code: "ERR_STORE_UNREACHABLE",
    });
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

describe("a Redis in other hands", { skip: !HAS_REDIS }, () => {
  test("values of another kind, too long or not ours are refused", async () => {
    await using redis = await startRedis();
    const { store } = await openRedis(redis.url, quiet);
    const stranger = createClient({ url: redis.url });
    await stranger.connect();
    await stranger.lPush(`glovebox:${KEY}`, "x");
    await assert.rejects(store.get(KEY), { code: "ERR_STORE_VALUE" });
    await assert.rejects(store.add(KEY, 1, 1000), { code: "ERR_STORE_VALUE" });
    await assert.rejects(store.listed(KEY, { countMax: 1 }), { code: "ERR_STORE_VALUE" });
    await stranger.set(`glovebox:${OTHER}`, "short");
    await assert.rejects(store.get(OTHER), { code: "ERR_STORE_VALUE" });
    await assert.rejects(store.add(OTHER, 1, 1000), { code: "ERR_STORE_VALUE" });
    await stranger.set(`glovebox:${OTHER}`, "x".repeat(2 * VALUE_BYTES_MAX));
    await assert.rejects(store.get(OTHER), { code: "ERR_STORE_VALUE" });
    const list = storeKey("list", "one");
    await stranger.zAdd(`glovebox:${list}`, [
      { score: 1, value: "../../etc" },
      { score: 2, value: "x".repeat(100_000) },
      { score: 3, value: "ours" },
    ]);
    assert.deepEqual(await store.listed(list, { countMax: 10 }), ["ours"]);
    const heard: string[] = [];
    await store.subscribe(KEY, (message) => heard.push(message));
    await stranger.publish(`glovebox:${KEY}`, "x".repeat(1_000_000));
    await stranger.publish(`glovebox:${KEY}`, "short");
    await until(() => heard.length > 0);
    assert.deepEqual(heard, ["short"]);
    stranger.destroy();
    await store.close();
  });
});

describe("sealed values", () => {
  const stateKey = randomBytes(32);

  test("come back for whoever has the key, and say nothing to whoever reads the store", async () => {
    const plain = makeMemoryStore();
    const store = sealValues(plain, stateKey);
    const version = await store.put(KEY, "the private words", LONG);
    assert.deepEqual(await sealValues(plain, stateKey).get(KEY), {
      value: "the private words",
      version,
    });
    const raw = (await plain.get(KEY))?.value ?? "";
    assert.ok(!Buffer.from(raw.slice(2), "base64url").includes("private"));
    assert.ok(await store.put(KEY, "again", { ...LONG, when: String(version) }));
  });

  test("refuses what was made up, changed, cut, carried to another key, or sealed by another", async () => {
    const plain = makeMemoryStore();
    const store = sealValues(plain, stateKey);
    await store.put(KEY, '{"status":"working"}', LONG);
    const raw = (await plain.get(KEY))?.value ?? "";
    const flipped = Buffer.from(raw.slice(2), "base64url");
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    const forged = [
      '{"status":"completed"}',
      "1.",
      "1.AAAA",
      raw.slice(2),
      `2.${raw.slice(2)}`,
      raw.slice(0, -4),
      `1.${flipped.toString("base64url")}`,
    ];
    for (const value of forged) {
      await plain.put(KEY, value, LONG);
      await assert.rejects(store.get(KEY), { code: "ERR_STORE_VALUE" });
    }
    await plain.put(OTHER, raw, LONG);
    await assert.rejects(store.get(OTHER), { code: "ERR_STORE_VALUE" });
    await sealValues(plain, randomBytes(32)).put(KEY, "x", LONG);
    await assert.rejects(store.get(KEY), { code: "ERR_STORE_VALUE" });
  });
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await isSo()) return;
    await wait(25);
  }
  assert.fail("it never came to be so");
}
