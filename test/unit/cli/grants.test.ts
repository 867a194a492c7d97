import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { CAPABILITY_NAMES } from "@glovebox/host-api/capability";
import { parseGrantFlags } from "../../../runtime/cli/grants.ts";
import { parseData } from "../../helpers/policy-files.ts";
import { assertRefused, errorsOf } from "../../helpers/refusals.ts";

const EXAMPLES = [
  "filesystem=read-write",
  "http=api.example.com:443",
  "env=UNITS=metric",
  "kv=1MiB",
  "clock",
  "random",
  "ask=form,url:login.example.com",
];

describe("--grant", () => {
  it("reads each capability as the configuration would say it", () => {
    const grants = parseGrantFlags(EXAMPLES);
    assert.deepEqual(grants, {
      filesystem: "read-write",
      http: ["api.example.com:443"],
      env: { UNITS: "metric" },
      kv: "1MiB",
      clock: true,
      random: true,
      ask: { form: true, url: ["login.example.com"] },
    });
    assert.deepEqual(Object.keys(grants).toSorted(), CAPABILITY_NAMES.toSorted());
    const { plugins } = parseData({ version: 1, plugins: { a: { source: "x", grants } } });
    assert.deepEqual(Object.keys(plugins["a"]?.grants ?? {}), CAPABILITY_NAMES);
  });

  it("adds up hosts and values", () => {
    assert.deepEqual(
      parseGrantFlags(["http=a.example.com", "http=b.example.com:8443", "env=A=1", "env=B=2=3"]),
      {
        http: ["a.example.com", "b.example.com:8443"],
        env: { A: "1", B: "2=3" },
      },
    );
    assert.deepEqual(parseGrantFlags([]), {});
  });

  const WRONG = [
    ["", "x", "Clock", "clock ", "constructor", "__proto__=1", "=clock", "net=x", "exec"],
    [
      "clock=now",
      "clock=",
      "random=1",
      "kv=1MB",
      "kv=",
      "filesystem",
      "filesystem=write",
      "filesystem=read,quota=1MiB",
      "http",
      "http=",
      "http=*",
      "http=*.com",
      "http=a b",
      "http=,",
      "env",
      "env=",
      "env=A",
      "env==x",
      "env=1A=x",
    ],
  ].flat();
  for (const flag of WRONG)
    it(`refuses ${JSON.stringify(flag)}`, () =>
      assertRefused(() => parseGrantFlags([flag]), "ERR_CONFIG_GRANT"));

  it("refuses one grant given twice where neither adds to the other", () => {
    const twice = [
      ["clock", "clock"],
      ["kv=1MiB", "kv=2MiB"],
      ["kv", "kv=1MiB"],
      ["filesystem=read", "filesystem=read-write"],
      ["env=A=1", "env=A=2"],
      ["filesystem=read-write,quota=1MiB", "filesystem=read-write,files_max=1"],
    ];
    for (const flags of twice) assertRefused(() => parseGrantFlags(flags), "ERR_CONFIG_GRANT");
  });

  it("refuses what adds up to more than a capability takes", () => {
    const hosts = Array.from({ length: 65 }, (_, index) => `http=h${index}.example.com`);
    assert.equal((parseGrantFlags(hosts.slice(1))["http"] as unknown[]).length, 64);
    assertRefused(() => parseGrantFlags(hosts), "ERR_CONFIG_GRANT");
  });

  it("names the capability that was meant", () => {
    assert.ok(
      errorsOf(() => parseGrantFlags(["filesytem=read"]))[0]?.remedy.includes('"filesystem"'),
    );
  });

  it("never grants what the configuration could not", () => {
    const flag = fc
      .tuple(
        fc.constantFrom(...CAPABILITY_NAMES),
        fc.oneof(fc.string(), fc.constantFrom("read", "A=1", "1MiB", "example.com")),
      )
      .map((parts) => parts.join("="));
    fc.assert(
      fc.property(fc.array(flag, { maxLength: 3 }), (flags) => {
        let grants: unknown;
        try {
          grants = parseGrantFlags(flags);
        } catch {
          return assertRefused(() => parseGrantFlags(flags), "ERR_CONFIG_GRANT");
        }
        assert.doesNotThrow(() =>
          parseData({ version: 1, plugins: { a: { source: "x", grants } } }),
        );
      }),
      { numRuns: 300 },
    );
  });
});
