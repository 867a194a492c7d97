// What an evidence bundle shows of a configuration: a secret is put in the place of every text of one that has every key.
// Costs no process.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { CapabilityName } from "@glovebox/host-api/capability";
import { describePosture } from "../../../../runtime/cli/posture.ts";
import {
  formatConfiguration,
  redactConfiguration,
  redactLocked,
} from "../../../../runtime/cli/evidence/redact.ts";
import { makeDebtReport } from "../../../../runtime/debt/report.ts";
import type { LockedPlugin } from "../../../../runtime/plugin/formats.ts";
import { formatLockfile } from "../../../../runtime/plugin/lockfile.ts";
import type { Configuration } from "../../../../runtime/policy/configuration.ts";
import type { Workspace } from "../../../../runtime/workspace.ts";
import { change, EVERYTHING, parseData } from "../../../helpers/policy-files.ts";

const SECRET = "s3cret-value";
/** Shapes that a secret may have to take to be accepted somewhere. */
const SHAPES = [
  SECRET,
  `${SECRET} with blanks`,
  `https://user:${SECRET}@host.example/`,
  `https://host.example/${SECRET}?token=${SECRET}`,
  `https://host.example/${SECRET}`,
  `oci://host.example/acme/${SECRET}:1`,
  `./${SECRET}.tgz`,
  `/${SECRET}/`,
  `env:${SECRET.replaceAll("-", "_")}`,
  `file:/run/${SECRET}`,
  `Bearer ${SECRET} {}`,
  `${SECRET}.example.com`,
  `https://${SECRET}.example.com`,
];

/** The whole of EVERYTHING, and what it says in a shorter form elsewhere. */
const BOUND = change(EVERYTHING, "server.tenants", {
  acme: { regions: ["eu"] },
  "*": { regions: "any" },
}) as object;
const MAXIMAL = change(BOUND, "plugins.time.grants", {
  ...EVERYTHING.plugins.time.grants,
  env: { UNITS: "metric", TOKEN: "abc" },
  ask: { form: true, url: ["login.example.com"] },
  http: {
    private: ["10.0.0.0/8"],
    allow: [
      {
        host: "api.example.com",
        region: "eu",
        paths: ["/v1/"],
        secret: {
          header: "authorization",
          reference: "env:TOKEN",
          format: "Bearer {}",
          perTenant: { acme: "env:ACME" },
        },
      },
    ],
  },
}) as object;

/** Texts that are shown as they are: names of things, who is trusted, and where data goes. A new one belongs here, and in front of a reviewer. */
const SHOWN = new Set([
  "trust.0.name",
  "trust.0.plugins.0",
  "trust.0.plugins.1",
  "trust.1.name",
  "trust.1.identity.issuer",
  "trust.1.identity.subject",
  "trust.1.plugins.0",
  "trust.1.provenance.repository",
  "trust.1.provenance.workflow",
  "trust.2.plugins.0",
  "revoked.identities.0.identity.issuer",
  "revoked.identities.0.identity.subject",
  "plugins.time.source",
  "plugins.time.tools.0",
  "plugins.time.grants.http.allow.0.host",
  "plugins.time.grants.http.allow.0.secret.header",
  "plugins.time.grants.ask.url.0",
  "profiles.bank.plugins.0",
  "flow.inside.0",
  "anomalies.webhook.url",
  "anomalies.rules.0.name",
  "anomalies.rules.1.name",
  "anomalies.rules.1.plugins.0",
  "anomalies.rules.2.name",
  "anomalies.rules.2.known.0",
  "anomalies.rules.3.name",
  "telemetry.otlp.endpoint",
  "server.auth.issuer",
  "server.auth.resource",
  "server.auth.jwks",
  "server.auth.tenant.claim",
  "server.auth.subject",
  "server.auth.client",
  "server.auth.scope",
  "server.scopes.default.0",
  "server.scopes.tools.time__now.0",
  "server.scopes.tools.time__now.1",
  "server.http.hosts.0",
  "server.http.origins.0",
  "server.rate.callers.0.tenant",
  "server.rate.callers.0.scope",
  "server.regions.1",
  "licences.allow.0",
  "licences.allow.1",
]);
/** Of these, a host's name is all that may be shown. */
const ORIGINS = new Set([
  "plugins.time.source",
  "anomalies.webhook.url",
  "telemetry.otlp.endpoint",
  "server.auth.issuer",
  "server.auth.resource",
  "server.auth.jwks",
  "server.http.origins.0",
]);

