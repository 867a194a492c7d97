// Each way in which the configuration opens something has an item whose id names it, and closing it takes just that away.
import assert from "node:assert/strict";
import { test } from "node:test";
import { configurationItems } from "../../../runtime/debt/configuration-items.ts";
import { isLiveId } from "../../../runtime/debt/live-ids.ts";
import { postureItems } from "../../../runtime/debt/posture-items.ts";
import type { Posture } from "../../../runtime/debt/posture.ts";
import { CALM, WORST } from "../../helpers/debt-postures.ts";
import { change, EVERYTHING, parseData } from "../../helpers/policy-files.ts";

/** EVERYTHING, with each thing closed that it opens. */
const CLOSED = [
  ["plugins.time.tenancy", undefined],
  ["flow.after", undefined],
  ["flow.inside", undefined],
  ["revoked", undefined],
  ["sigstore", undefined],
  ["audit.arguments", "digest"],
  ["telemetry.metrics", undefined],
  ["telemetry.debt", undefined],
  ["filter", undefined],
  ["server.rate.when_away", undefined],
  ["limits", undefined],
  ["plugins.time.limits", undefined],
] as const;

type Changes = readonly (readonly [path: string, value: unknown])[];

const closed = CLOSED.reduce<typeof EVERYTHING>(
  (data, [path, value]) => change(data, path, value) as typeof EVERYTHING,
  EVERYTHING,
);

function idsWith(changes: Changes, rest: Partial<Posture> = {}): readonly string[] {
  const data = changes.reduce<unknown>(
    (all, [path, value]) => change(all as typeof EVERYTHING, path, value),
    closed,
  );
  const configuration = parseData(data);
  return configurationItems({ ...CALM, configuration, serving: "http", ...rest }).map(
    ({ id }) => id,
  );
}

/** Said of every configuration of these tests: none of them has the section. */
const USUAL = idsWith([]);

const ROWS: readonly (readonly [id: string, changes: Changes])[] = [
  ["GB-TENANCY-time", [["plugins.time.tenancy", "shared"]]],
  ["GB-UNASKED-time", [["plugins.time.approvals", { now: "never" }]]],
  ["GB-LIMITS-time", [["plugins.time.limits", { deadline: "60s" }]]],
  [
    "GB-PRIVATE-time",
    [["plugins.time.grants.http", { allow: ["example.com"], private: ["10.0.0.0/8"] }]],
  ],
  ["GB-PLAIN-time", [["plugins.time.grants.http", "http://example.com"]]],
  ["GB-FLOW-AFTER", [["flow.after", "both"]]],
  ["GB-FLOW-INSIDE", [["flow.inside", ["api.example.com"]]]],
  ["GB-TRUST-WIDE", [["trust.0.plugins", ["*"]]]],
  ["GB-TRUSTED-ROOT", [["sigstore", { trusted_root: "./root.json" }]]],
  ["GB-REVOKED", [["revoked", EVERYTHING.revoked]]],
  ["GB-AUDIT-ARGUMENTS", [["audit.arguments", "full"]]],
  ["GB-AUDIT-COPY", [["audit.checkpoint", { records: 100 }]]],
  ["GB-FILTER-instructions", [["filter", { instructions: "pass" }]]],
  ["GB-FILTER-secrets", [["filter", { secrets: "annotate" }]]],
  ["GB-TELEMETRY-PLAIN", [["telemetry.otlp", { endpoint: "http://collector.example.com" }]]],
  ["GB-OPERATOR-PAGES", [["telemetry.metrics", { prometheus: true }]]],
  ["GB-OPERATOR-PAGES", [["telemetry.debt", true]]],
  ["GB-SCOPES", [["server.scopes", undefined]]],
  ["GB-BEARER", [["server.auth.dpop", "off"]]],
  ["GB-RATE", [["server.rate", undefined]]],
  ["GB-LIMITS-AWAY", [["server.rate.when_away", "allow"]]],
  ["GB-STATE-KEY", [["server.state_key", undefined]]],
  ["GB-STORE-ONE-PROCESS", [["server.store", "memory"]]],
  ["GB-ORIGINS", [["server.http.origins", ["http://app.example.com"]]]],
];

for (const [id, changes] of ROWS)
  test(`${id} is there exactly where the configuration opens it`, () => {
    assert.deepEqual(
      idsWith(changes).filter((one) => !USUAL.includes(one)),
      [id],
    );
    assert.ok(!USUAL.includes(id));
  });

test("a server without authentication is said, and that it may be reached without TLS", () => {
  const none = idsWith([
    ["server.auth", { mode: "none" }],
    ["server.scopes", undefined],
  ]);
  assert.ok(none.includes("GB-AUTH-NONE"));
  const plain = idsWith([["server.http", { listen: "0.0.0.0:8443", hosts: ["a.example.com"] }]]);
  assert.ok(plain.includes("GB-TLS"));
});

test("over standard input and output nothing is said of a server", () => {
  const data: Changes = [
    ["server.rate", undefined],
    ["server.auth", { mode: "none" }],
  ];
  const isServers = (id: string): boolean => /GB-(RATE|AUTH-NONE|SCOPES|TLS)$/.test(id);
  assert.deepEqual(idsWith(data, { serving: "stdio" }).filter(isServers), []);
  assert.notDeepEqual(idsWith(data).filter(isServers), []);
});

test("data on the disk is said to be open until it is encrypted", () => {
  assert.ok(USUAL.includes("GB-AT-REST"));
  const keys = { keys: { file: "/var/lib/glovebox-keys" } };
  assert.ok(!idsWith([["encryption", keys]]).includes("GB-AT-REST"));
});

test("development is said, with and without a workspace", () => {
  assert.ok(idsWith([], { mode: "development" }).includes("GB-DEVELOPMENT"));
  const machine = configurationItems({ ...CALM, mode: "development" });
  assert.deepEqual(
    machine.map(({ id }) => id),
    ["GB-DEVELOPMENT"],
  );
});

test("every item says what happens, what ought to, and what would close it", () => {
  const configuration = parseData(EVERYTHING);
  for (const item of configurationItems({ ...CALM, configuration, mode: "development" })) {
    for (const text of [item.title, item.current_behavior, item.ideal, item.resolved_by])
      assert.ok(text.length > 5, item.id);
    assert.ok(item.evidence.length > 0, item.id);
  }
});

test("every item of a machine or configuration is of a kind that the command line knows", () => {
  const configuration = parseData(EVERYTHING);
  const posture: Posture = { ...WORST, configuration, mode: "development", serving: "http" };
  for (const { id } of postureItems(posture, Date.now())) assert.ok(isLiveId(id), id);
  for (const [id] of ROWS) assert.ok(isLiveId(id), id);
  for (const id of ["GB-999", "GB-WAIVER-", "GB-SEA", ""]) assert.ok(!isLiveId(id), id);
});
