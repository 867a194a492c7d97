import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonValue } from "@glovebox/host-api/json";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { CapabilityName } from "@glovebox/host-api/capability";
import { decideFlow } from "../../../../runtime/policy/flow/decide-flow.ts";
import { drawFlow } from "../../../../runtime/policy/flow/paths.ts";
import { DEFAULT_FLOW, type FlowPolicy } from "../../../../runtime/policy/flow/policy.ts";
import { listProfiles } from "../../../../runtime/policy/profiles.ts";
import type { Approvals } from "../../../../runtime/policy/approvals.ts";

type Grants = Readonly<Partial<Record<CapabilityName, JsonValue>>>;
const NOW_MS = Date.parse("2026-11-21T12:00:00Z");

function draw(
  grants: Readonly<Record<string, Grants>>,
  inside: readonly string[] = [],
  name?: string,
) {
  const plugins = Object.fromEntries(
    Object.entries(grants).map(([alias, own]) => [
      alias,
      {
        grants: Object.fromEntries(
          Object.entries(own).map(([key, grant]) => [
            key,
            CAPABILITIES[key as CapabilityName].parseGrant(grant),
          ]),
        ),
      },
    ]),
  );
  const tools = Object.fromEntries(Object.keys(grants).map((alias) => [alias, [`${alias}__do`]]));
  const profile = { ...(name === undefined ? {} : { name }), plugins: Object.keys(grants) };
  return drawFlow(profile, { plugins, tools, inside });
}

const idsOf = (...words: Parameters<typeof draw>): string[] =>
  draw(...words).paths.map(({ id }) => id);

describe("paths from private data to the outside", () => {
  const web = { http: "example.com" };

  it("go from each plugin that reads to each that sends, where strangers' text comes in", () => {
    assert.deepEqual(
      idsOf({ files: { filesystem: "read" }, memory: { kv: true }, time: { clock: true }, web }),
      ["files>web", "memory>web"],
    );
    assert.deepEqual(idsOf({ files: { filesystem: "read" }, web }, [], "bank"), ["bank/files>web"]);
  });

  it("are none where one of the three is missing", () => {
    assert.deepEqual(idsOf({ web, time: { clock: true, random: true } }), []);
    assert.deepEqual(idsOf({ files: { filesystem: "read-write" }, memory: { kv: true } }), []);
    assert.deepEqual(idsOf({ files: {}, web }), []);
  });

  it("go through one plugin alone where its grants do all three", () => {
    const secret = { header: "authorization", reference: "env:TOKEN" };
    for (const http of [
      { allow: { host: "api.github.com", secret } },
      { allow: ["wiki.example.com"], private: "10.0.0.0/8" },
    ])
      assert.deepEqual(idsOf({ hub: { http } }), ["hub>hub"]);
    assert.deepEqual(idsOf({ hub: { ...web, env: { KEY: "x" } } }), ["hub>hub"]);
  });

  it("do not end inside, and begin there", () => {
    const intra = { http: "wiki.corp.example" };
    assert.deepEqual(idsOf({ files: { filesystem: "read" }, intra }, ["wiki.corp.example"]), []);
    assert.deepEqual(idsOf({ intra, web }, ["wiki.corp.example:443"]), ["intra>web"]);
    assert.deepEqual(idsOf({ intra, web }, ["wiki.corp.example:80"]), []);
    // Only this very host: neither a longer name nor a wildcard over it.
    for (const host of ["a.wiki.corp.example", "*.corp.example"])
      assert.deepEqual(
        idsOf({ files: { filesystem: "read" }, intra: { http: host } }, ["wiki.corp.example"]),
        ["files>intra"],
      );
    const some = { http: ["wiki.corp.example", "example.com"] };
    assert.deepEqual(idsOf({ some }, ["wiki.corp.example"]), ["some>some"]);
  });

  it("count loopback as strangers' and outside, and as private only where it is named inside (GB-059)", () => {
    const local = { http: { allow: "http://127.0.0.1:8080", private: "127.0.0.1/32" } };
    assert.deepEqual(idsOf({ local }), []);
    assert.deepEqual(idsOf({ local, web }, ["127.0.0.1"]), ["local>web"]);
  });

  it("lead through the addresses that a plugin sends people to", () => {
    const ask = { url: ["login.example.com"] };
    assert.deepEqual(idsOf({ login: { ask, kv: true }, feed: web }), ["login>login", "login>feed"]);
  });
});

describe("profiles", () => {
  it("leave to the plain endpoint only what none of them names", () => {
    assert.deepEqual(
      listProfiles({ bank: { plugins: ["a", "b"] }, x: { plugins: ["b"] } }, ["a", "b", "c"]),
      [{ plugins: ["c"] }, { name: "bank", plugins: ["a", "b"] }, { name: "x", plugins: ["b"] }],
    );
  });
});

describe("the gate of flows", () => {
  const graphs = [draw({ files: { filesystem: "read" }, web: { http: "example.com" } })];
  const decide = (
    flow: Partial<FlowPolicy>,
    mode: "development" | "production" = "production",
    approvals: Readonly<Record<string, { approvals?: Approvals }>> = {},
  ) =>
    decideFlow({
      mode,
      graphs,
      flow: { ...DEFAULT_FLOW, ...flow },
      plugins: approvals,
      nowMs: NOW_MS,
    }).map(({ code }) => code);
  const accept = (until: string, path = "files>web") => ({
    accept: [{ path, until, reason: "only public pages" }],
  });

  it("wants a word about each path, in production", () => {
    assert.deepEqual(decide({}), ["ERR_GATE_FLOW"]);
    assert.deepEqual(decide({}, "development"), []);
    assert.deepEqual(decide({ hold: "all" }), []);
    assert.deepEqual(decide({ hold: ["files>web"] }), []);
    assert.deepEqual(decide({ hold: ["memory>web"] }), ["ERR_GATE_FLOW"]);
    assert.deepEqual(decide(accept("2026-11-21")), []);
  });

  it("does not count an acceptance that is over, of another path, or of another profile", () => {
    for (const flow of [
      accept("2026-11-20"),
      accept("2027-11-20", "web>files"),
      accept("2027-11-20", "bank/files>web"),
    ])
      assert.deepEqual(decide(flow), ["ERR_GATE_FLOW"]);
  });

  it("counts approvals only where each call of each tool is asked about", () => {
    const rows: readonly (readonly [Approvals, readonly string[]])[] = [
      [{ "*": "always" }, []],
      [{ "*": "first" }, ["ERR_GATE_FLOW"]],
      [{ "*": "always", post: "never" }, ["ERR_GATE_FLOW"]],
      [{ post: "always" }, ["ERR_GATE_FLOW"]],
    ];
    for (const [approvals, codes] of rows)
      assert.deepEqual(decide({}, "production", { web: { approvals } }), codes);
  });
});
