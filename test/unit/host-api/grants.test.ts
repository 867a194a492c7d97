import assert from "node:assert/strict";
import { test } from "node:test";
import { GrantError } from "@glovebox/host-api/errors";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { clock } from "@glovebox/host-api/clock/capability";
import { env } from "@glovebox/host-api/env/capability";
import { kv } from "@glovebox/host-api/kv/capability";

const MIB = 1024 * 1024;

test("reads a kv quota as true, as a size and as an object", () => {
  assert.deepEqual(kv.parseGrant(true), { quotaBytes: MIB });
  assert.deepEqual(kv.parseGrant("64KiB"), { quotaBytes: 65_536 });
  assert.deepEqual(kv.parseGrant({ quota: "4MiB" }), { quotaBytes: 4 * MIB });
  assert.equal(kv.formatGrant({ quotaBytes: MIB }), "keep at most 1 MiB");
});

test("refuses a kv grant that is anything else", () => {
  const wrong = [
    undefined,
    null,
    false,
    1_048_576,
    Number.NaN,
    "",
    "0B",
    "-1MiB",
    "1e9",
    "2GiB",
    [],
    ["1MiB"],
    {},
    { quota: true },
    { quota: 5 },
    { quota: "1MiB", extra: 1 },
    { quotaBytes: 5 },
    JSON.parse('{"__proto__": {"quota": "1MiB"}}'),
  ];
  for (const value of wrong)
    assert.throws(() => kv.parseGrant(value), GrantError, JSON.stringify(value));
});

test("says where a kv grant is wrong", () => {
  assert.throws(() => kv.parseGrant({ quota: "many" }), { path: ["quota"] });
  assert.throws(() => kv.parseGrant({ quta: "1MiB" }), { path: ["quta"] });
});

test("a kv grant covers smaller ones", () => {
  assert.ok(kv.covers({ quotaBytes: 2 }, { quotaBytes: 2 }));
  assert.ok(!kv.covers({ quotaBytes: 1 }, { quotaBytes: 2 }));
});

test("reads env values and their flag", () => {
  assert.deepEqual(env.parseGrant({ UNITS: "metric" }), { UNITS: "metric" });
  assert.deepEqual(env.parseFlag("UNITS=metric,LANG=en,EMPTY=,EQ=a=b"), {
    UNITS: "metric",
    LANG: "en",
    EMPTY: "",
    EQ: "a=b",
  });
});

test("refuses env grants with names or values that are not plain", () => {
  const wrong = [
    undefined,
    null,
    true,
    "A=b",
    [],
    {},
    { A: 1 },
    { A: null },
    { A: ["b"] },
    { "": "x" },
    { "1A": "x" },
    { "A B": "x" },
    { "A=B": "x" },
    { Ä: "x" },
    { "A\n": "x" },
    { ["A".repeat(129)]: "x" },
    { A: "x\0y" },
    { A: "\ud800" },
    { A: "x".repeat(4097) },
    { A: "ä".repeat(2049) },
    JSON.parse('{"__proto__": "x"}'),
    Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`A${index}`, "x"])),
  ];
  for (const value of wrong)
    assert.throws(() => env.parseGrant(value), GrantError, JSON.stringify(value));
});

test("refuses env flags that are not NAME=VALUE, or say a name twice", () => {
  for (const text of ["", "A", "A=1,", "A=1,B", "=x", "A=1,A=2", "__proto__=x", "1=2"]) {
    assert.throws(() => env.parseFlag(text), GrantError, text);
  }
});

test("escapes env values that could fool the eye", () => {
  assert.equal(env.formatGrant({ A: "x\u001b[2J\u202e\n" }), String.raw`A="x\u001b[2J\u202e\n"`);
  assert.match(env.formatGrant({ A: "y".repeat(4000) }), /^A="y{40}…"$/);
});

test("env covers by name, and no name of the prototype", () => {
  assert.ok(env.covers({ A: "1", B: "2" }, { A: "other" }));
  assert.ok(!env.covers({ A: "1" }, { B: "1" }));
  assert.ok(!env.covers({ A: "1" }, { toString: "1" }));
});

test("clock and random are granted whole", () => {
  for (const capability of [CAPABILITIES.clock, CAPABILITIES.random]) {
    assert.equal(capability.parseGrant(true), true);
    assert.equal(capability.parseGrant({}), true);
    assert.equal(capability.parseFlag(""), true);
    for (const value of [undefined, null, false, 1, "true", [], { resolution: 1 }]) {
      assert.throws(() => capability.parseGrant(value), GrantError, JSON.stringify(value));
    }
    assert.throws(() => capability.parseFlag("yes"), GrantError);
  }
  assert.ok(clock.covers(true, true));
});

test("what a flag says is what the configuration would say", () => {
  assert.deepEqual(kv.parseGrant(kv.parseFlag("")), { quotaBytes: MIB });
  assert.deepEqual(kv.parseGrant(kv.parseFlag("2MiB")), { quotaBytes: 2 * MIB });
  assert.deepEqual(env.parseGrant(env.parseFlag("A=b")), { A: "b" });
  assert.throws(() => kv.parseFlag("lots"), GrantError);
});
