// Tasks under attack: floods, sizes, clocks, ends, and a Redis that is lost in the middle or in other hands.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "@redis/client";
import { openRedis } from "../../runtime/powers/redis.ts";
import { makeMemoryStore } from "../../runtime/server/store/memory-store.ts";
import { sealValues } from "../../runtime/server/store/seal-values.ts";
import type { SharedStore } from "../../runtime/server/store/shared-store.ts";
import { HAS_REDIS, startRedis } from "../helpers/redis.ts";
import {
  ADA,
  ADA_ELSEWHERE,
  beginTask,
  BOB,
  openTaskRoom,
  requestOf,
  say,
  untilTask,
} from "../helpers/task-room.ts";

const stopped = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

test("a flood of one caller fills that caller's places and nobody else's", async () => {
  const limits = { running: 1, openPerPrincipal: 5, keptPerPrincipal: 8, waiting: 20 };
  const { tasks } = await openTaskRoom(
    async ({ signal }) => (await stopped(signal), say("stopped")),
    { limits },
  );
  const flood = await Promise.all(
    Array.from({ length: 300 }, () => tasks.begin(requestOf(BOB)).catch(() => "threw")),
  );
  const made = flood.filter((one) => typeof one === "object" && "taskId" in one);
  assert.equal(made.length, 5);
  for (const one of flood)
    if (typeof one === "object" && !("taskId" in one))
      assert.equal(one.error?.error_code, "OVERLOADED");
  assert.ok(await beginTask(tasks, ADA));
  // Cancelling makes room among the open, and none among those that are kept.
  const more: unknown[] = [];
  for (const one of made) {
    await tasks.cancel(BOB, (one as { readonly taskId: string }).taskId);
    more.push(await tasks.begin(requestOf(BOB)));
  }
  const count = more.filter((one) => typeof one === "object" && one !== null && "taskId" in one);
  assert.equal(count.length, 3);
  await tasks.close(0);
});

test("no more wait than may, whoever they are of", async () => {
  const { tasks } = await openTaskRoom(async ({ signal }) => (await stopped(signal), say("")), {
    limits: { running: 1, waiting: 3 },
  });
  await beginTask(tasks, ADA);
  await wait(20);
  for (const who of [ADA, BOB, ADA_ELSEWHERE]) await beginTask(tasks, who);
  const refused = await tasks.begin(requestOf(BOB));
  assert.ok("error" in refused && refused.error?.error_code === "OVERLOADED");
  await tasks.close(0);
});

test("sizes: arguments, results and answers are bounded", async () => {
  const { tasks, runs } = await openTaskRoom(({ arguments: args, given }) => {
    if (args === "asks" && !given) {
      const request = { kind: "form", message: "?", schema: { type: "object" } } as const;
      return { content: [], needs: { requests: { a: request }, state: {} } };
    }
    return say("x".repeat(3_000_000));
  });
  const large = await tasks.begin(requestOf(ADA, "x".repeat(1_100_000)));
  assert.ok("error" in large && large.error?.error_code === "INVALID_ARGUMENTS");
  assert.equal(runs.length, 0);
  const { state } = await untilTask(tasks, ADA, await beginTask(tasks, ADA));
  assert.ok(state.kind === "completed");
  assert.match(JSON.stringify(state.result), /OUTPUT_LIMIT/);
  const asking = await beginTask(tasks, ADA, "asks");
  await untilTask(tasks, ADA, asking, (one) => one.state.kind === "asking");
  const flood = { "1.a": { action: "accept", content: { text: "x".repeat(300_000) } } };
  assert.equal(await tasks.update(ADA, asking, flood), true);
  assert.equal((await tasks.find(ADA, asking))?.state.kind, "asking");
  await tasks.close(0);
});

test("names of properties and prototypes answer nothing", async () => {
  const { tasks, runs } = await openTaskRoom(({ given }) => {
    if (given) return say(JSON.stringify(given.responses));
    const request = { kind: "form", message: "?", schema: { type: "object" } } as const;
    return { content: [], needs: { requests: { a: request }, state: {} } };
  });
  const taskId = await beginTask(tasks, ADA);
  await untilTask(tasks, ADA, taskId, ({ state }) => state.kind === "asking");
  const hostile = JSON.parse(
    '{"__proto__":{"1.a":{"action":"accept"}},"constructor":{},"toString":{},"1":{},"a":{}}',
  ) as Record<string, never>;
  await tasks.update(ADA, taskId, hostile);
  assert.equal((await tasks.find(ADA, taskId))?.state.kind, "asking");
  assert.equal(runs.length, 1);
  await tasks.close(0);
});

