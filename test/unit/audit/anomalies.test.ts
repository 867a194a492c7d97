import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BoundedMap } from "../../../runtime/audit/anomalies/bounded-map.ts";
import { makeDetector, type KnownHosts } from "../../../runtime/audit/anomalies/detect.ts";
import type { AnomalyRule } from "../../../runtime/audit/anomalies/rules.ts";
import { formatSuspended, parseSuspended } from "../../../runtime/audit/anomalies/suspensions.ts";
import type { CallRecord } from "../../../runtime/audit/record.ts";
import { callRecord } from "../../helpers/call-record.ts";

const NOBODY: KnownHosts = { learn: () => false };
const DENIED = [{ operation: "http.send", tag: "refused-by-policy", reason: "" }];

/** Says at which of the calls the rule spoke. */
function watch(
  rule: AnomalyRule,
  calls: readonly Partial<CallRecord>[],
  stepMs = 100,
  hosts = NOBODY,
) {
  const detect = makeDetector([rule], hosts);
  return calls.flatMap((call, index) =>
    detect(callRecord(call), index * stepMs).length > 0 ? [index] : [],
  );
}

const times = (count: number, call: Partial<CallRecord> = {}) =>
  Array.from({ length: count }, () => call);

describe("a burst", () => {
  const rule: AnomalyRule = {
    name: "flood",
    action: "log",
    kind: "burst",
    calls: 10,
    withinMs: 1000,
  };

  it("is more calls than the rule has within its time", () => {
    assert.deepEqual(watch(rule, times(12), 10), [10]);
    assert.deepEqual(watch(rule, times(100), 120), []);
  });

  it("is not missed because it lies across two windows", () => {
    const detect = makeDetector([rule], NOBODY);
    const at = (nowMs: number) => detect(callRecord(), nowMs).length;
    assert.equal(at(0), 0);
    const seen = Array.from({ length: 20 }, (_, index) => at(950 + index * 10));
    assert.ok(seen.includes(1));
  });

  it("is one principal's and one tool's", () => {
    const calls = Array.from({ length: 40 }, (_, index) => ({
      principal: `p${index % 2}`,
      tool_name: `t${index % 4}`,
    }));
    assert.deepEqual(watch(rule, calls, 1), []);
  });

  it("is said once, however long it goes on", () => {
    assert.deepEqual(watch(rule, times(1000), 1), [10]);
  });
});

describe("an unusual size", () => {
  it("is one over the rule's own", () => {
    const rule: AnomalyRule = { name: "dump", action: "log", kind: "size", chars: 1000 };
    assert.deepEqual(watch(rule, [{ result_chars: 1000 }, { result_chars: 1001 }]), [1]);
  });

  it("is one over many times what is usual, once that is known", () => {
    const rule: AnomalyRule = { name: "dump", action: "log", kind: "size", times: 10 };
    assert.deepEqual(watch(rule, [{ result_chars: 100_000 }, ...times(30)]), []);
    assert.deepEqual(watch(rule, [...times(30), { result_chars: 1001 }]), [30]);
    assert.deepEqual(watch(rule, [...times(30), { result_chars: 1001, tool_name: "other" }]), []);
  });
});

describe("a destination", () => {
  it("is new until it was seen, and never where the rule knows it", () => {
    const seen = new Set<string>();
    const hosts: KnownHosts = {
      learn: (alias, host) => seen.has(alias + host) || !seen.add(alias + host),
    };
    const rule: AnomalyRule = {
      name: "new-host",
      action: "log",
      kind: "destination",
      known: ["known.example"],
    };
    const calls = [["a.example"], ["a.example"], ["known.example"], [], ["a.example", "b.example"]];
    assert.deepEqual(
      watch(
        rule,
        calls.map((names) => ({
          destinations: names.map((host) => ({ scheme: "https", host, port: 443, region: null })),
        })),
        100,
        hosts,
      ),
      [0, 4],
    );
  });
});

describe("a streak of refusals", () => {
  const rule: AnomalyRule = { name: "probing", action: "log", kind: "denied", streak: 3 };

  it("is ended by a call that was refused nothing, and not by one that asked for nothing", () => {
    const denied = { denied: DENIED };
    assert.deepEqual(watch(rule, times(3, denied)), [2]);
    assert.deepEqual(watch(rule, [denied, denied, {}, denied, denied]), []);
    assert.deepEqual(watch(rule, [denied, denied, { host_calls: 0 }, denied]), [3]);
  });
});

it("a rule for some plugins leaves the others alone", () => {
  const rule: AnomalyRule = {
    name: "d",
    action: "log",
    kind: "denied",
    streak: 1,
    plugins: ["db"],
  };
  assert.deepEqual(watch(rule, [{ denied: DENIED }, { denied: DENIED, alias: "db" }]), [1]);
});

it("memory is bounded, whoever makes up principals and tools", () => {
  const map = new BoundedMap<number>(100);
  for (let count = 0; count < 10_000; count += 1) map.touch(String(count), () => count);
  assert.equal(map.size, 100);
  assert.equal(
    map.touch("9999", () => -1),
    9999,
  );
  assert.equal(
    map.touch("0", () => -1),
    -1,
  );
});

describe("the list of suspended plugins", () => {
  it("is read as it was written", () => {
    const list = { web: { since: "now", rule: "r", what: "w", call_id: "1" } };
    assert.deepEqual(parseSuspended(formatSuspended(list)), list);
  });

  for (const text of [
    "",
    "{",
    "[]",
    '{"version":2,"plugins":{}}',
    '{"version":1,"plugins":{"a":1}}',
  ])
    it(`that is ${JSON.stringify(text)} tells nothing`, () =>
      assert.equal(parseSuspended(text), undefined));
});
