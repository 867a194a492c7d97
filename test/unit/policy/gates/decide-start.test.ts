import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { effectiveMode } from "../../../../runtime/cli/machine.ts";
import type { PluginConfiguration } from "../../../../runtime/policy/configuration.ts";
import { decideStart, isSealed } from "../../../../runtime/policy/gates/decide-start.ts";
import type { StartFacts } from "../../../../runtime/policy/gates/facts.ts";
import { isInForce } from "../../../../runtime/policy/gates/waivers.ts";
import { DEFAULT_LIMITS } from "../../../../runtime/sandbox/limits.ts";
import type { Seal } from "../../../../runtime/sandbox/sandbox.ts";

const SEALED: Seal = {
  name: "landlock",
  denied: ["read /etc/passwd"],
  allowed: [],
  remarks: [],
  measures: [],
};
const UNSEALED: Seal = {
  name: "none",
  denied: [],
  allowed: ["everything"],
  remarks: ["bubblewrap: not installed"],
  measures: [],
};
const NOW_MS = Date.parse("2027-01-15T12:00:00Z");
const WAIVER = { gate: "ring5", reason: "no Landlock here yet", until: "2027-01-31" };
const EXPIRED = { ...WAIVER, until: "2027-01-14" };

function plugin(unsigned: boolean): PluginConfiguration {
  return {
    source: "x",
    grants: {},
    limits: DEFAULT_LIMITS,
    isolation: "plugin",
    tenancy: "separate",
    unsigned,
  };
}

const GOOD: StartFacts = {
  mode: "production",
  plugins: { a: plugin(false) },
  waivers: [],
  seal: SEALED,
  nowMs: NOW_MS,
};

/** Each gate alone, and together. */
const STARTS: readonly (readonly [
  title: string,
  facts: Partial<StartFacts>,
  codes: readonly string[],
])[] = [
  ["lets a sealed and signed start pass", {}, []],
  ["lets a start without plugins pass", { plugins: {} }, []],
  ["refuses an unsigned plugin", { plugins: { a: plugin(true) } }, ["ERR_GATE_UNSIGNED"]],
  [
    "refuses each unsigned plugin",
    { plugins: { a: plugin(true), b: plugin(false), c: plugin(true) } },
    ["ERR_GATE_UNSIGNED", "ERR_GATE_UNSIGNED"],
  ],
  ["refuses a machine without a seal", { seal: UNSEALED }, ["ERR_GATE_RING5"]],
  [
    "refuses a seal that let something through",
    { seal: { ...SEALED, allowed: ["connect"] } },
    ["ERR_GATE_RING5"],
  ],
  [
    "refuses a seal whose probe tried nothing",
    { seal: { ...SEALED, denied: [] } },
    ["ERR_GATE_RING5"],
  ],
  [
    "refuses a seal by name alone",
    { seal: { ...UNSEALED, name: "bubblewrap", allowed: [] } },
    ["ERR_GATE_RING5"],
  ],
  ["lets a waived seal pass", { seal: UNSEALED, waivers: [WAIVER] }, []],
  [
    "refuses a waiver of something else",
    { seal: UNSEALED, waivers: [{ ...WAIVER, gate: "unsigned" }] },
    ["ERR_GATE_RING5"],
  ],
  [
    "refuses an expired waiver and what it waived",
    { seal: UNSEALED, waivers: [EXPIRED] },
    ["ERR_GATE_WAIVER_EXPIRED", "ERR_GATE_RING5"],
  ],
  [
    "refuses an expired waiver that nothing needs",
    { waivers: [EXPIRED] },
    ["ERR_GATE_WAIVER_EXPIRED"],
  ],
  [
    "never waives a signature",
    { plugins: { a: plugin(true) }, waivers: [WAIVER, { ...WAIVER, gate: "unsigned" }] },
    ["ERR_GATE_UNSIGNED"],
  ],
  [
    "lists all reasons at once",
    { plugins: { a: plugin(true) }, seal: UNSEALED, waivers: [EXPIRED] },
    ["ERR_GATE_WAIVER_EXPIRED", "ERR_GATE_UNSIGNED", "ERR_GATE_RING5"],
  ],
];

describe("production", () => {
  for (const [title, facts, codes] of STARTS) {
    it(title, () =>
      assert.deepEqual(
        decideStart({ ...GOOD, ...facts }).map(({ code }) => code),
        codes,
      ),
    );
  }

  it("says which key and which entry it refuses", () => {
    const reasons = decideStart({
      ...GOOD,
      plugins: { a: plugin(true) },
      waivers: [WAIVER, EXPIRED],
    });
    assert.deepEqual(
      reasons.map(({ place }) => place?.path),
      ["waivers[1].until", "plugins.a.unsigned"],
    );
  });

  it("refuses with the exit code for refusals", () => {
    for (const [, facts] of STARTS)
      for (const { exit } of decideStart({ ...GOOD, ...facts })) assert.equal(exit, 3);
  });
});

describe("development", () => {
  it("lets all of that pass, and says so elsewhere", () => {
    for (const [, facts] of STARTS)
      assert.deepEqual(decideStart({ ...GOOD, ...facts, mode: "development" }), []);
  });
});

describe("a waiver", () => {
  it("counts until the end of its day in UTC", () => {
    assert.equal(isInForce(WAIVER, Date.parse("2027-01-31T23:59:59.999Z")), true);
    assert.equal(isInForce(WAIVER, Date.parse("2027-02-01T00:00:00.000Z")), false);
  });

  it("with a day that cannot be read does not count", () => {
    for (const until of ["", "never", "2027-13-01", "9999-99-99"])
      assert.equal(isInForce({ ...WAIVER, until }, NOW_MS), false);
  });
});

describe("a seal", () => {
  it("counts only when the probe was denied everything, and tried something", () => {
    assert.equal(isSealed(SEALED), true);
    assert.equal(isSealed(UNSEALED), false);
    assert.equal(isSealed({ ...SEALED, name: "none" }), false);
  });
});

describe("NODE_ENV", () => {
  const before = process.env["NODE_ENV"];
  afterEach(() => {
    if (before === undefined) delete process.env["NODE_ENV"];
    else process.env["NODE_ENV"] = before;
  });

  it("can only make a start stricter", () => {
    process.env["NODE_ENV"] = "production";
    assert.equal(effectiveMode("development"), "production");
    for (const name of ["development", "test", ""]) {
      process.env["NODE_ENV"] = name;
      assert.equal(effectiveMode("production"), "production");
      assert.equal(effectiveMode("development"), "development");
    }
  });
});
