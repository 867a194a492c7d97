/// <reference lib="esnext.temporal" />
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { resolveLocal } from "../src/local-time.ts";
import { findZone, searchZones } from "../src/zones.ts";

const NAMES = searchZones("").filter(isKnown);
const FIRST_MS = Date.UTC(1970, 0, 1);
const LAST_MS = Date.UTC(2200, 0, 1);

/** Another Node may know other zones. */
function isKnown(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

function expectedOffset(instantMs: number, name: string): number {
  return (
    Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(name).offsetNanoseconds /
    1e6
  );
}

test("knows the offset of every zone at any instant, as Node does", () => {
  const instants = Array.from(
    { length: 40 },
    (_, index) => FIRST_MS + (index * (LAST_MS - FIRST_MS)) / 40,
  );
  for (const name of NAMES) {
    const zone = findZone(name)!;
    for (const instantMs of instants) {
      assert.equal(
        zone.offsetAt(Math.floor(instantMs)),
        expectedOffset(Math.floor(instantMs), name),
        `${name} at ${instantMs}`,
      );
    }
  }
  const instant = fc.integer({ min: FIRST_MS, max: LAST_MS });
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), instant, (name, instantMs) => {
      assert.equal(findZone(name)!.offsetAt(instantMs), expectedOffset(instantMs, name));
    }),
    { numRuns: 5000 },
  );
});

test("changes at the same millisecond as Node does, in every zone", () => {
  for (const name of NAMES.filter((_, index) => index % 7 === 0)) {
    const zone = findZone(name)!;
    let date = Temporal.Instant.fromEpochMilliseconds(FIRST_MS).toZonedDateTimeISO(name);
    for (;;) {
      const next = date.getTimeZoneTransition("next");
      if (!next || next.year > 2045) break;
      const atMs = next.epochMilliseconds;
      assert.equal(zone.offsetAt(atMs), expectedOffset(atMs, name), `${name} at ${atMs}`);
      assert.equal(
        zone.offsetAt(atMs - 1),
        expectedOffset(atMs - 1, name),
        `${name} before ${atMs}`,
      );
      date = next;
    }
  }
});

test("resolves local times, gaps and folds as Temporal does", () => {
  const changing = NAMES.filter(
    (name) =>
      findZone(name)!.offsetAt(Date.UTC(2030, 0)) !== findZone(name)!.offsetAt(Date.UTC(2030, 6)),
  );
  const aroundChange = fc.tuple(
    fc.constantFrom(...changing),
    fc.integer({ min: 1980, max: 2100 }),
    fc.integer({ min: -300, max: 300 }),
  );
  fc.assert(
    fc.property(aroundChange, ([name, year, minutes]) => {
      const start = Temporal.ZonedDateTime.from({ timeZone: name, year, month: 1, day: 1 });
      const change = start.getTimeZoneTransition("next");
      if (change === null || change.year > 2150) return;
      const local = change.toPlainDateTime().add({ minutes });
      const wallMs = Date.parse(`${local.toString().slice(0, 19)}Z`);
      const expected = local.toZonedDateTime(name, {
        disambiguation: "compatible",
      }).epochMilliseconds;
      assert.equal(
        resolveLocal(wallMs, findZone(name)!).instantMs,
        expected,
        `${name} ${local.toString()}`,
      );
    }),
    { numRuns: 3000 },
  );
});

test("finds names in any case, and no part of a name", () => {
  assert.equal(findZone("europe/PARIS")?.name, "Europe/Paris");
  assert.equal(findZone("Asia/Kolkata")?.offsetAt(0), 19_800_000);
  assert.equal(findZone("Etc/GMT+5")?.offsetAt(0), -18_000_000);
  for (const name of [
    "",
    "Europe",
    "Paris",
    "Europe/Paris,",
    ",",
    "Europe/Par.s",
    "[",
    "UTC\t",
    "__proto__",
  ]) {
    assert.equal(findZone(name), undefined, name);
  }
});
