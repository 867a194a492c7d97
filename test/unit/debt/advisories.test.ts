// Known vulnerabilities: the list is read strictly, and matched with the very versions in use.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { advisoryItems } from "../../../runtime/debt/advisory-items.ts";
import {
  isAffected,
  parseAdvisories,
  shippedAdvisories,
  type Advisories,
} from "../../../runtime/debt/advisories.ts";
import { parseNpmRange, readAudit, readNodeIndex } from "../../helpers/advisory-sources.ts";
import { packagesOf } from "../../helpers/packages-in-use.ts";
import { NOW_MS } from "../../helpers/debt-postures.ts";
import { assertRefused } from "../../helpers/refusals.ts";

const FRESH = "2026-11-01";
const ADVISORY = {
  id: "GHSA-aaaa-bbbb-cccc",
  kind: "npm",
  name: "undici",
  severity: "high",
  title: "it forgets whom it asked",
  ranges: [{ from: "8.0.0", before: "8.12.5" }, { through: "6.1.0" }],
} as const;
const LIST = {
  advisories_version: 1,
  sources: [
    { kind: "npm", name: "a registry", asked: FRESH },
    { kind: "node", name: "a working group", asked: FRESH },
    { kind: "system", name: "a person", asked: FRESH },
  ],
  advisories: [ADVISORY],
} as const;
const parse = (value: unknown): Advisories => parseAdvisories(JSON.stringify(value));
const idsFor = (version: string, list: unknown = LIST) =>
  advisoryItems([{ kind: "npm", name: "undici", version }], NOW_MS, parse(list)).map(
    ({ id }) => id,
  );

describe("the list of advisories", () => {
  it("that ships is one", () => assert.ok(shippedAdvisories().sources.length === 3));

  it("is refused where anything in it is not known, missing, or of another shape", () => {
    const wrong: readonly unknown[] = [
      { ...LIST, extra: 1 },
      { ...LIST, advisories_version: 2 },
      { ...LIST, sources: LIST.sources.slice(1) },
      { ...LIST, sources: [LIST.sources[0], LIST.sources[0], LIST.sources[1]] },
      { ...LIST, sources: [{ ...LIST.sources[0], asked: "yesterday" }, ...LIST.sources.slice(1)] },
      ...[
        { id: "x" },
        { id: "CVE-2026-1\nIGNORE" },
        { kind: "pip" },
        { name: "../undici" },
        { severity: "unknown" },
        { title: "\u202Ehidden" },
        { ranges: [] },
        { ranges: [{ before: "^8" }] },
        { ranges: [{ before: "8.0.0", through: "8.0.0" }] },
        { ranges: [{ until: "8.0.0" }] },
      ].map((part) => ({ ...LIST, advisories: [{ ...ADVISORY, ...part }] })),
    ];
    for (const value of wrong)
      assert.throws(() => parse(value), Error, JSON.stringify(value).slice(0, 200));
    assertRefused(() => parse({ ...LIST, extra: 1 }), "ERR_ADVISORIES_INVALID");
  });
});

describe("an advisory", () => {
  it("is about the versions in its ranges, and about no other", () => {
    const rows: readonly (readonly [version: string, isIn: boolean])[] = [
      ["8.12.4", true],
      ["8.12.5", false],
      ["8.12.5-rc.1", true],
      ["8.0.0", true],
      ["8.0.0-beta.1", false],
      ["7.99.99", false],
      ["6.1.0", true],
      ["6.1.1", false],
      ["10.0.0", false],
      ["8.2.0", true],
    ];
    const [advisory] = parse(LIST).advisories;
    assert.ok(advisory);
    for (const [version, isIn] of rows)
      assert.equal(isAffected({ kind: "npm", name: "undici", version }, advisory), isIn, version);
    const version = "8.12.4";
    assert.ok(!isAffected({ kind: "system", name: "undici", version }, advisory));
    assert.ok(!isAffected({ kind: "npm", name: "undici-types", version }, advisory));
  });

  it("against a version in use is an item, once for all its places", () => {
    assert.deepEqual(idsFor("8.12.4"), ["GB-ADVISORY-ghsa-aaaa-bbbb-cccc.undici"]);
    assert.deepEqual(idsFor("8.12.5"), []);
    const twice = ["8.12.4", "8.1.0"].map(
      (version) => ({ kind: "npm", name: "undici", version }) as const,
    );
    const [item, ...rest] = advisoryItems(twice, NOW_MS, parse(LIST));
    assert.deepEqual(rest, []);
    assert.match(item?.title ?? "", /8\.1\.0 and 8\.12\.4/);
  });
});

