import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { RateLimits } from "../../../../runtime/policy/server/rate.ts";
import { makeMemoryMeter } from "../../../../runtime/server/limits/memory-meter.ts";
import { DAY_MS, type Charge, type Taken } from "../../../../runtime/server/limits/meter.ts";

const LEASE_MS = 10_000;

function charge(limits: RateLimits, key = "ann"): Charge {
  return { key, whose: "caller", limits };
}

function makeWorld(accountsMax?: number) {
  const clock = { ms: 1_000_000 };
  const meter = makeMemoryMeter({
    nowMs: () => clock.ms,
    ...(accountsMax === undefined ? {} : { accountsMax }),
  });
  const take = (...charges: Charge[]): Taken => {
    const taken = meter.take(charges, LEASE_MS);
    assert.ok(!(taken instanceof Promise), "a promise costs a turn");
    return taken;
  };
  const countOf = (limits: RateLimits, tries: number, key?: string): number => {
    let count = 0;
    for (let index = 0; index < tries; index += 1)
      if (!take(charge(limits, key)).shortage) count += 1;
    return count;
  };
  return { clock, meter, take, countOf };
}

function released(taken: Taken): () => void {
  assert.ok(!taken.shortage);
  return () => taken.release();
}

describe("a token bucket in memory", () => {
  it("lets a burst in, and then one for each interval", () => {
    const { clock, take, countOf } = makeWorld();
    const limits = { perMinute: 60, burst: 5 };
    assert.equal(countOf(limits, 20), 5);
    const { shortage } = take(charge(limits));
    assert.equal(shortage?.what, "rate");
    assert.equal(shortage.retryAfterMs, 1000);
    clock.ms += shortage.retryAfterMs;
    assert.equal(countOf(limits, 20), 1);
    clock.ms += 3000;
    assert.equal(countOf(limits, 20), 3);
    clock.ms += 3_600_000;
    assert.equal(countOf(limits, 20), 5, "no more than the burst is saved up");
  });

  it("lets no more in than burst and rate together, whatever the times", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { maxLength: 300 }),
        (perMinute, burst, pauses) => {
          const { clock, countOf } = makeWorld();
          const beganMs = clock.ms;
          let count = 0;
          for (const pauseMs of pauses) {
            clock.ms += pauseMs;
            count += countOf({ perMinute, burst }, 3);
          }
          const most = burst + ((clock.ms - beganMs) * perMinute) / 60_000 + 1e-3;
          assert.ok(count <= most, `${count} of ${most}`);
        },
      ),
    );
  });

  it("charges nothing for a call that is not let in", () => {
    const { clock, take, countOf } = makeWorld();
    const limits = { perMinute: 60, burst: 1, perDay: 3 };
    assert.equal(countOf(limits, 100), 1);
    for (let index = 0; index < 2; index += 1) {
      clock.ms += 1000;
      assert.equal(countOf(limits, 100), 1);
    }
    clock.ms += 1000;
    assert.equal(take(charge(limits)).shortage?.what, "day");
  });

  it("takes all charges of a call, or none", () => {
    const { take } = makeWorld();
    const wide = charge({ perMinute: 60, burst: 2, perDay: 2, concurrent: 1 }, "wide");
    const narrow = charge({ perMinute: 60, burst: 1 }, "narrow");
    released(take(narrow));
    for (let index = 0; index < 10; index += 1)
      assert.equal(take(wide, narrow).shortage?.charge.key, "narrow");
    released(take(wide))();
    released(take(wide))();
    assert.equal(take(wide).shortage?.what, "day");
  });
});

describe("a quota of 24 hours in memory", () => {
  it("counts from the first call, and says when it ends", () => {
    const { clock, take, countOf } = makeWorld();
    const limits = { perDay: 3 };
    assert.equal(countOf(limits, 1), 1);
    clock.ms += DAY_MS - 1000;
    assert.equal(countOf(limits, 10), 2);
    assert.equal(take(charge(limits)).shortage?.retryAfterMs, 1000);
    clock.ms += 1000;
    assert.equal(countOf(limits, 10), 3);
  });
});

describe("calls at the same time", () => {
  it("hold a place each until they are released, once", () => {
    const { take } = makeWorld();
    const limits = { concurrent: 2 };
    const first = released(take(charge(limits)));
    const second = released(take(charge(limits)));
    assert.equal(take(charge(limits)).shortage?.what, "concurrent");
    first();
    first();
    first();
    const third = released(take(charge(limits)));
    assert.equal(take(charge(limits)).shortage?.what, "concurrent");
    second();
    third();
    released(take(charge(limits)));
    released(take(charge(limits)));
    assert.equal(take(charge(limits)).shortage?.what, "concurrent");
  });

  it("are never counted wrong, whoever comes and goes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.boolean()), (concurrent, steps) => {
        const { take } = makeWorld();
        const running: (() => void)[] = [];
        for (const comes of steps) {
          if (!comes) running.shift()?.();
          else {
            const taken = take(charge({ concurrent }));
            assert.equal(taken.shortage !== undefined, running.length === concurrent);
            if (!taken.shortage) running.push(() => taken.release());
          }
        }
      }),
    );
  });
});

describe("many names", () => {
  const limits = { perMinute: 1, burst: 1, perDay: 1 };

  it("take a bounded place", () => {
    const { meter, countOf } = makeWorld(100);
    for (let index = 0; index < 10_000; index += 1) countOf(limits, 1, `name ${index}`);
    assert.ok(meter.size() <= 100 + 1024, String(meter.size()));
  });

  it("reset nobody: who was counted is counted after 10,000 of them", () => {
    const { countOf } = makeWorld(100);
    assert.equal(countOf(limits, 5, "victim"), 1);
    for (let index = 0; index < 10_000; index += 1) countOf(limits, 2, `name ${index}`);
    assert.equal(countOf(limits, 5, "victim"), 0);
  });

  it("reset nobody who came when there was no room, and got a place later", () => {
    const { clock, countOf } = makeWorld(10);
    for (let index = 0; index < 10; index += 1) countOf({ perMinute: 1 }, 1, `name ${index}`);
    assert.equal(countOf({ perDay: 2 }, 5, "late"), 2);
    clock.ms += 61_000;
    for (let index = 0; index < 20; index += 1) countOf({ concurrent: 1 }, 1, `other ${index}`);
    assert.equal(countOf({ perDay: 2 }, 5, "late"), 0);
  });

  it("leave room again when they have come to rest", () => {
    const { clock, meter, countOf } = makeWorld(100);
    for (let round = 0; round < 50; round += 1) {
      for (let index = 0; index < 90; index += 1)
        assert.equal(countOf({ perMinute: 60, burst: 1 }, 2, `round ${round} ${index}`), 1);
      clock.ms += 2000;
    }
    assert.ok(meter.size() <= 100, String(meter.size()));
  });

  it("lose no charge of a call whose accounts are all new", () => {
    const { take } = makeWorld(3);
    for (let index = 0; index < 50; index += 1) {
      const charges = ["a", "b", "c"].map((name) => charge({ perDay: 1 }, `${name} ${index % 2}`));
      assert.equal(take(...charges).shortage === undefined, index < 2, String(index));
    }
  });
});