test("nothing that has ended is changed, answered or run again", async () => {
  const { tasks, runs } = await openTaskRoom(() => say("done"));
  const taskId = await beginTask(tasks, ADA);
  const before = await untilTask(tasks, ADA, taskId);
  await tasks.update(ADA, taskId, { "1.a": { action: "accept" } });
  await tasks.cancel(ADA, taskId);
  assert.deepEqual(await tasks.find(ADA, taskId), before);
  assert.equal(runs.length, 1);
  await tasks.close(0);
});

test("a task that is over is one that never was, and its run is stopped", async () => {
  const wasStopped = Promise.withResolvers<void>();
  const { tasks } = await openTaskRoom(
    async ({ signal }) => {
      await stopped(signal);
      wasStopped.resolve();
      return say("late");
    },
    { limits: { ttlMs: 150 } },
  );
  const taskId = await beginTask(tasks, ADA);
  await wasStopped.promise;
  assert.equal(await tasks.find(ADA, taskId), undefined);
  assert.equal(await tasks.update(ADA, taskId, {}), false);
  assert.equal(await tasks.cancel(ADA, taskId), false);
  await tasks.close(0);
});

test("clocks that jump end nothing early, keep nothing longer and break no date", async () => {
  let jumpMs = 0;
  const nowMs = () => Date.now() + jumpMs;
  const { tasks } = await openTaskRoom(async () => (await wait(40), say("done")), { nowMs });
  for (const jump of [0, 10 * 365 * 86_400_000, -10 * 365 * 86_400_000, 9e15]) {
    jumpMs = 0;
    const taskId = await beginTask(tasks, ADA);
    jumpMs = jump;
    const task = await untilTask(tasks, ADA, taskId);
    assert.equal(task.state.kind, "completed");
    assert.ok(task.updatedMs >= task.createdMs);
    jumpMs = 0;
    assert.ok(await tasks.find(ADA, taskId));
  }
  await tasks.close(0);
});

test("an endpoint knows nothing of the tasks of another", async () => {
  const store = makeMemoryStore();
  const bank = await openTaskRoom(() => say("bank"), { store, place: "/mcp/bank" });
  const taskId = await beginTask(bank.tasks, ADA);
  await untilTask(bank.tasks, ADA, taskId);
  const other = await openTaskRoom(() => say("other"), { store, place: "/mcp/experiment" });
  assert.equal(await other.tasks.find(ADA, taskId), undefined);
  assert.equal(await other.tasks.cancel(ADA, taskId), false);
  assert.equal(await other.tasks.watch(ADA, taskId, () => undefined), undefined);
  await Promise.all([bank.tasks.close(0), other.tasks.close(0)]);
});

test("a tool that was changed since is not run in the place of the one that was called", async () => {
  const store = makeMemoryStore();
  const busy = await openTaskRoom(async ({ signal }) => (await stopped(signal), say("")), {
    store,
    limits: { running: 1 },
    times: { tickMs: 1e6 },
  });
  await beginTask(busy.tasks, ADA);
  const taskId = await beginTask(busy.tasks, ADA);
  let nowMs = Date.now();
  const changed = await openTaskRoom(() => say("another tool"), {
    store,
    componentOf: () => "sha256:two",
    nowMs: () => nowMs,
  });
  await wait(100);
  assert.equal((await changed.tasks.find(ADA, taskId))?.state.kind, "waiting");
  nowMs += 120_000;
  const { state } = await untilTask(changed.tasks, ADA, taskId);
  assert.ok(state.kind === "failed" && state.error.error_code === "UNKNOWN_TOOL");
  assert.deepEqual(changed.runs, []);
  await Promise.all([changed.tasks.close(0), busy.tasks.close(0)]);
});

