import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Validator } from "@cfworker/json-schema";
import type { Schema } from "@cfworker/json-schema";
import type { JsonObject } from "@glovebox/host-api/json";
import { BUILT_IN_ITEMS } from "../../../runtime/debt/built-in-items.ts";
import { AREA_NAMES, SEVERITIES, STATUSES, type DebtItem } from "../../../runtime/debt/items.ts";
import type { Posture } from "../../../runtime/debt/posture.ts";
import {
  ITEMS_MAX,
  makeDebtReport,
  type ReportFilter,
  type View,
  type Viewer,
} from "../../../runtime/debt/report.ts";
import { digestOf } from "../../../runtime/plugin/canonical.ts";
import { CALM, NOW_MS, plugin, WORST } from "../../helpers/debt-postures.ts";
import { EVERYTHING, parseData } from "../../helpers/policy-files.ts";

const ROOT = new URL("../../../", import.meta.url);
const schema = JSON.parse(
  readFileSync(new URL("runtime/debt/debt-report.schema.json", ROOT), "utf8"),
) as Schema;
const validator = new Validator(schema, "2020-12", false);
/** Said in any case: how old the list of advisories is depends on the day. */
const ALWAYS = "GB-ADVISORIES";
const ALL: Viewer = { plugins: new Set(["web", "time", "a-b", "files", "old"]), profile: "bank" };

const report = (
  posture: Posture,
  filter: ReportFilter = {},
  view: View = "operator",
  viewer?: Viewer,
): JsonObject => makeDebtReport(posture, filter, view, viewer, NOW_MS);
const itemsOf = (...asked: Parameters<typeof report>) =>
  report(...asked)["items"] as unknown as readonly DebtItem[];
const idsOf = (...asked: Parameters<typeof report>) => itemsOf(...asked).map(({ id }) => id);
const addedTo = (...asked: Parameters<typeof report>) =>
  idsOf(...asked).filter((id) => id !== ALWAYS && !BUILT_IN_ITEMS.some((item) => item.id === id));
const itemOf = (id: string, ...asked: Parameters<typeof report>) =>
  itemsOf(...asked).find((item) => item.id === id);
const postureOf = (...asked: Parameters<typeof report>) =>
  report(...asked)["posture"] as JsonObject;

describe("the report", () => {
  it("is what its schema says, in both views", () => {
    const configured = { ...WORST, configuration: parseData(EVERYTHING), serving: "http" } as const;
    for (const posture of [CALM, WORST, configured])
      for (const view of ["public", "operator"] as const)
        for (const filter of [{}, { status: "open" }, { area: "flow" }, { severity: "nonsense" }]) {
          const { valid, errors } = validator.validate(report(posture, filter, view, ALL));
          assert.ok(valid, JSON.stringify(errors));
        }
    assert.equal(validator.validate({ ...report(CALM), extra: 1 }).valid, false);
  });

  it("has the words of its schema from the code", () => {
    const { $defs } = schema as unknown as { $defs: Record<string, { enum: readonly string[] }> };
    assert.deepEqual($defs["status"]?.enum, STATUSES);
    assert.deepEqual($defs["severity"]?.enum, SEVERITIES);
    assert.deepEqual($defs["area"]?.enum, AREA_NAMES);
  });

  it("lists what is built in whatever is configured", () => {
    const configured = { ...WORST, configuration: parseData(EVERYTHING) };
    for (const posture of [CALM, WORST, configured])
      for (const { id } of BUILT_IN_ITEMS) assert.ok(itemOf(id, posture), id);
  });

  it("is plain JSON", () => {
    assert.deepEqual(JSON.parse(JSON.stringify(report(WORST))), report(WORST));
  });

  it("has one order, whatever the configuration's is", () => {
    const ids = idsOf(WORST);
    assert.deepEqual(ids, ids.toSorted());
    assert.deepEqual(idsOf({ ...WORST, plugins: WORST.plugins.toReversed() }), ids);
  });

  it("has a digest of all items, that a filter does not change and a new item does", () => {
    const digest = (...asked: Parameters<typeof report>) => report(...asked)["digest"];
    assert.equal(digest(CALM), digestOf(itemsOf(CALM) as never));
    assert.equal(digest(CALM, { severity: "low" }), digest(CALM));
    assert.equal(digest({ ...CALM, serving: "stdio" }), digest(CALM));
    assert.notEqual(digest(WORST), digest(CALM));
  });

  it("lists the most severe where there are too many, and says how many it leaves off", () => {
    const plugins = Array.from({ length: ITEMS_MAX }, (_, index) =>
      plugin(`p${index}`, { clock: undefined }),
    );
    const many = report({ ...WORST, plugins });
    assert.equal((many["items"] as readonly unknown[]).length, ITEMS_MAX);
    assert.equal(many["items_left_off"], (many["items_total"] as number) - ITEMS_MAX);
    assert.ok(many["items_left_off"] > 50);
    assert.ok(idsOf({ ...WORST, plugins }).includes("GB-SEAL"));
  });
});

