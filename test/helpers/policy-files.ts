import { serialize } from "node:v8";
import { stringify } from "yaml";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { Configuration } from "../../runtime/policy/configuration.ts";
import { parseConfiguration } from "../../runtime/policy/parse-configuration.ts";

export const FILE = "glovebox.yaml";

/** A configuration with every key, as plain data. */
export const EVERYTHING = {
  version: 1,
  mode: "production",
  trust: [
    { name: "acme", key: "MCowBQYDK2VwAyEA", plugins: ["acme-*", "time"] },
    {
      name: "acme-ci",
      identity: {
        issuer: "https://token.actions.githubusercontent.com",
        subject: "https://github.com/acme/time/.github/workflows/release.yml@refs/heads/main",
      },
      plugins: ["time"],
      from: "2026-01-01",
      until: "2027-12-31",
      cosigners: ["old-hand"],
      provenance: {
        repository: "https://github.com/acme/time",
        workflow: ".github/workflows/release.yml",
      },
    },
    { name: "old-hand", minisign: `RW${"Q".repeat(54)}`, plugins: ["files"] },
  ],
  revoked: {
    keys: [{ key: `sha256:${"a".repeat(64)}`, reason: "lost with a laptop", date: "2026-10-01" }],
    identities: [
      {
        identity: { issuer: "https://accounts.example.com", subject: "ann@example.com" },
        reason: "left the company",
        date: "2026-10-02",
      },
    ],
    digests: [
      { digest: `sha256:${"b".repeat(64)}`, reason: "it leaked what it read", date: "2026-10-03" },
    ],
  },
  sigstore: { trusted_root: "./trusted_root.json" },
  plugins: {
    time: {
      source: "./time-1.0.0.tgz",
      grants: {
        filesystem: { access: "read-write", quota: "10MiB", files_max: 100 },
        http: {
          allow: [{ host: "example.com", methods: ["POST"], paths: ["/v1/"] }],
          timeoutMs: 1000,
        },
        kv: "1MiB",
        env: { UNITS: "metric" },
        clock: true,
        random: true,
      },
      limits: { deadline: "500ms" },
      tenancy: "shared",
      tools: ["now"],
      approvals: { now: "first", "*": "always" },
      unsigned: false,
    },
  },
  profiles: { bank: { plugins: ["time"] } },
  flow: {
    hold: ["bank/time>time"],
    accept: [{ path: "time>time", reason: "only the weather leaves", until: "2027-01-31" }],
    inside: ["api.example.com:8443"],
    after: "both",
    window: "2h",
  },
  limits: {
    deadline: "20s",
    memory: "32MiB",
    resident: "128MiB",
    output: "64KiB",
    host_calls: 100,
    log: "1KiB",
    concurrent_calls: 1,
    queued_calls: 0,
  },
  anomalies: {
    webhook: { url: "https://hooks.example.com/x", secret: "env:ALERTS", private: ["10.0.0.0/8"] },
    rules: [
      { name: "flood", kind: "burst", calls: 100, within: "60s", action: "alert" },
      { name: "dump", kind: "size", chars: 100_000, times: 10, plugins: ["time"] },
      { name: "new-host", kind: "destination", known: ["api.example.com"], action: "log" },
      { name: "probing", kind: "denied", streak: 5, action: "suspend" },
    ],
  },
  probes: { every: "12h" },
  telemetry: {
    otlp: {
      endpoint: "https://collector.example.com:4318",
      headers: "env:OTLP_HEADERS",
      every: "5s",
      sample: 0.1,
    },
    metrics: { prometheus: { listen: "127.0.0.1:9999" } },
    debt: true,
  },
  audit: {
    arguments: "full",
    sync: "always",
    checkpoint: { records: 100, every: "30s", folder: "/var/log/glovebox" },
    rotate: { size: "16MiB", age: "1d", keep: 30 },
  },
  server: {
    auth: {
      mode: "oauth",
      issuer: "https://id.example.com/realms/acme",
      resource: "https://tools.example.com/mcp",
      audience: "tools",
      jwks: "https://id.example.com/keys",
      algorithms: ["ES256"],
      claims: ["org"],
      tenant: { claim: "org" },
      subject: "email",
      client: "azp",
      scope: "scp",
      dpop: "required",
      skew: "10s",
    },
    scopes: { default: ["tools"], tools: { time__now: ["time:read", "tools"] } },
    http: {
      listen: "0.0.0.0:8443",
      hosts: ["mcp.example.com"],
      origins: ["https://app.example.com"],
      tls: {
        cert: "file:/etc/glovebox/tls.pem",
        key: "file:/etc/glovebox/tls.key",
        client_ca: "file:/etc/glovebox/clients.pem",
      },
      proxy: { trusted: ["10.0.0.0/8"] },
      limits: { body: "1MiB", connections: 100 },
    },
    rate: {
      default: { per_minute: 60, burst: 20, concurrent: 4, per_day: 10_000 },
      tools: { time__now: { per_minute: 10 } },
      tenant: { per_day: 100_000 },
      callers: [{ tenant: "acme", scope: "batch", limits: { per_minute: 600 } }],
      requests: { per_minute: 600 },
      refused: { per_minute: 30, burst: 10 },
      when_away: "allow",
    },
    regions: ["eu", "us"],
    tenants: { local: { regions: "any" }, "*": { regions: [] } },
    store: { redis: "env:REDIS_URL" },
    state_key: "file:/run/secrets/state-key",
  },
  licences: {
    allow: ["Apache-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"],
    otherwise: "warn",
  },
  waivers: [{ gate: "ring5", reason: "the machine has no Landlock yet", until: "2027-01-31" }],
};

export function parseText(text: string): Configuration {
  return parseConfiguration(text, FILE, CAPABILITIES);
}

export function parseData(data: unknown): Configuration {
  return parseText(formatYaml(data));
}

/** Text of a section, by what it says: tests change one of them thousands of times, and the others stay. */
const written = new Map<string, string>();

/** `data` as YAML: a mapping's text is that of its entries, one after another. */
function formatYaml(data: unknown): string {
  const options = { aliasDuplicateObjects: false };
  const isMapping = typeof data === "object" && data !== null && !Array.isArray(data);
  const entries = isMapping ? Object.entries(data).filter(([, value]) => value !== undefined) : [];
  if (entries.length === 0) return stringify(data, options);
  return entries
    .map(([key, value]) => {
      const what = serialize([key, value]).toString("latin1");
      const text = written.get(what) ?? stringify({ [key]: value }, options);
      written.set(what, text);
      return text;
    })
    .join("");
}

/** A copy of `document` with `value` at a path of keys joined by dots; undefined takes the key away. */
export function change(document: object, path: string, value: unknown): unknown {
  const copy: unknown = structuredClone(document);
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let parent = copy as Record<string, unknown>;
  for (const key of keys) parent = parent[key] as Record<string, unknown>;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return JSON.parse(JSON.stringify(copy));
}
