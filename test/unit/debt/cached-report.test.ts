import assert from "node:assert/strict";
import { test } from "node:test";
import { makeReportDebt } from "../../../runtime/debt/cached-report.ts";
import { AREA_NAMES, SEVERITIES, STATUSES } from "../../../runtime/debt/items.ts";
import { makeDebtReport } from "../../../runtime/debt/report.ts";
import { CALM, NOW_MS, WORST } from "../../helpers/debt-postures.ts";

test("who asks again is answered from what is there, until the posture, its probes or the minute change", () => {
  let posture = CALM;
  let nowMs = NOW_MS;
  const reportDebt = makeReportDebt(
    () => posture,
    "operator",
    () => nowMs,
  );
  const first = reportDebt({});
  assert.ok(reportDebt({}) === first);
  assert.ok(reportDebt({ area: "flow" }) !== first);
  nowMs += 59_000;
  assert.ok(reportDebt({}) === first);
  nowMs += 1000;
  assert.ok(reportDebt({}) !== first);
  const second = reportDebt({});
  posture = WORST;
  assert.notEqual(reportDebt({}).report["digest"], second.report["digest"]);
  posture = { ...WORST, probes: CALM.probes! };
  assert.doesNotMatch(reportDebt({}).text, /GB-PROBE-/);
});

test("two who see other plugins never get each other's report", () => {
  const reportDebt = makeReportDebt(
    () => WORST,
    "public",
    () => NOW_MS,
  );
  const of = (...plugins: string[]) => reportDebt({}, { plugins: new Set(plugins) }).text;
  assert.equal(of("web", "time"), of("time", "web"));
  assert.match(of("web"), /GB-SECRET-web/);
  assert.doesNotMatch(of("time"), /-web|`web`/);
  assert.notEqual(
    reportDebt({}, { plugins: new Set(["files", "web"]), profile: "bank" }).text,
    reportDebt({}, { plugins: new Set(["files", "web"]) }).text,
  );
});

test("a thousand filters that mean nothing are kept as few", () => {
  const reportDebt = makeReportDebt(
    () => CALM,
    "operator",
    () => NOW_MS,
  );
  const kept = reportDebt({});
  for (let index = 0; index < 1000; index += 1)
    assert.ok(reportDebt({ area: `nonsense ${index}` }) === kept);
});

test("an agent that asks with one filter after the other has no more work done than one that asks once", () => {
  let asked = 0;
  const plugins = new Proxy(WORST.plugins, {
    get: (target, key) => {
      if (key === "flatMap") asked += 1;
      return Reflect.get(target, key) as unknown;
    },
  });
  const reportDebt = makeReportDebt(
    () => posture,
    "public",
    () => NOW_MS,
  );
  const posture = { ...WORST, plugins };
  const whole = reportDebt({}).report;
  for (const area of AREA_NAMES)
    for (const status of STATUSES)
      for (const severity of SEVERITIES) {
        const filter = { area, status, severity };
        const { report } = reportDebt(filter);
        assert.deepEqual(report, makeDebtReport(WORST, filter, "public", {}, NOW_MS));
        assert.equal(report["digest"], whole["digest"]);
      }
  assert.equal(asked, 1);
});
