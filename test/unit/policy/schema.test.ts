import assert from "node:assert/strict";
import path from "node:path";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Validator } from "@cfworker/json-schema";
import type { Schema } from "@cfworker/json-schema";
import { CAPABILITY_NAMES } from "@glovebox/host-api/capability";
import { FIRST_CONFIGURATION } from "../../../runtime/policy/edit-configuration.ts";
import { workspacePaths } from "../../../runtime/workspace-paths.ts";
import { HTTP_LIMIT_ROWS } from "../../../runtime/policy/server/http.ts";
import { LIMIT_ROWS } from "../../../runtime/policy/read-limits.ts";
import { change, EVERYTHING, parseData } from "../../helpers/policy-files.ts";
import { reasonsOf } from "../../../runtime/errors.ts";

type Change = readonly [path: string, value: unknown];

const url = new URL("../../../runtime/policy/glovebox.schema.json", import.meta.url);
const schema = JSON.parse(readFileSync(url, "utf8")) as Schema;
const validator = new Validator(schema, "2020-12", true);

const ANYTHING = [
  undefined,
  null,
  true,
  false,
  0,
  1,
  2,
  -1,
  1.5,
  "",
  " ",
  "x",
  "X",
  "x".repeat(5000),
  "a\nb",
  "1.0",
  [],
  ["x"],
  [1],
  {},
  { x: 1 },
];
const PATHS = [
  ...Object.keys(EVERYTHING),
  "unknown",
  "anomalies.rules",
  "anomalies.rules.0.name",
  "anomalies.rules.0.kind",
  "anomalies.rules.0.action",
  "anomalies.rules.1.chars",
  "anomalies.rules.2.known",
  "anomalies.rules.3.unknown",
  "anomalies.unknown",
  "anomalies.webhook.url",
  "probes.every",
  "probes.unknown",
  "telemetry.otlp",
  "telemetry.otlp.endpoint",
  "telemetry.otlp.every",
  "telemetry.otlp.sample",
  "telemetry.metrics",
  "telemetry.metrics.prometheus",
  "telemetry.metrics.prometheus.listen",
  "telemetry.debt",
  "audit.arguments",
  "audit.sync",
  "audit.unknown",
  "audit.checkpoint",
  "audit.checkpoint.records",
  "audit.checkpoint.every",
  "audit.checkpoint.folder",
  "audit.checkpoint.unknown",
  "audit.rotate",
  "audit.rotate.size",
  "audit.rotate.age",
  "audit.rotate.keep",
  "audit.rotate.unknown",
  "trust.0",
  "trust.0.name",
  "trust.0.key",
  "trust.0.plugins",
  "trust.0.plugins.0",
  "trust.0.unknown",
  "trust.0.identity",
  "trust.0.minisign",
  "trust.0.provenance",
  "trust.1.identity",
  "trust.1.identity.issuer",
  "trust.1.identity.subject",
  "trust.1.identity.unknown",
  "trust.1.key",
  "trust.1.from",
  "trust.1.until",
  "trust.1.provenance",
  "trust.1.provenance.repository",
  "trust.1.provenance.workflow",
  "trust.1.provenance.unknown",
  "trust.2.minisign",
  "trust.2.key",
  "revoked.unknown",
  "revoked.keys",
  "revoked.keys.0",
  "revoked.keys.0.key",
  "revoked.keys.0.reason",
  "revoked.keys.0.date",
  "revoked.keys.0.unknown",
  "revoked.identities",
  "revoked.identities.0",
  "revoked.identities.0.identity",
  "revoked.identities.0.identity.issuer",
  "revoked.identities.0.date",
  "revoked.digests",
  "revoked.digests.0",
  "revoked.digests.0.digest",
  "sigstore.trusted_root",
  "sigstore.unknown",
  "plugins.time",
  "plugins.Time",
  "plugins.time.source",
  "plugins.time.grants",
  "plugins.time.grants.clock",
  "plugins.time.grants.kv",
  "plugins.time.grants.random",
  "plugins.time.grants.env",
  "plugins.time.grants.env.UNITS",
  "plugins.time.grants.filesystem",
  "plugins.time.grants.filesystem.access",
  "plugins.time.grants.filesystem.files_max",
  "plugins.time.grants.net",
  "plugins.time.grants.http.timeoutMs",
  "plugins.time.limits",
  "plugins.time.isolation",
  "plugins.time.tenancy",
  "plugins.time.tools",
  "plugins.time.tools.0",
  "plugins.time.unsigned",
  "plugins.time.approvals",
  "plugins.time.approvals.now",
  "plugins.time.approvals.unknown",
  "profiles.bank",
  "profiles.Bank",
  "profiles.bank.plugins",
  "profiles.bank.plugins.0",
  "profiles.bank.unknown",
  "flow.hold",
  "flow.hold.0",
  "flow.accept",
  "flow.accept.0",
  "flow.accept.0.path",
  "flow.accept.0.until",
  "flow.accept.0.unknown",
  "flow.inside",
  "flow.inside.0",
  "flow.after",
  "flow.window",
  "flow.unknown",
  "plugins.time.unknown",
  ...Object.keys(LIMIT_ROWS).map((key) => `limits.${key}`),
  "limits.unknown",
  "server.http",
  ...[
    "listen",
    "hosts",
    "hosts.0",
    "origins",
    "origins.0",
    "tls",
    "proxy",
    "limits",
    "unknown",
  ].map((key) => `server.http.${key}`),
  ...["cert", "key", "client_ca", "unknown"].map((key) => `server.http.tls.${key}`),
  ...["trusted", "unknown"].map((key) => `server.http.proxy.${key}`),
  ...[...Object.keys(HTTP_LIMIT_ROWS), "unknown"].map((key) => `server.http.limits.${key}`),
  "server.unknown",
  "server.store",
  "server.store.redis",
  "server.store.unknown",
  "server.state_key",
  ...[
    "unknown",
    "default",
    "default.per_minute",
    "default.burst",
    "default.concurrent",
    "default.per_day",
    "default.unknown",
    "tools",
    "tools.time__now",
    "tools.time-now",
    "tenant",
    "tenant.per_day",
    "callers",
    "callers.0",
    "callers.0.tenant",
    "callers.0.scope",
    "callers.0.limits",
    "callers.0.unknown",
    "requests",
    "requests.burst",
    "requests.per_day",
    "refused.per_minute",
    "when_away",
  ].map((key) => `server.rate.${key}`),
  "licences.allow",
  "licences.allow.0",
  "licences.otherwise",
  "licences.unknown",
  "server.unknown",
  "server.auth",
  "server.scopes",
  ...Object.keys(EVERYTHING.server.auth).map((key) => `server.auth.${key}`),
  "server.auth.unknown",
  "server.auth.tenant.claim",
  "server.auth.tenant.value",
  "server.auth.algorithms.0",
  "server.auth.claims.0",
  "server.scopes.default",
  "server.scopes.default.0",
  "server.scopes.tools",
  "server.scopes.tools.time__now",
  "server.scopes.unknown",
  "waivers.0",
  "waivers.0.gate",
  "waivers.0.reason",
  "waivers.0.until",
  "waivers.0.unknown",
];
const CHANGES: readonly Change[] = [
  ...PATHS.flatMap((path) => ANYTHING.map((value): Change => [path, value])),
  ...["a", "a-b", "a--b", "-a", "1a", "a_b", "x".repeat(40), "x".repeat(41)].flatMap(
    (name): Change[] => [
      [`plugins.${name}`, { source: "x" }],
      ["trust.0.name", name],
    ],
  ),
  ...["*", "a*", "**", "A*", "a b", "x".repeat(40), "x".repeat(41)].map((glob): Change => [
    "trust.0.plugins",
    [glob],
  ]),
  ...["AA==", "AAA=", "A===", "A A", "A\n", "A".repeat(256), "A".repeat(257)].map((key): Change => [
    "trust.0.key",
    key,
  ]),
  ...[
    "ann@example.com",
    "https://a.example/@refs/heads/*",
    "a b@c",
    "ä@b",
    "ab",
    "x".repeat(501),
  ].map((subject): Change => ["trust.1.identity.subject", subject]),
  ...["https://a.example/x?y#z", "http://a.example", "https://", "https://a b"].map(
    (issuer): Change => ["trust.1.identity.issuer", issuer],
  ),
  ...["https://github.com/a/b", "https://github.com", "https://github.com/a/b/", "git@x:a"].map(
    (repository): Change => ["trust.1.provenance.repository", repository],
  ),
  ...["a.yml", ".github/workflows/a.yml", "/a.yml", "a//b", "a.yml@refs"].map(
    (workflow): Change => ["trust.1.provenance.workflow", workflow],
  ),
  ...[`RW${"+".repeat(54)}`, `RX${"Q".repeat(54)}`, `RW${"Q".repeat(53)}`].map((key): Change => [
    "trust.2.minisign",
    key,
  ]),
  ...["2027-1-31", "2026-06-30"].map((day): Change => ["trust.1.from", day]),
  ["trust.1.cosigners", ["old-hand", "acme"]],
  // Whether an entry is called so is more than a schema can say.
  ...[undefined, null, [], {}, "acme", ["Acme"], [1], Array(8).fill("acme")].map(
    (value): Change => ["trust.1.cosigners", value],
  ),
  ["trust.0.plugins", ["x"]],
  ...["500ms", "10s", "2m", "1h", "1.5s", "10 s"].map((value): Change => [
    "limits.deadline",
    value,
  ]),
  ...["2MiB", "2 MiB", "2MB", "2mib", "2097152B"].map((value): Change => ["limits.memory", value]),
  ...[1_000_000, 1_000_001].map((value): Change => ["limits.host_calls", value]),
  ...[64, 65].map((value): Change => ["limits.concurrent_calls", value]),
  ...["2027-01-31", "2027-1-31", "2027-01-31 "].map((value): Change => ["waivers.0.until", value]),
  ...[
    "x".repeat(10),
    "x".repeat(9),
    "x".repeat(500),
    "x".repeat(501),
    " ".repeat(20),
    "two\nlines of text",
  ].map((value): Change => ["waivers.0.reason", value]),
  ...["MIT", "MIT ", "MIT OR Apache-2.0", "A WITH B", "A WITH", "(MIT)"].map((id): Change => [
    "licences.allow",
    [id],
  ]),
  ...["127.0.0.1:0", "[::1]:8808", "localhost:8808", "example.com:80", "8808", ":8808"].map(
    (listen): Change => ["server.http.listen", listen],
  ),
  ...["a.example", "[::1]", "A.example", "a.example:80", "a..b", "*.example"].map(
    (host): Change => ["server.http.hosts", [host]],
  ),
  ...["https://a.example", "http://[::1]:80", "https://a.example/", "a.example", "null"].map(
    (origin): Change => ["server.http.origins", [origin]],
  ),
  ...["refuse", "warn", "Warn"].map((value): Change => ["licences.otherwise", value]),
  ...["env:A", "env:1", "env:", "file:/x", "file:x", "ENV:A", "hunter2", "env:A B"].map(
    (value): Change => ["server.state_key", value],
  ),
  ...[1_000_000, 1_000_001, 1e300].map((value): Change => ["server.rate.default.burst", value]),
  ["server.rate.default", { burst: 1 }],
  ["server.rate.callers.0", { limits: { per_minute: 1 } }],
  ["plugins.time.isolation", "plugin"],
  ["plugins.time.isolation", "instance"],
  ["plugins.time.isolation", "call"],
  ["plugins.time.isolation", "Call"],
  ["plugins.time.tenancy", "separate"],
  ["plugins.time.tenancy", "Shared"],
  ...["always", "first", "never", "Always", { "*": "first" }, { "a b": "first" }].map(
    (value): Change => ["plugins.time.approvals", value],
  ),
  ...["files>web", "bank/files>web", "a/b/c>d", "files->web", "A>b", ">b", "all"].flatMap(
    (path): Change[] => [
      ["flow.hold", [path]],
      ["flow.accept.0.path", path],
    ],
  ),
  ["flow.hold", "all"],
  ["profiles.bank.plugins", ["time", "time"]],
  ...["1m", "0m", "10080m", "10081m", "168h", "169h", "7d", "8d", "01m", "1s"].map(
    (value): Change => ["flow.window", value],
  ),
  ...["api.example.com", "[::1]:80", "a b", "a:0", "*.example.com"].map((host): Change => [
    "flow.inside",
    [host],
  ]),
  ["plugins.time.tools", ["a", "a"]],
  ["plugins.time.tools", Array.from({ length: 128 }, (_, index) => `t${index}`)],
  ["plugins.time.tools", Array.from({ length: 129 }, (_, index) => `t${index}`)],
  ...[
    { mode: "none" },
    { mode: "none", file: "x" },
    { mode: "keys" },
    { mode: "keys", file: "./keys.json" },
    { mode: "keys", file: "" },
    { mode: "keys", file: "a\nb" },
    { mode: "mtls" },
    { mode: "mtls", tenant: { field: "subject.O" }, subject: "san.uri" },
    { mode: "mtls", tenant: { value: "acme" }, subject: "subject.CN", scopes: ["a"], revoked: [] },
    { mode: "mtls", tenant: { value: "local" }, subject: "subject.CN" },
    { mode: "mtls", tenant: { claim: "org" }, subject: "subject.CN" },
    { mode: "mtls", tenant: { value: "acme" }, subject: "subject.cn" },
    ...["ab".repeat(32), "AB:".repeat(31) + "AB", "ab".repeat(31), "ab".repeat(33)].map((one) => ({
      mode: "mtls",
      tenant: { value: "acme" },
      subject: "subject.CN",
      revoked: [one],
    })),
  ].map((auth): Change => ["server.auth", auth]),
  ...[{ value: "acme" }, { value: "local" }, { value: "" }, { claim: "a", value: "b" }].map(
    (tenant): Change => ["server.auth.tenant", tenant],
  ),
  ...["none", "HS256", "RS1", "EdDSA"].map((name): Change => ["server.auth.algorithms", [name]]),
  ...["0s", "60s", "61s", "05s", "5", "5m"].map((skew): Change => ["server.auth.skew", skew]),
  ...["allowed", "off", "Off"].map((dpop): Change => ["server.auth.dpop", dpop]),
  ...["issuer", "resource", "jwks"].flatMap((key) =>
    [
      "http://a.example",
      "http://localhost:8080/x",
      "http://127.0.0.1:1",
      "http://[::1]/",
      "http://127.0.0.1.example",
      "https://a.example",
      "https://a.example:443/b/c",
      "https://A.example",
      "https://u@a.example",
      "https://a.example?x",
      "https://a.example/#x",
      "ftp://a.example",
    ].map((address): Change => [`server.auth.${key}`, address]),
  ),
  ...['a"b', "a b", "a\\b", "files:write"].map((scope): Change => [
    "server.scopes.tools.time__now",
    [scope],
  ]),
  ["server.scopes.tools", { x__y: [], "": ["a"], __proto__: ["b"] }],
  ["waivers", [...EVERYTHING.waivers, ...EVERYTHING.waivers]],
  ["plugins.time.grants.filesystem", "read"],
  ["plugins.time.grants.http", "example.com:443"],
  ["plugins.time.grants.http", ["example.com", { host: "example.com", port: 8443 }]],
  [
    "plugins.time.grants.http",
    { host: "example.com", secret: { header: "x-key", reference: "env:KEY" } },
  ],
];

