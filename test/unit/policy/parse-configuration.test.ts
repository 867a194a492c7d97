// A configuration as it is read: with everything, with nothing, and with everything wrong.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DEFAULT_LIMITS } from "../../../runtime/sandbox/limits.ts";
import { anyText } from "../../helpers/any-text.ts";
import { change, EVERYTHING, parseData, parseText } from "../../helpers/policy-files.ts";
import { assertRefused, errorsOf } from "../../helpers/refusals.ts";
import { MIB, IDENTITY } from "../../helpers/configuration-keys.ts";

describe("a configuration", () => {
  it("is read with every key", () => {
    const configuration = parseData(EVERYTHING);
    const time = configuration.plugins["time"];
    assert.equal(configuration.mode, "production");
    assert.deepEqual(configuration.trust, [
      { kind: "key", name: "acme", publicKey: "MCowBQYDK2VwAyEA", plugins: ["acme-*", "time"] },
      {
        kind: "identity",
        name: "acme-ci",
        ...EVERYTHING.trust[1]?.identity,
        plugins: ["time"],
        from: "2026-01-01",
        until: "2027-12-31",
        cosigners: ["old-hand"],
        provenance: EVERYTHING.trust[1]?.provenance,
      },
      {
        kind: "minisign",
        name: "old-hand",
        publicKey: EVERYTHING.trust[2]?.minisign,
        plugins: ["files"],
      },
    ]);
    assert.deepEqual(configuration.revoked, {
      ...EVERYTHING.revoked,
      identities: [
        {
          ...EVERYTHING.revoked.identities[0]?.identity,
          reason: "left the company",
          date: "2026-10-02",
        },
      ],
    });
    assert.equal(configuration.trustedRoot, "./trusted_root.json");
    assert.deepEqual(configuration.waivers, EVERYTHING.waivers);
    assert.deepEqual(configuration.limits, {
      deadlineMs: 20_000,
      memoryBytes: 32 * MIB,
      residentBytes: 128 * MIB,
      outputBytes: 64 * 1024,
      hostCalls: 100,
      logBytes: 1024,
      concurrentCalls: 1,
      queuedCalls: 0,
    });
    assert.deepEqual(time?.limits, { ...configuration.limits, deadlineMs: 500 });
    assert.deepEqual(time?.tools, ["now"]);
    assert.deepEqual(Object.keys(time?.grants ?? {}), [
      "filesystem",
      "http",
      "kv",
      "env",
      "clock",
      "random",
    ]);
    assert.deepEqual(time?.grants.kv, { quotaBytes: MIB });
  });

  it("grants nothing, trusts nobody and waives nothing by default", () => {
    const configuration = parseText("version: 1\nplugins:\n  time:\n    source: ./time.tgz\n");
    assert.equal(configuration.mode, "development");
    assert.deepEqual(configuration.trust, []);
    assert.deepEqual(configuration.revoked, { keys: [], identities: [], digests: [] });
    assert.equal(configuration.trustedRoot, undefined);
    assert.deepEqual(configuration.waivers, []);
    assert.deepEqual(configuration.limits, DEFAULT_LIMITS);
    assert.deepEqual(configuration.plugins["time"], {
      source: "./time.tgz",
      grants: {},
      limits: DEFAULT_LIMITS,
      isolation: "plugin",
      tenancy: "separate",
      unsigned: false,
    });
  });

  it("takes sections in which everything is commented out as empty", () => {
    const text = "version: 1\ntrust: # - name: x\nplugins:\n  # time:\nlimits:\nwaivers:\n";
    assert.deepEqual({ ...parseText(text).plugins }, {});
    assert.deepEqual(parseText(text), parseText("version: 1"));
  });

  it("finds no plugin that was not configured, whatever it is called", () => {
    const { plugins } = parseText("version: 1");
    for (const name of ["constructor", "toString", "__proto__"])
      assert.equal(plugins[name], undefined);
  });

  it("has its own words for a missing version", () => {
    assertRefused(() => parseText("mode: production"), "ERR_CONFIG_INVALID");
    assertRefused(() => parseText("version: 2\nanything: new"), "ERR_FORMAT_VERSION");
    assertRefused(() => parseText('version: "1"'), "ERR_CONFIG_INVALID");
  });
});

