import assert from "node:assert/strict";
import { test } from "node:test";
import { Ledger } from "@glovebox/host-api/filesystem/ledger";
import { refusedAs } from "../../../helpers/sandbox-folder.ts";

test("refuses what does not fit, and takes what does", () => {
  const ledger = new Ledger(
    { bytes: 10, files: 2 },
    () => ({ bytes: 4, files: 1 }),
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

function fail(): never {
  throw new RangeError("disk");
}

test("gives room back when the growth failed", () => {
  const ledger = new Ledger(
    { bytes: 10, files: 1 },
    () => ({ bytes: 0, files: 0 }),
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
    return { bytes: 0, files: 0 };
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
    () => {
      throw new RangeError("too big");
    },
    () => 0,
  );
  assert.throws(() => ledger.assertRoom({ bytes: 1, files: 0 }), RangeError);
  ledger.assertRoom({ bytes: 0, files: 0 });
});
