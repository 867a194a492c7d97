import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Validator } from "@cfworker/json-schema";
import type { Schema } from "@cfworker/json-schema";
import type { JsonObject } from "@glovebox/host-api/json";
import { BUILT_IN_ITEMS } from "../../../runtime/debt/built-in-items.ts";
import type { DebtItem } from "../../../runtime/debt/items.ts";
import { makeDebtReport, type Posture, type ReportFilter } from "../../../runtime/debt/report.ts";
import { digestOf } from "../../../runtime/plugin/canonical.ts";

const ROOT = new URL("../../../", import.meta.url);
const schema = JSON.parse(
  readFileSync(new URL("runtime/debt/debt-report.schema.json", ROOT), "utf8"),
) as Schema;
const validator = new Validator(schema, "2020-12", false);

const CALM: Posture = {
  runtimeVersion: "0.1.0",
  mode: "production",
  seal: { name: "landlock", denied: ["connect"], allowed: [], remarks: [], measures: [] },
  waivers: [],
  plugins: [
    {
      alias: "time",
      signed: true,
      grants: [{ capability: "clock", form: "the time of day", sends: false }],
    },
  ],
};

const WORST: Posture = {
  runtimeVersion: "0.1.0",
  mode: "development",
  seal: {
    name: "none",
    denied: [],
    allowed: ["read /etc/passwd", "connect"],
    remarks: ["bubblewrap: /usr/bin/bwrap is not installed"],
    measures: [],
  },
  waivers: [{ gate: "ring5", reason: "the machine of dave@example.com", until: "2027-01-31" }],
  plugins: [
    {
      alias: "web",
      signed: false,
      grants: [{ capability: "http", form: "https://internal.example.com:443", sends: true }],
    },
    { alias: "time", signed: true, grants: [] },
    {
      alias: "a-b",
      signed: false,
      grants: [
        { capability: "http", form: "*.example.com", sends: true },
        { capability: "kv", form: "1 MiB", sends: false },
      ],
    },
  ],
};

const itemsOf = (posture: Posture, filter?: ReportFilter) =>
  makeDebtReport(posture, filter)["items"] as unknown as DebtItem[];
const idsOf = (posture: Posture, filter?: ReportFilter) =>
  itemsOf(posture, filter).map(({ id }) => id);
const addedTo = (posture: Posture) =>
  idsOf(posture).filter((id) => !BUILT_IN_ITEMS.some((item) => item.id === id));

describe("the report", () => {
  it("is what its schema says", () => {
    for (const posture of [CALM, WORST]) {
      for (const filter of [{}, { status: "open" }, { severity: "low" }, { status: "nonsense" }]) {
        const { valid, errors } = validator.validate(makeDebtReport(posture, filter));
        assert.ok(valid, JSON.stringify(errors));
      }
    }
    assert.equal(validator.validate({ ...makeDebtReport(CALM), extra: 1 }).valid, false);
  });

  it("is plain JSON", () => {
    assert.deepEqual(JSON.parse(JSON.stringify(makeDebtReport(WORST))), makeDebtReport(WORST));
  });

  it("has one order, whatever the configuration's is", () => {
    const ids = idsOf(WORST);
    assert.deepEqual(ids, ids.toSorted());
    assert.deepEqual(idsOf({ ...WORST, plugins: WORST.plugins.toReversed() }), ids);
  });

  it("has a digest of all items, that a filter does not change and a new item does", () => {
    const digest = (posture: Posture, filter?: ReportFilter) =>
      makeDebtReport(posture, filter)["digest"];
    assert.equal(digest(CALM), digestOf(itemsOf(CALM)));
    assert.equal(digest(CALM, { severity: "low" }), digest(CALM));
    assert.equal(digest({ ...CALM, mode: "development" }), digest(CALM));
    assert.notEqual(digest(WORST), digest(CALM));
  });

  it("names no path, host, reason or remark, since agents read it", () => {
    const text = JSON.stringify(makeDebtReport(WORST));
    for (const secret of ["internal.example.com", "*.example.com", "/usr/bin", "dave"])
      assert.equal(text.includes(secret), false, secret);
  });
});