describe("everything that is wrong", () => {
  const TEXT = [
    "version: 1",
    "mode: prod",
    "plugns: {}",
    "plugins:",
    "  Time:",
    "    source: 1",
    "    grants:",
    "      clok: true",
    "      http: [example.com, 7]",
    "    tools: [now, now]",
    "limits: { memory: 1GB }",
    "waivers:",
    "  - gate: ring0",
    "    until: 2027-02-30",
  ].join("\n");

  it("is said at once, with line and column", () => {
    const places = errorsOf(() => parseText(TEXT)).map(({ place }) => [
      place?.path,
      place?.line,
      place?.column,
    ]);
    assert.deepEqual(
      places.toSorted(([, left], [, right]) => Number(left) - Number(right)),
      [
        ["mode", 2, 1],
        ["plugns", 3, 1],
        ["plugins.Time", 5, 3],
        ["plugins.Time.source", 6, 5],
        ["plugins.Time.grants.clok", 8, 7],
        ["plugins.Time.grants.http[1]", 9, 27],
        ["plugins.Time.tools[1]", 10, 18],
        ["limits.memory", 11, 11],
        ["waivers[0]", 13, 5],
        ["waivers[0].gate", 13, 5],
        ["waivers[0].until", 14, 5],
      ],
    );
  });

  it("is bounded: nobody reads fifty-one of them", () => {
    const keys = Array.from({ length: 500 }, (_, index) => `k${index}: 1`);
    assert.equal(errorsOf(() => parseText(keys.join("\n"))).length, 50);
  });

  it("lets nothing of the configuration out", () => {
    for (const mode of ["Production", "prod", "PRODUCTION ", "true"])
      assertRefused(() => parseText(`version: 1\nmode: ${mode}`), "ERR_CONFIG_INVALID");
  });
});

describe("a name", () => {
  it("of a plugin is lower-case words joined by hyphens", () => {
    const parse = (alias: string) =>
      parseData({ version: 1, plugins: { [alias]: { source: "x" } } });
    for (const alias of ["a", "a-b", "a1-2b", "x".repeat(40)])
      assert.ok(parse(alias).plugins[alias]);
    for (const alias of [
      "A",
      "a_b",
      "a--b",
      "-a",
      "a-",
      "1a",
      "a.b",
      "../a",
      "a/b",
      "",
      " ",
      "x".repeat(41),
      "ä",
    ])
      assertRefused(() => parse(alias), "ERR_CONFIG_INVALID");
  });

  it("of a trusted key stands once, and so does the key", () => {
    const [entry] = EVERYTHING.trust;
    const parse = (...trust: unknown[]) => parseData({ version: 1, trust });
    assert.equal(parse(entry, { ...entry, name: "other", key: "AAAA" }).trust.length, 2);
    assertRefused(() => parse(entry, { ...entry, name: "other" }), "ERR_CONFIG_INVALID");
    assertRefused(() => parse(entry, { ...entry, key: "AAAA" }), "ERR_CONFIG_INVALID");
  });

  it("of a signer says who it is, in one way", () => {
    const [key, ci, minisign] = EVERYTHING.trust;
    const parse = (...trust: unknown[]) => parseData({ version: 1, trust });
    const { cosigners: _, ...alone } = ci!;
    assert.equal(parse(alone, { ...alone, name: "b", identity: IDENTITY }).trust.length, 2);
    const wrong: readonly (readonly unknown[])[] = [
      [{ name: "nobody", plugins: ["*"] }],
      [{ ...key, identity: IDENTITY }],
      [{ ...minisign, key: "AAAA" }],
      [{ ...key, provenance: ci?.provenance }],
      [{ ...key, until: "2026-02-30" }],
      [{ ...key, from: "2026-02-02", until: "2026-02-01" }],
      [alone, { ...alone, name: "other" }],
      [minisign, { ...minisign, name: "other" }],
    ];
    for (const trust of wrong) assertRefused(() => parse(...trust), "ERR_CONFIG_INVALID");
  });

  it("of a cosigner is another entry's, once, and a mistyped one is told", () => {
    const [key, , minisign] = EVERYTHING.trust;
    const parse = (cosigners: unknown) =>
      parseData({ version: 1, trust: [{ ...key, cosigners }, minisign] });
    assert.deepEqual(parse(["old-hand"]).trust[0]?.cosigners, ["old-hand"]);
    for (const wrong of [["acme"], ["old-hand", "old-hand"], ["nobody"], ["*"], []])
      assertRefused(() => parse(wrong), "ERR_CONFIG_INVALID");
    const [error] = errorsOf(() => parse(["old-hnad"]));
    assert.match(error?.remedy ?? "", /old-hand/);
    assert.equal(error?.place?.path, "trust[0].cosigners[0]");
    assert.equal(typeof error?.place?.line, "number");
  });

  it("of trusted plugins is never left out", () => {
    for (const plugins of [[], undefined, "*", [""], ["Time"], ["a b"], ["*".repeat(41)]])
      assertRefused(
        () => parseData(change(EVERYTHING, "trust.0.plugins", plugins)),
        "ERR_CONFIG_INVALID",
      );
  });
});

