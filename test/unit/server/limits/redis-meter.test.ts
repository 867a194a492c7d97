// The meter that replicas share, with a real server: two of them here, and what happens when it fails in the middle.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openRedis } from "../../../../runtime/powers/redis.ts";
import type { RateLimits } from "../../../../runtime/policy/server/rate.ts";
import type { Charge, Meter, Taken } from "../../../../runtime/server/limits/meter.ts";
import { makeRedisMeter } from "../../../../runtime/server/limits/redis-meter.ts";
import { HAS_REDIS, startRedis, type RealRedis } from "../../../helpers/redis.ts";

const LEASE_MS = 60_000;

function charge(limits: RateLimits, key = "ann"): Charge {
  return { key, whose: "caller", limits };
}

interface Replica {
  readonly meter: Meter;
  close(): Promise<void>;
}

async function openReplica({ url }: RealRedis): Promise<Replica> {
  const { evaluate, store } = await openRedis(url, () => undefined);
  return { meter: makeRedisMeter(evaluate), close: () => store.close() };
}

async function withReplicas(
  work: (replicas: readonly [Replica, Replica], redis: RealRedis) => Promise<void>,
): Promise<void> {
  await using redis = await startRedis();
  const replicas = [await openReplica(redis), await openReplica(redis)] as const;
  try {
    await work(replicas, redis);
  } finally {
    for (const replica of replicas) await replica.close();
  }
}

async function takeAll(
  replicas: readonly Replica[],
  charges: readonly Charge[],
  count: number,
  leaseMs = LEASE_MS,
): Promise<readonly Taken[]> {
  return Promise.all(
    Array.from(
      { length: count },
      async (_, index) =>
        replicas[index % replicas.length]?.meter.take(charges, leaseMs) as Promise<Taken>,
    ),
  );
}

function admitted(taken: readonly Taken[]): number {
  return taken.filter(({ shortage }) => !shortage).length;
}

describe("limits in Redis", { skip: !HAS_REDIS && process.env["CI"] === undefined }, () => {
  it("are one for two replicas that are asked at once", () =>
    withReplicas(async (replicas) => {
      const bucket = await takeAll(replicas, [charge({ perMinute: 1, burst: 7 }, "bucket")], 50);
      assert.equal(admitted(bucket), 7);
      const refused = bucket.find(({ shortage }) => shortage)?.shortage;
      assert.equal(refused?.what, "rate");
      assert.ok(refused.retryAfterMs > 50_000 && refused.retryAfterMs <= 60_000);
      const day = await takeAll(replicas, [charge({ perDay: 5 }, "day")], 50);
      assert.equal(admitted(day), 5);
      const ended = day.find(({ shortage }) => shortage)?.shortage;
      assert.equal(ended?.what, "day");
      assert.ok(ended.retryAfterMs > 86_000_000);
    }));

  it("fill up again, evenly", () =>
    withReplicas(async (replicas) => {
      const limits = charge({ perMinute: 6000, burst: 1 });
      const began = performance.now();
      let count = 0;
      while (performance.now() - began < 300)
        count += admitted(await takeAll(replicas, [limits], 2));
      const most = 2 + (performance.now() - began) / 10;
      assert.ok(count > 1 && count <= most, `${count} of ${most}`);
    }));

  it("hold a place for each running call until it is released, once", () =>
    withReplicas(async (replicas) => {
      const limits = charge({ concurrent: 3 });
      const taken = await takeAll(replicas, [limits], 20);
      assert.equal(admitted(taken), 3);
      for (const one of taken)
        if (!one.shortage) for (let times = 0; times < 3; times += 1) one.release();
      await wait(50);
      assert.equal(admitted(await takeAll(replicas, [limits], 20)), 3);
    }));

  it("free the places of a replica that is gone when their lease ends", () =>
    withReplicas(async (replicas) => {
      const limits = charge({ concurrent: 1 });
      assert.equal(admitted(await takeAll(replicas, [limits], 2, 200)), 1);
      assert.equal(admitted(await takeAll(replicas, [limits], 2)), 0);
      await wait(300);
      assert.equal(admitted(await takeAll(replicas, [limits], 2)), 1);
    }));

  it("are all taken, or none", () =>
    withReplicas(async (replicas) => {
      const wide = charge({ perMinute: 1, burst: 2, perDay: 2, concurrent: 2 }, "wide");
      const narrow = charge({ perDay: 1 }, "narrow");
      const both = await takeAll(replicas, [wide, narrow], 10);
      assert.equal(admitted(both), 1);
      assert.ok(both.some(({ shortage }) => shortage?.charge === narrow));
      assert.equal(admitted(await takeAll(replicas, [wide], 10)), 1);
    }));

  it("refuse everybody when the server is away, and while it hangs, and count again when it is back", () =>
    withReplicas(async (replicas, redis) => {
      const limits = [charge({ perDay: 1000, concurrent: 1 })];
      const [first] = replicas;
      const held = await first.meter.take(limits, LEASE_MS);
      assert.ok(!held.shortage);
      await redis.kill();
      const asked = await Promise.allSettled([
        first.meter.take(limits, LEASE_MS),
        replicas[1].meter.take(limits, LEASE_MS),
      ]);
      assert.ok(asked.every(({ status }) => status === "rejected"));
      // Whoever ended meanwhile does no harm.
      held.release();
      await redis.restart();
      for (;;) {
        const taken = await Promise.allSettled([first.meter.take(limits, LEASE_MS)]);
        if (taken[0].status === "fulfilled") break;
        await wait(100);
      }
      redis.freeze();
      try {
        await assert.rejects(async () => first.meter.take(limits, LEASE_MS));
      } finally {
        redis.thaw();
      }
    }));

  it("refuse where a stranger has written what is no count", () =>
    withReplicas(async ([replica], redis) => {
      const limits = [charge({ perMinute: 1, perDay: 5 })];
      assert.equal(admitted([await replica.meter.take(limits, LEASE_MS)]), 1);
      const { evaluate, store } = await openRedis(redis.url, () => undefined);
      const poison =
        "for _, key in ipairs(redis.call('KEYS', '*')) do redis.call('SET', key, ARGV[1]) end return 1";
      for (const value of ["nan", "x", "-nan", ""]) {
        await evaluate({ text: poison, sha1: "0".repeat(40) }, [], [value]);
        await assert.rejects(async () => replica.meter.take(limits, LEASE_MS), value);
      }
      await store.close();
    }));
});