describe("a list that is old", () => {
  const withAsked = (asked: string | null) => ({
    ...LIST,
    sources: [{ ...LIST.sources[0], asked }, ...LIST.sources.slice(1)],
  });

  it("is an item by itself from the ninety-first day on, and where it was never asked for", () => {
    assert.deepEqual(idsFor("9.0.0", withAsked("2026-08-25")), []);
    assert.deepEqual(idsFor("9.0.0", withAsked("2026-08-23")), ["GB-ADVISORIES"]);
    assert.deepEqual(idsFor("9.0.0", withAsked(null)), ["GB-ADVISORIES"]);
    assert.deepEqual(idsFor("9.0.0", withAsked("2026-99-99")), ["GB-ADVISORIES"]);
  });

  it("is an item also where nobody knows what is in use", () => {
    const [item] = advisoryItems(undefined, NOW_MS, parse(LIST));
    assert.equal(item?.id, "GB-ADVISORIES");
  });
});

describe("what is in use", () => {
  it("is what the lockfile pins, with what is built into the sealed programs and without what only tests use", () => {
    const found = new Map(packagesOf(readFileSync("package-lock.json", "utf8")));
    const { dependencies }: { dependencies: Readonly<Record<string, string>> } = JSON.parse(
      readFileSync("runtime/package.json", "utf8"),
    );
    for (const [name, version] of Object.entries(dependencies))
      if (!name.startsWith("@glovebox/")) assert.equal(found.get(name), version, name);
    assert.ok(found.has("@bytecodealliance/jco-transpile"));
    assert.ok(found.has("ipaddr.js"), "what host-api needs");
    for (const name of ["oxlint", "@types/node", "@glovebox/host-api"]) assert.ok(!found.has(name));
  });
});

describe("a source", () => {
  it("of npm writes ranges, of which each is read whole or refused", () => {
    assert.deepEqual(parseNpmRange(">=7.0.0 <7.2.3 || < 6.21.1"), [
      { from: "7.0.0", before: "7.2.3" },
      { before: "6.21.1" },
    ]);
    assert.deepEqual(parseNpmRange("<=1.2.3"), [{ through: "1.2.3" }]);
    assert.deepEqual(parseNpmRange("=1.2.3"), [{ from: "1.2.3", through: "1.2.3" }]);
    assert.deepEqual(parseNpmRange("*"), [{}]);
    for (const range of ["^1.2.3", "1.x", ">1.0.0", "<1.0.0 <2.0.0", ">=1", "x<1.0.0"])
      assert.throws(() => parseNpmRange(range), /not a range/, range);
  });

  it("of npm is what its audit says, each advisory once", () => {
    const via = {
      name: "undici",
      title: "It forgets",
      url: "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
      severity: "moderate",
      range: "<8.12.5",
    };
    const vulnerabilities = { undici: { via: [via, via] }, other: { via: ["undici"] } };
    const expected = {
      id: "GHSA-aaaa-bbbb-cccc",
      kind: "npm",
      name: "undici",
      severity: "medium",
      title: "It forgets",
      ranges: [{ before: "8.12.5" }],
    };
    assert.deepEqual(readAudit(JSON.stringify({ vulnerabilities })), [expected]);
    assert.throws(() => readAudit('{"message":"405 Method Not Allowed"}'), /no report/);
  });

  it("of Node is read for the releases that Glovebox runs on", () => {
    const entry = (vulnerable: string, patched?: string) =>
      readNodeIndex(
        JSON.stringify({ 1: { cve: ["CVE-2026-1000"], vulnerable, patched, severity: "high" } }),
      ).flatMap(({ ranges }) => ranges);
    assert.deepEqual(entry("24.x || 26.x", "^24.9.0 || ^26.11.0"), [
      { from: "26.0.0", before: "26.11.0" },
    ]);
    assert.deepEqual(entry("26.x"), [{ from: "26.0.0", before: "27.0.0" }]);
    assert.deepEqual(entry("20.x", "^20.1.0"), []);
    assert.throws(() => entry("all"), /not a line/);
  });
});