function* textsOf(value: unknown, path = ""): Generator<string> {
  if (typeof value === "string") yield path;
  else if (typeof value === "object" && value !== null)
    for (const [key, member] of Object.entries(value))
      yield* textsOf(member, path === "" ? key : `${path}.${key}`);
}

/** Everything of a configuration that gets into a bundle, as one text. */
function shownOf(configuration: Configuration): string {
  const digest = `sha256:${"a".repeat(64)}` as const;
  const locked = Object.fromEntries(
    Object.entries(configuration.plugins).map(
      ([alias, { grants, source }]): [string, LockedPlugin] => [
        alias,
        {
          name: "time",
          version: "1.0.0",
          source,
          grants,
          package: digest,
          digests: { component: digest, surface: digest, manifest: digest },
          requested: digest,
          signers: [],
          approvedAt: "2026-01-01T00:00:00Z",
        },
      ],
    ),
  );
  const seal = { name: "none", denied: [], allowed: [], remarks: [], measures: [] } as const;
  const posture = describePosture(
    { configuration: redactConfiguration(configuration) } as Workspace,
    [],
    seal,
    configuration.mode,
  );
  return [
    JSON.stringify(formatConfiguration(redactConfiguration(configuration))),
    formatLockfile({
      lockfile_version: 1,
      engine: { glovebox: "0.1.0", jco: "0.1.0" },
      plugins: redactLocked(locked),
    }),
    JSON.stringify(makeDebtReport(posture, {}, "operator")),
  ].join("\n");
}

/** Plain, in other letters, and as base64 at each of the three places that it may begin. */
function holds(text: string, secret: string): boolean {
  const plain = [secret, secret.replaceAll("-", "_"), Buffer.from(secret).toString("hex")];
  const encoded = [0, 1, 2].map((before) =>
    Buffer.from(`${"x".repeat(before)}${secret}`)
      .toString("base64")
      .slice(before === 0 ? 0 : before + 1, -4),
  );
  const lower = text.toLowerCase();
  return plain.some((one) => lower.includes(one)) || encoded.some((one) => text.includes(one));
}

function tryParse(path: string, text: string): Configuration | undefined {
  try {
    return parseData(change(MAXIMAL, path, text));
  } catch {
    return undefined;
  }
}

describe("a configuration in an evidence bundle", () => {
  it("shows no secret, wherever in it one stands, but the names that are listed here", () => {
    const paths = [...textsOf(MAXIMAL)];
    assert.ok(paths.length > 90, `${paths.length} texts`);
    const shown = new Set<string>();
    let tried = 0;
    for (const path of paths)
      for (const shape of SHAPES) {
        const configuration = tryParse(path, shape);
        if (!configuration) continue;
        tried += 1;
        if (!holds(shownOf(configuration), SECRET)) continue;
        shown.add(path);
        if (ORIGINS.has(path))
          assert.match(shape, /^https:\/\/s3cret-value\.example\.com$/, `${path}: ${shape}`);
      }
    assert.ok(tried > 200, `${tried} were accepted`);
    assert.deepEqual([...shown].toSorted(), [...SHOWN].toSorted());
  });

  it("shows what an auditor asks for", () => {
    const text = shownOf(parseData(MAXIMAL)).slice(0, 8000);
    for (const kept of [
      "api.example.com",
      '"region":"eu"',
      '"env:[redacted]"',
      "sha256:bbbb",
      "ring5",
    ])
      assert.ok(text.includes(kept), kept);
    assert.match(text, /"webhook":\{[^}]*"url":"https:\/\/hooks\.example\.com\/\[redacted\]"/);
    assert.match(text, /"env":\{"UNITS":"\[redacted\]","TOKEN":"\[redacted\]"\}/);
  });

  it("shows nothing of a key that nobody has thought of", () => {
    const configuration = {
      ...parseData(MAXIMAL),
      fresh: {
        place: SECRET,
        list: [SECRET],
        [`${SECRET} as a key`]: 1,
        map: new Map([["a", SECRET]]),
      },
    };
    assert.equal(
      holds(JSON.stringify(formatConfiguration(redactConfiguration(configuration))), SECRET),
      false,
    );
  });

  it("knows every capability: a grant's text is shown only where it was thought of", () => {
    const texts: Record<CapabilityName, unknown> = {
      filesystem: "read",
      http: "api.example.com",
      kv: "1MiB",
      env: { A: SECRET },
      clock: true,
      random: true,
      ask: { url: ["login.example.com"] },
    };
    assert.deepEqual(Object.keys(texts).toSorted(), Object.keys(CAPABILITIES).toSorted());
    const parsed = parseData(change(MAXIMAL, "plugins.time.grants", texts));
    assert.equal(holds(shownOf(parsed), SECRET), false);
  });
});