describe("a Redis that is lost in the middle", { skip: !HAS_REDIS }, () => {
  const stateKey = randomBytes(32);
  const open = async (url: string): Promise<SharedStore> =>
    sealValues((await openRedis(url, () => undefined)).store, stateKey);

  test("a result waits for a Redis that comes back, and the call is not run again", async () => {
    await using redis = await startRedis();
    const store = await open(redis.url);
    const ended = Promise.withResolvers<void>();
    const room = await openTaskRoom(
      async () => {
        await ended.promise;
        return say("done");
      },
      { store, times: { tickMs: 200, leaseMs: 60_000, storeMsMax: 20_000 } },
    );
    const taskId = await beginTask(room.tasks, ADA);
    await untilTask(room.tasks, ADA, taskId, ({ state }) => state.kind === "running");
    redis.freeze();
    ended.resolve();
    await assert.rejects(room.tasks.begin(requestOf(ADA)), { code: "ERR_STORE_UNREACHABLE" });
    redis.thaw();
    await untilReady(store);
    assert.equal((await untilTask(room.tasks, ADA, taskId)).state.kind, "completed");
    assert.equal(room.runs.length, 1);
    await room.tasks.close(0);
    await store.close();
  });

  test("what Redis forgot is over: its run is stopped, and nobody begins it again", async () => {
    await using redis = await startRedis();
    const store = await open(redis.url);
    const wasStopped = Promise.withResolvers<void>();
    const room = await openTaskRoom(
      async ({ signal }) => {
        await stopped(signal);
        wasStopped.resolve();
        return say("late");
      },
      { store },
    );
    const taskId = await beginTask(room.tasks, ADA);
    await untilTask(room.tasks, ADA, taskId, ({ state }) => state.kind === "running");
    await redis.restart();
    await wasStopped.promise;
    await untilReady(store);
    assert.equal(await room.tasks.find(ADA, taskId), undefined);
    assert.equal(room.runs.length, 1);
    await room.tasks.close(0);
    await store.close();
  });

  test("made up, changed and foreign records are refused, and never run", async () => {
    await using redis = await startRedis();
    const store = await open(redis.url);
    const room = await openTaskRoom(() => say("done"), { store });
    const stranger = createClient({ url: redis.url });
    stranger.on("error", () => undefined);
    await stranger.connect();
    const mine = await beginTask(room.tasks, ADA);
    await untilTask(room.tasks, ADA, mine);
    const theirs = await beginTask(room.tasks, BOB);
    await untilTask(room.tasks, BOB, theirs);
    const keys = (await stranger.keys("glovebox:task:*")).toSorted();
    const [one = "", two = ""] = keys;
    assert.equal(keys.length, 2);
    const [first = "", second = ""] = [await stranger.get(one), await stranger.get(two)];
    // Nobody reads arguments, results or names out of Redis.
    for (const text of [first, second]) assert.ok(!/done|ada|bob|acme/.test(String(text)));
    const cut = String(first).slice(0, 22);
    const forged = [
      `${cut}{"state":{"kind":"waiting"}}`,
      `${cut}${String(second).slice(22)}`,
      String(first).slice(0, -1),
      "",
      "x",
    ];
    for (const value of forged) {
      await stranger.set(one, value);
      const found = await Promise.all(
        [room.tasks.find(ADA, mine), room.tasks.find(BOB, theirs)].map((finding) =>
          finding.catch((error: Error & { readonly code?: string }) => error.code),
        ),
      );
      // The one that was not touched is there; the other is refused, or gone.
      assert.equal(found.filter((task) => typeof task === "object").length, 1, value);
      for (const task of found)
        assert.ok(task === undefined || task === "ERR_STORE_VALUE" || typeof task === "object");
    }
    // Lists in other hands name what is none, and records that have ended.
    await stranger.set(one, String(first));
    for (const list of await stranger.keys("glovebox:tasks:*"))
      if ((await stranger.type(list)) === "zset") await stranger.del(list);
    const handles = keys.map((key) => key.replace("glovebox:task:", ""));
    const poison = [...handles, "x", "a".repeat(43), "../../x", "*", "\r\nFLUSHALL\r\n"];
    await stranger.publish("glovebox:tasks:anything", "x".repeat(1_000_000));
    for (const channel of await stranger.pubSubChannels("glovebox:*"))
      for (const words of [...poison, "", "\u0000", "{}"]) await stranger.publish(channel, words);
    await wait(200);
    assert.equal(room.runs.length, 2);
    const next = await beginTask(room.tasks, ADA);
    assert.equal((await untilTask(room.tasks, ADA, next)).state.kind, "completed");
    stranger.destroy();
    await room.tasks.close(0);
    await store.close();
  });
});

async function untilReady(store: SharedStore): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (store.isReady()) return;
    await wait(25);
  }
  assert.fail("the store never came back");
}