/** What the parser throws must be refusals, and no mistake of its own. */
function parses(document: unknown): boolean {
  try {
    parseData(document);
    return true;
  } catch (error) {
    assert.notDeepEqual(reasonsOf(error), []);
    return false;
  }
}

describe("the schema for editors", () => {
  it("judges glovebox.yaml as the parser does", () => {
    const seen = new Set<boolean>();
    for (const [path, value] of [["mode", "production"] as Change, ...CHANGES]) {
      const document = change(EVERYTHING, path, value);
      const byParser = parses(document);
      assert.equal(
        validator.validate(document).valid,
        byParser,
        `${path} = ${JSON.stringify(value)?.slice(0, 80)}`,
      );
      seen.add(byParser);
    }
    assert.equal(seen.size, 2);
  });

  it("knows every capability and every limit", () => {
    const definitions = schema.$defs as Record<string, { properties: object }>;
    assert.deepEqual(Object.keys(definitions["grants"]?.properties ?? {}), CAPABILITY_NAMES);
    assert.deepEqual(Object.keys(definitions["limits"]?.properties ?? {}), Object.keys(LIMIT_ROWS));
  });

  it("is the one that a first configuration names", () => {
    const [line = ""] = FIRST_CONFIGURATION.split("\n");
    const { schemaFile, configFile } = workspacePaths("/w/glovebox.yaml");
    assert.equal(
      line,
      `# yaml-language-server: $schema=./${path.relative(path.dirname(configFile), schemaFile)}`,
    );
  });
});