describe("a waiver", () => {
  it("names one gate, once, with a reason and a day of the calendar", () => {
    const [waiver] = EVERYTHING.waivers;
    const wrong = [
      ...["unsigned", "ring4", "ring", "*", "Ring5"].map((gate) => ({ ...waiver, gate })),
      ...["too short", " ".repeat(20), "x".repeat(501)].map((reason) => ({ ...waiver, reason })),
      ...[
        "2027-02-29",
        "2027-13-01",
        "2027-00-10",
        "27-01-31",
        "2027-1-31",
        "2027-01-31T00:00:00Z",
        "never",
      ].map((until) => ({ ...waiver, until })),
    ];
    for (const one of wrong)
      assertRefused(() => parseData({ version: 1, waivers: [one] }), "ERR_CONFIG_INVALID");
    assertRefused(() => parseData({ version: 1, waivers: [waiver, waiver] }), "ERR_CONFIG_INVALID");
    assert.equal(
      parseData({ version: 1, waivers: [{ ...waiver, until: "2028-02-29" }] }).waivers.length,
      1,
    );
  });
});

describe("any text", () => {
  it("is read or refused, and nothing else", () => {
    const piece = fc.constantFrom(
      "version: 1\n",
      "plugins:",
      "  ",
      "\n",
      "- ",
      "{",
      "}",
      "[",
      "]",
      "&a ",
      "*a",
      "!!x ",
      "|\n",
      "? ",
      ": ",
      "'",
      '"',
      "#",
      "%YAML 1.1\n",
      "---\n",
      "\t",
      "\r",
      "\0",
      "\uFEFF",
      "\u2028",
      "x",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          anyText(),
          fc.array(piece).map((pieces) => pieces.join("")),
        ),
        (text) => {
          let isRead = true;
          try {
            parseText(text);
          } catch {
            isRead = false;
          }
          if (!isRead)
            for (const { code, exit, place } of errorsOf(() => parseText(text))) {
              assert.ok(
                ["ERR_CONFIG_UNREADABLE", "ERR_CONFIG_INVALID", "ERR_FORMAT_VERSION"].includes(
                  code,
                ),
              );
              assert.ok(exit === 2 || code === "ERR_FORMAT_VERSION");
              assert.ok(place?.file);
            }
        },
      ),
      { numRuns: 300 },
    );
  });
});
