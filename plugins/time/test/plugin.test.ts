import assert from "node:assert/strict";
import { test } from "node:test";
import { testPlugin } from "@glovebox/sdk/testing";
import { tools } from "../src/plugin.ts";

const plugin = testPlugin(tools, { clock: Date.UTC(2027, 0, 15, 8, 30) });

async function answer(name: string, args: Record<string, string | number>): Promise<unknown> {
  const { structuredContent, error } = await plugin.call(name, args);
  return error ? error.error_code : structuredContent;
}

test("tells the time in a zone, and in UTC without one", async () => {
  assert.deepEqual(await answer("now", { zone: "Asia/Tokyo" }), {
    zone: "Asia/Tokyo",
    time: "2027-01-15T17:30:00+09:00",
    weekday: "Friday",
  });
  assert.equal(((await answer("now", {})) as { time: string }).time, "2027-01-15T08:30:00+00:00");
});

test("converts between zones", async () => {
  assert.deepEqual(
    await answer("convert", { time: "2027-01-15T09:00", from: "Europe/Paris", to: "Asia/Tokyo" }),
    {
      from: { zone: "Europe/Paris", time: "2027-01-15T09:00:00+01:00", weekday: "Friday" },
      to: { zone: "Asia/Tokyo", time: "2027-01-15T17:00:00+09:00", weekday: "Friday" },
    },
  );
});

const CONVERTED: [time: string, from: string, to: string, expected: string][] = [
  ["2027-07-01T12:00Z", "America/New_York", "Europe/London", "2027-07-01T13:00:00+01:00"],
  ["2027-07-01T12:00+05:30", "UTC", "UTC", "2027-07-01T06:30:00+00:00"],
  ["2027-07-01", "UTC", "Pacific/Auckland", "2027-07-01T12:00:00+12:00"],
  ["23:15", "Asia/Tokyo", "UTC", "2027-01-15T14:15:00+00:00"],
  ["00:30", "Pacific/Kiritimati", "UTC", "2027-01-14T10:30:00+00:00"],
  ["2027-01-15T09:00:30.125", "UTC", "UTC", "2027-01-15T09:00:30.125+00:00"],
];
test("reads dates, times of day and offsets", async () => {
  for (const [time, from, to, expected] of CONVERTED) {
    const converted = (await answer("convert", { time, from, to })) as { to: { time: string } };
    assert.equal(converted.to.time, expected);
  }
});

test("says when a local time is skipped or comes twice", async () => {
  const gap = (await answer("convert", {
    time: "2027-03-28T02:30",
    from: "Europe/Berlin",
    to: "UTC",
  })) as Record<string, unknown>;
  assert.deepEqual((gap["from"] as { time: string }).time, "2027-03-28T03:30:00+02:00");
  assert.equal(typeof gap["note"], "string");
  const fold = (await answer("convert", {
    time: "2027-10-31T02:30",
    from: "Europe/Berlin",
    to: "UTC",
  })) as Record<string, unknown>;
  assert.deepEqual((fold["from"] as { time: string }).time, "2027-10-31T02:30:00+02:00");
  assert.equal(typeof fold["note"], "string");
});

test("measures what lies between two times", async () => {
  assert.deepEqual(
    await answer("difference", {
      start: "2027-03-27T12:00",
      end: "2027-03-28T12:00",
      zone: "Europe/Berlin",
    }),
    { seconds: 23 * 3600, text: "23 hours" },
  );
  assert.deepEqual(
    await answer("difference", { start: "2027-01-02", end: "2027-01-01T23:59:59" }),
    {
      seconds: -1,
      text: "minus 1 second",
    },
  );
  assert.deepEqual(
    await answer("difference", {
      start: "2027-01-01T09:00",
      zone: "Asia/Tokyo",
      end: "2027-01-01T09:00",
      end_zone: "UTC",
    }),
    { seconds: 9 * 3600, text: "9 hours" },
  );
});

test("adds calendar units locally and hours exactly", async () => {
  const zone = "Europe/Berlin";
  const added = async (args: Record<string, string | number>): Promise<string> =>
    ((await answer("add", { zone, ...args })) as { time: string }).time;
  assert.equal(await added({ time: "2027-03-27T12:00", days: 1 }), "2027-03-28T12:00:00+02:00");
  assert.equal(await added({ time: "2027-03-27T12:00", hours: 24 }), "2027-03-28T13:00:00+02:00");
  assert.equal(await added({ time: "2027-01-31T10:00", months: 1 }), "2027-02-28T10:00:00+01:00");
  assert.equal(await added({ time: "2028-02-29T10:00", years: 1 }), "2029-02-28T10:00:00+01:00");
  assert.equal(
    await added({ time: "2027-01-01T00:00", months: -1, minutes: -1 }),
    "2026-11-30T23:59:00+01:00",
  );
});

const REFUSED: [string, Record<string, string | number>][] = [
  ["now", { zone: "Europe/Atlantis" }],
  ["now", { zone: "" }],
  ["convert", { time: "2027-02-29T10:00", to: "UTC" }],
  ["convert", { time: "2027-01-15T24:00", to: "UTC" }],
  ["convert", { time: "tomorrow", to: "UTC" }],
  ["convert", { time: "", to: "UTC" }],
  ["convert", { time: "2027-01-15T", to: "UTC" }],
  ["convert", { time: "1969-12-31T10:00", to: "UTC" }],
  ["convert", { time: "9999-12-31T10:00", to: "UTC" }],
  ["convert", { time: "2027-01-15T10:00" }],
  ["add", { time: "2027-01-15T10:00", years: 1_000_000 }],
  ["add", { time: "2027-01-15T10:00", hours: 1.5 }],
];
test("refuses what is no zone, no time or too far away", async () => {
  for (const [name, args] of REFUSED) {
    assert.equal(await answer(name, args), "INVALID_INPUT", JSON.stringify(args));
  }
});

test("suggests zones for a name that is nearly one", async () => {
  const { error } = await plugin.call("now", { zone: "Europe/paris_" });
  assert.equal(error?.error_code, "INVALID_INPUT");
  const typo = await plugin.call("now", { zone: "US/New_York" });
  assert.match(typo.error?.suggestion ?? "", /America\/New_York/);
});

test("lists zones by words", async () => {
  const { zones, total } = (await answer("list_zones", { query: "argentina  san" })) as {
    zones: string[];
    total: number;
  };
  assert.deepEqual(zones, ["America/Argentina/San_Juan", "America/Argentina/San_Luis"]);
  assert.equal(total, 2);
  assert.equal(
    ((await answer("list_zones", { query: "" })) as { zones: string[] }).zones.length,
    100,
  );
});

test("needs the clock for the current time only", async () => {
  const withoutClock = testPlugin(tools);
  assert.equal((await withoutClock.call("now", {})).error?.error_code, "PERMISSION_DENIED");
  const converted = await withoutClock.call("convert", { time: "2027-01-15T09:00", to: "UTC" });
  assert.equal(converted.error, undefined);
});
