import assert from "node:assert/strict";
import { test } from "node:test";
import { CountUnderWay, Ledger, type Usage } from "@glovebox/host-api/filesystem/ledger";
import { refusedAs } from "../../../helpers/sandbox-folder.ts";

/** A count that is over at once. */
// oxlint-disable-next-line require-yield
function* counted(usage: Usage): Generator<void, Usage> {
  return usage;
}

test("refuses what does not fit, and takes what does", () => {
  const ledger = new Ledger(
    { bytes: 10, files: 2 },
    () => counted({ bytes: 4, files: 1 }),
    () => 0,
  );
  ledger.spend({ bytes: 6, files: 1 }, () => {});
  assert.throws(
    () => ledger.assertRoom({ bytes: 1, files: 0 }),
    refusedAs(undefined, "quota-exceeded"),
  );
  assert.throws(
    () => ledger.assertRoom({ bytes: 0, files: 1 }),
    refusedAs(undefined, "quota-exceeded"),
  );
  ledger.release({ bytes: 1, files: 0 });
  ledger.assertRoom({ bytes: 1, files: 0 });
});

// oxlint-disable-next-line require-yield
function* tooBig(): Generator<void, Usage> {
  throw new RangeError("too big");
}

function fail(): never {
  throw new RangeError("disk");
}

test("gives room back when the growth failed", () => {
  const ledger = new Ledger(
    { bytes: 10, files: 1 },
    () => counted({ bytes: 0, files: 0 }),
    () => 0,
  );
  assert.throws(() => ledger.spend({ bytes: 10, files: 1 }, fail), RangeError);
  ledger.assertRoom({ bytes: 10, files: 1 });
});

test("believes a count for a second, and longer when counting is slow", () => {
  let now = 0;
  let counts = 0;
  let tookMs = 0;
  const count = () => {
    counts += 1;
    now += tookMs;
    return counted({ bytes: 0, files: 0 });
  };
  const ledger = new Ledger({ bytes: 10, files: 1 }, count, () => now);
  const ask = () => ledger.assertRoom({ bytes: 1, files: 0 });
  ask();
  now = 999;
  ask();
  assert.equal(counts, 1);
  now = 1000;
  tookMs = 500;
  ask();
  assert.equal(counts, 2);
  now = 11_499;
  ask();
  assert.equal(counts, 2);
  now = 11_500;
  ask();
  assert.equal(counts, 3);
});

test("refuses growth when the folder cannot be counted, and still lets it shrink", () => {
  const ledger = new Ledger(
    { bytes: 10, files: 1 },
    () => tooBig(),
    () => 0,
  );
  assert.throws(() => ledger.assertRoom({ bytes: 1, files: 0 }), RangeError);
  ledger.assertRoom({ bytes: 0, files: 0 });
});

function underWay(operation: () => void): Promise<void> {
  try {
    operation();
  } catch (error) {
    if (error instanceof CountUnderWay) return error.over;
    throw error;
  }
  throw new Error("no count is under way");
}

test("counts a large folder in the background, refuses to move anything meanwhile, and believes what it found", async () => {
  let now = 0;
  function* count(): Generator<void, Usage> {
    for (let entry = 0; entry < 1000; entry += 1) {
      now += 1;
      yield;
    }
    return { bytes: 4, files: 1 };
  }
  const ledger = new Ledger({ bytes: 10, files: 2 }, count, () => now);
  const ask = (bytes: number) => ledger.assertRoom({ bytes, files: 0 });
  const over = underWay(() => ask(1));
  assert.ok(now < 100);
  assert.equal(
    underWay(() => ledger.assertStill()),
    over,
  );
  assert.equal(
    underWay(() => ask(1)),
    over,
  );
  await over;
  assert.equal(now, 1000);
  ledger.assertStill();
  ask(6);
  assert.throws(() => ask(7), refusedAs(undefined, "quota-exceeded"));
});
