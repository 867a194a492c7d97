import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_LIMITS, type Limits } from "../../../runtime/sandbox/limits.ts";
import { LIMIT_ROWS } from "../../../runtime/policy/read-limits.ts";
import { parseData } from "../../helpers/policy-files.ts";
import { assertRefused } from "../../helpers/refusals.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** The least and the most of each limit, and what is just beyond. */
const RANGES: Readonly<
  Record<
    string,
    {
      field: keyof Limits;
      inside: readonly (readonly [unknown, number])[];
      outside: readonly unknown[];
    }
  >
> = {
  deadline: {
    field: "deadlineMs",
    inside: [
      ["10ms", 10],
      ["600s", 600_000],
      ["10m", 600_000],
    ],
    outside: ["9ms", "601s", "11m", "0s"],
  },
  memory: {
    field: "memoryBytes",
    inside: [
      ["1MiB", MIB],
      ["1GiB", 1024 * MIB],
    ],
    outside: ["1023KiB", "1025MiB"],
  },
  resident: {
    field: "residentBytes",
    inside: [
      ["128MiB", 128 * MIB],
      ["4GiB", 4096 * MIB],
    ],
    outside: ["127MiB", "5GiB"],
  },
  output: {
    field: "outputBytes",
    inside: [
      ["1KiB", KIB],
      ["8 MiB", 8 * MIB],
    ],
    outside: ["1023B", "9MiB"],
  },
  host_calls: {
    field: "hostCalls",
    inside: [
      [0, 0],
      [1_000_000, 1_000_000],
    ],
    outside: [-1, 1_000_001, 1.5],
  },
  log: {
    field: "logBytes",
    inside: [
      ["1B", 1],
      ["16MiB", 16 * MIB],
    ],
    outside: ["0B", "17MiB"],
  },
  concurrent_calls: {
    field: "concurrentCalls",
    inside: [
      [1, 1],
      [64, 64],
    ],
    outside: [0, 65],
  },
  queued_calls: {
    field: "queuedCalls",
    inside: [
      [0, 0],
      [1000, 1000],
    ],
    outside: [-1, 1001],
  },
};

const NEITHER = [
  "",
  "1",
  "MiB",
  "10",
  "1e3ms",
  "-1s",
  "+1s",
  "1.5s",
  " 1s",
  "1s ",
  "1 s",
  "1h",
  "1MB",
  "1mib",
  "Infinity",
  "none",
  "unlimited",
  "٣s",
  "99999999999999999999s",
  true,
  null,
  [],
  {},
  ["1s"],
];

describe("a limit", () => {
  it("exists for everything that a call uses", () => {
    assert.deepEqual(Object.keys(RANGES), Object.keys(LIMIT_ROWS));
    assert.deepEqual(
      Object.values(RANGES).map(({ field }) => field),
      Object.keys(DEFAULT_LIMITS),
    );
  });

  it("has a default that may also be written", () => {
    for (const { field, min, max } of Object.values(LIMIT_ROWS))
      assert.ok(DEFAULT_LIMITS[field] >= min && DEFAULT_LIMITS[field] <= max, field);
  });

  for (const [key, { field, inside, outside }] of Object.entries(RANGES)) {
    it(`is read within its range alone: ${key}`, () => {
      const parse = (value: unknown) => parseData({ version: 1, limits: { [key]: value } });
      for (const [value, amount] of inside)
        assert.deepEqual(parse(value).limits, { ...DEFAULT_LIMITS, [field]: amount });
      for (const value of [...outside, ...NEITHER])
        assertRefused(() => parse(value), "ERR_CONFIG_INVALID");
    });
  }

  it("of a plugin starts from the one for all plugins", () => {
    const { plugins } = parseData({
      version: 1,
      limits: { deadline: "1s", host_calls: 5 },
      plugins: { a: { source: "x", limits: { deadline: "2s" } }, b: { source: "x" } },
    });
    assert.deepEqual(plugins["a"]?.limits, { ...DEFAULT_LIMITS, deadlineMs: 2000, hostCalls: 5 });
    assert.deepEqual(plugins["b"]?.limits, { ...DEFAULT_LIMITS, deadlineMs: 1000, hostCalls: 5 });
  });
});