describe("the public view", () => {
  /** All that a report says beside the built-in items. */
  const liveText = (...asked: Parameters<typeof report>): string => {
    const built = new Set<string>(BUILT_IN_ITEMS.map(({ id }) => id));
    const items = itemsOf(...asked).filter(({ id }) => !built.has(id));
    return JSON.stringify({ ...report(...asked), items });
  };
  /** Every name, place and word of WORST that is nobody else's business. */
  const SECRETS =
    /example\.(com|net)|\/usr|\/etc|\/srv|dave|carol|IGNORE|WEB_TOKEN|ERR_KEY|env:|internal/;

  it("names no host, path, reason, secret's place or person, and the operator's does", () => {
    const text = JSON.stringify(report(WORST, {}, "public", ALL));
    assert.doesNotMatch(text, SECRETS);
    const whole = JSON.stringify(report(WORST));
    for (const word of ["internal.example.com", "*.example.net", "dave", "carol", "WEB_TOKEN"])
      assert.ok(whole.includes(word), word);
  });

  it("names none of the configuration's hosts, keys, people, tenants and trust entries", () => {
    const configuration = parseData(EVERYTHING);
    const posture = {
      ...CALM,
      configuration,
      waivers: configuration.waivers,
      serving: "http",
    } as const;
    const text = JSON.stringify(report(posture, {}, "public", ALL));
    const words =
      "acme old-hand ann@ laptop api.example.com 10.0.0.0 mcp.example.com /etc/glovebox /var/log env: id.example.com hooks.example collector.example";
    for (const word of [...words.split(" "), ...configuration.waivers.map(({ reason }) => reason)])
      assert.equal(text.includes(word), false, word);
    assert.match(JSON.stringify(report(posture)), /acme/);
  });

  it("names no plugin that whoever asks does not see, and does not count it", () => {
    const viewer = { plugins: new Set(["time", "web"]) };
    const text = liveText(WORST, {}, "public", viewer);
    assert.doesNotMatch(text, /\b(a-b|bank|files(?!\.climb)|old)\b/);
    assert.deepEqual(addedTo({ ...WORST, seal: CALM.seal }, {}, "public", viewer), [
      "GB-DEVELOPMENT",
      "GB-GRANT-web.http",
      "GB-PROBE-files.climb",
      "GB-SECRET-web",
      "GB-UNSIGNED-web",
      "GB-WAIVER-ring5",
    ]);
    const { plugins, unsigned_plugins: unsigned } = postureOf(WORST, {}, "public", viewer);
    assert.deepEqual([plugins, unsigned], [2, 1]);
  });

  it("shows nothing of any plugin where nobody says who asks", () => {
    assert.doesNotMatch(JSON.stringify(idsOf(WORST, {}, "public")), /web|a-b|files"|old/);
  });

  it("tells of a path of a profile only there", () => {
    const at = (profile?: string) =>
      idsOf(WORST, {}, "public", { ...ALL, ...(profile ? { profile } : { profile: "other" }) });
    assert.ok(at("bank").includes("GB-FLOW-bank.has.files.to.web"));
    assert.ok(!at("shop").includes("GB-FLOW-bank.has.files.to.web"));
    assert.doesNotMatch(
      JSON.stringify(itemsOf(WORST, {}, "public", { plugins: ALL.plugins! })),
      /bank/,
    );
  });

  it("has no key that only operators get", () => {
    const {
      waivers,
      trust_roots: trust,
      ...rest
    } = postureOf({ ...WORST, configuration: parseData(EVERYTHING) }, {}, "public", ALL) as {
      waivers: JsonObject[];
      trust_roots: Record<string, JsonObject>;
    };
    assert.deepEqual(Object.keys(waivers[0] ?? {}), ["gate", "until", "in_force"]);
    assert.deepEqual(Object.values(trust).flatMap(Object.keys), ["count", "count", "count"]);
    assert.equal("plugin_names" in rest, false);
  });
});

describe("a filter", () => {
  it("shows what it names, and says so", () => {
    for (const severity of SEVERITIES)
      assert.ok(itemsOf(WORST, { severity }).every((item) => item.severity === severity));
    for (const area of AREA_NAMES)
      assert.ok(itemsOf(WORST, { area }).every((item) => item.area === area));
    const resolved = report(WORST, { status: "resolved" });
    assert.ok(idsOf(WORST, { status: "resolved" }).includes("GB-008"));
    assert.deepEqual(resolved["filter"], { status: "resolved", severity: null, area: null });
    assert.equal(resolved["items_total"], idsOf(WORST).length);
  });

  it("that means nothing hides nothing", () => {
    for (const word of ["hgh", "", "OPEN", "constructor", "__proto__"])
      for (const filter of [{ status: word }, { severity: word }, { area: word }])
        assert.deepEqual(report(CALM, filter), report(CALM));
  });
});

describe("the posture", () => {
  it("adds nothing to a sealed machine with signed plugins that were granted nothing", () =>
    assert.deepEqual(addedTo(CALM), []));

  it("adds a missing seal, and its ring is not in force", () => {
    const { seal } = CALM;
    for (const bad of [
      WORST.seal,
      { ...seal, name: "none" as const },
      { ...seal, allowed: ["connect"] },
      { ...seal, denied: [] },
    ]) {
      assert.deepEqual(addedTo({ ...CALM, seal: bad }), ["GB-SEAL"]);
      const { seal_in_force: isInForce, rings_in_force: rings } = postureOf({ ...CALM, seal: bad });
      assert.deepEqual([isInForce, rings], [false, [0, 1, 2, 3, 4]]);
    }
  });

  it("adds that runners are in no cgroup, with the reason", () => {
    const measures = [{ name: "cgroup", inForce: false, says: "none: not delegated" }];
    const posture = { ...CALM, seal: { ...CALM.seal, measures } };
    assert.deepEqual(addedTo(posture), ["GB-CGROUP"]);
    assert.deepEqual(itemOf("GB-CGROUP", posture)?.evidence, [
      { kind: "probe", what: "none: not delegated" },
    ]);
    const inForce = measures.map((measure) => ({ ...measure, inForce: true }));
    assert.deepEqual(addedTo({ ...CALM, seal: { ...CALM.seal, measures: inForce } }), []);
  });

  it("adds a waiver, and says when it has ended", () => {
    assert.deepEqual(addedTo({ ...CALM, waivers: WORST.waivers }), ["GB-WAIVER-ring5"]);
    const past = WORST.waivers.map((waiver) => ({ ...waiver, until: "2026-11-21" }));
    const inForce = (waivers: Posture["waivers"]) =>
      (postureOf({ ...CALM, waivers })["waivers"] as readonly JsonObject[])[0]?.["in_force"];
    assert.deepEqual([inForce(WORST.waivers), inForce(past)], [true, false]);
    const item = itemOf("GB-WAIVER-ring5", { ...CALM, waivers: past });
    assert.equal(item?.title, "The waiver of gate `ring5` ended on 2026-11-21");
    assert.match(item?.current_behavior ?? "", /^It opens nothing any more: production does not/);
  });

  it("adds an accepted path, and says when it has ended", () => {
    const accepted = { path: "files>web", reason: "a test", until: "2027-01-31" };
    const titleOf = (until: string, view: View) => {
      const posture = { ...CALM, acceptedPaths: [{ ...accepted, until }] };
      return itemOf("GB-FLOW-files.to.web", posture, {}, view, ALL)?.title ?? "";
    };
    for (const view of ["public", "operator"] as const) {
      assert.match(titleOf("2027-01-31", view), /is accepted until 2027-01-31$/);
      assert.match(titleOf("2026-11-21", view), /was accepted until 2026-11-21$/);
    }
  });

  it("adds what a probe saw, takes its ring out of force, and says where none was run", () => {
    const { probes, ...unattacked } = CALM;
    assert.ok(probes);
    assert.deepEqual(addedTo(unattacked), ["GB-PROBES"]);
    const escaped = { ...CALM, probes: WORST.probes! };
    assert.deepEqual(addedTo(escaped), ["GB-PROBE-files.climb"]);
    assert.equal(itemOf("GB-PROBE-files.climb", escaped)?.severity, "critical");
    assert.deepEqual(postureOf(escaped)["rings_in_force"], [0, 1, 3, 4, 5]);
    assert.deepEqual(postureOf(escaped)["probes"], { at: WORST.probes!.at, run: 2, held: 1 });
  });

  it("adds an item for each grant, for secrets, and for a plugin that nobody signed", () => {
    assert.deepEqual(addedTo({ ...CALM, plugins: WORST.plugins }), [
      "GB-GRANT-a-b.http",
      "GB-GRANT-a-b.kv",
      "GB-GRANT-files.ask",
      "GB-GRANT-files.filesystem",
      "GB-GRANT-web.http",
      "GB-SECRET-web",
      "GB-UNSIGNED-a-b",
      "GB-UNSIGNED-web",
    ]);
    const titles = (view: View) =>
      itemOf("GB-GRANT-web.http", { ...CALM, plugins: WORST.plugins }, {}, view, ALL)?.title;
    assert.equal(titles("public"), "Plugin `web` can send what it is given to other machines");
    assert.equal(titles("operator"), `${titles("public")}: internal.example.com`);
  });

  it("adds a plugin that was revoked or would be refused", () =>
    assert.deepEqual(addedTo({ ...CALM, refused: WORST.refused! }), ["GB-REFUSED-old"]));

  it("keeps an item's id when something else comes or goes, and none has two meanings", () => {
    const alone = addedTo({
      ...CALM,
      plugins: WORST.plugins.filter(({ alias }) => alias === "web"),
    });
    assert.deepEqual(alone, ["GB-GRANT-web.http", "GB-SECRET-web", "GB-UNSIGNED-web"]);
    const accept = (path: string) => ({ path, reason: "x", until: "2027-01-31" });
    const acceptedPaths = ["x>y-to-z", "x-to-y>z", "x-has-y>z", "x/y>z"].map(accept);
    assert.equal(new Set(addedTo({ ...CALM, acceptedPaths })).size, 4);
  });
});

describe("an item", () => {
  it("has an id of its own", () => {
    for (const ids of [idsOf(WORST), BUILT_IN_ITEMS.map(({ id }) => id)])
      assert.equal(new Set(ids).size, ids.length);
  });

  it("that is resolved has a test or a probe to show for it", () => {
    for (const item of BUILT_IN_ITEMS) {
      if (item.status !== "resolved") continue;
      assert.ok(
        item.evidence.some(({ kind }) => kind === "test" || kind === "probe"),
        item.id,
      );
    }
  });

  it("that is resolved by a probe is open again where the probe did not hold", () => {
    const [first] = BUILT_IN_ITEMS.filter(({ evidence }) =>
      evidence.some(({ kind, what }) => kind === "probe" && what === "files.climb"),
    );
    // No built-in item names this probe yet: its escape is an item by itself.
    assert.equal(first, undefined);
    assert.equal(itemOf("GB-PROBE-files.climb", WORST)?.status, "open");
  });

  it("names tests that exist, that test something, and that name it", () => {
    for (const item of itemsOf(WORST)) {
      for (const { kind, what } of item.evidence) {
        if (kind !== "test") continue;
        const file = new URL(what, ROOT);
        assert.ok(existsSync(file), `${item.id}: ${what}`);
        const text = readFileSync(file, "utf8");
        assert.match(text, /\b(test|it)\(/, `${item.id}: ${what}`);
        if (what.endsWith("known-gaps.test.ts")) assert.ok(text.includes(`${item.id}: `), item.id);
      }
    }
  });

  it("is since a version that CHANGELOG.md has", () => {
    const changelog = readFileSync(new URL("CHANGELOG.md", ROOT), "utf8");
    const versions = [...changelog.matchAll(/^## ([\d.]+)/gm)].map(([, version]) => version);
    for (const { id, since } of [...BUILT_IN_ITEMS, ...itemsOf(WORST)])
      assert.ok(versions.includes(since), `${id}: ${since}`);
  });

  it("names codes of the OWASP MCP Top 10 that there are", () => {
    for (const { id, references } of itemsOf(WORST))
      for (const reference of references)
        if (reference.startsWith("OWASP"))
          assert.match(reference, /^OWASP MCP(0[1-9]|10)$/, `${id}: ${reference}`);
  });
});