describe("a filter", () => {
  it("shows what it names, and says so", () => {
    for (const severity of ["low", "medium", "high", "critical"])
      assert.ok(itemsOf(WORST, { severity }).every((item) => item.severity === severity));
    assert.deepEqual(idsOf(WORST, { status: "monitoring" }), ["GB-SENDS-a-b", "GB-SENDS-web"]);
    const report = makeDebtReport(WORST, { status: "resolved" });
    assert.deepEqual(
      (report["items"] as readonly JsonObject[]).map((item) => item["id"]),
      ["GB-008", "GB-010"],
    );
    assert.deepEqual(report["filter"], { status: "resolved", severity: null });
    assert.equal(report["items_total"], idsOf(WORST).length);
  });

  it("that means nothing hides nothing", () => {
    for (const word of ["hgh", "", "OPEN", "constructor", "__proto__"])
      for (const filter of [{ status: word }, { severity: word }])
        assert.deepEqual(makeDebtReport(CALM, filter), makeDebtReport(CALM));
  });
});

describe("the posture", () => {
  it("adds nothing to a sealed machine with signed plugins that send nothing", () =>
    assert.deepEqual(addedTo(CALM), []));

  it("adds a missing seal", () => {
    const { seal } = CALM;
    for (const bad of [
      WORST.seal,
      { ...seal, name: "none" as const },
      { ...seal, allowed: ["connect"] },
      { ...seal, denied: [] },
    ]) {
      assert.deepEqual(addedTo({ ...CALM, seal: bad }), ["GB-SEAL"]);
      assert.equal(
        (makeDebtReport({ ...CALM, seal: bad })["posture"] as JsonObject)["seal_in_force"],
        false,
      );
    }
  });

  it("adds that runners are in no cgroup, with the reason", () => {
    const measures = [{ name: "cgroup", inForce: false, says: "none: not delegated" }];
    const posture = { ...CALM, seal: { ...CALM.seal, measures } };
    assert.deepEqual(addedTo(posture), ["GB-CGROUP"]);
    const item = itemsOf(posture).find(({ id }) => id === "GB-CGROUP");
    assert.deepEqual(item?.evidence, [{ kind: "probe", what: "none: not delegated" }]);
    const inForce = measures.map((measure) => ({ ...measure, inForce: true }));
    assert.deepEqual(addedTo({ ...CALM, seal: { ...CALM.seal, measures: inForce } }), []);
  });

  it("adds a waiver", () =>
    assert.deepEqual(addedTo({ ...CALM, waivers: WORST.waivers }), ["GB-WAIVER-ring5"]));

  it("adds an unsigned plugin and a plugin that can send", () => {
    assert.deepEqual(addedTo({ ...CALM, plugins: WORST.plugins }), [
      "GB-SENDS-a-b",
      "GB-SENDS-web",
      "GB-UNSIGNED-a-b",
      "GB-UNSIGNED-web",
    ]);
  });

  it("keeps an item's id when something else comes or goes", () => {
    const alone = addedTo({
      ...CALM,
      plugins: WORST.plugins.filter(({ alias }) => alias === "web"),
    });
    assert.deepEqual(alone, ["GB-SENDS-web", "GB-UNSIGNED-web"]);
  });
});

describe("an item", () => {
  it("has an id of its own", () => {
    const ids = idsOf(WORST);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("that is resolved has a test or a probe to show for it", () => {
    for (const item of BUILT_IN_ITEMS) {
      if (item.status !== "resolved") continue;
      assert.ok(
        item.evidence.some(({ kind }) => kind !== "configuration"),
        item.id,
      );
    }
  });

  it("names tests that exist, and that name it", () => {
    for (const item of itemsOf(WORST)) {
      for (const { kind, what } of item.evidence) {
        if (kind !== "test") continue;
        const file = new URL(what, ROOT);
        assert.ok(existsSync(file), `${item.id}: ${what}`);
        if (what.endsWith("known-gaps.test.ts"))
          assert.ok(readFileSync(file, "utf8").includes(`${item.id}: `), item.id);
      }
    }
  });
});
