import type { JsonObject } from "@glovebox/host-api/json";
import type { LockedPlugin } from "../../plugin/formats.ts";
import type { Configuration } from "../../policy/configuration.ts";

/**
 * What stands in the place of a text that is not known to be harmless. No digest: whoever knows the rest could try
 * out what a short secret is.
 */
export const REDACTED = "[redacted]";

/** What may be shown of a text: all of it, the origin of an address, where a secret is read from, or `/` where that is all. */
type Kept = "whole" | "origin" | "source" | "root";

/**
 * The texts of a configuration that are kept, by path; `*` is any one name or number. What is not here is not shown, so that a
 * key which is new is a key that is redacted. Numbers, `true`, `false`, the names of keys and how many there are of
 * something are shown.
 */
const KEPT: readonly (readonly [path: string, kept: Kept])[] = [
  ["mode", "whole"],
  ["trust.*.kind", "whole"],
  ["trust.*.name", "whole"],
  ["trust.*.publicKey", "whole"],
  ["trust.*.issuer", "whole"],
  ["trust.*.subject", "whole"],
  ["trust.*.plugins.*", "whole"],
  ["trust.*.cosigners.*", "whole"],
  ["trust.*.from", "whole"],
  ["trust.*.until", "whole"],
  ["trust.*.provenance.*", "whole"],
  ["revoked.*.*.key", "whole"],
  ["revoked.*.*.digest", "whole"],
  ["revoked.*.*.issuer", "whole"],
  ["revoked.*.*.subject", "whole"],
  ["revoked.*.*.date", "whole"],
  ["plugins.*.source", "origin"],
  ["plugins.*.isolation", "whole"],
  ["plugins.*.tenancy", "whole"],
  ["plugins.*.tools.*", "whole"],
  ["plugins.*.prompts.*", "whole"],
  ["plugins.*.toolNames.*", "whole"],
  ["plugins.*.promptNames.*", "whole"],
  ["plugins.*.approvals.*", "whole"],
  ["plugins.*.grants.filesystem.access", "whole"],
  ["plugins.*.grants.http.allow.*.scheme", "whole"],
  ["plugins.*.grants.http.allow.*.host", "whole"],
  ["plugins.*.grants.http.allow.*.methods.*", "whole"],
  ["plugins.*.grants.http.allow.*.paths.*", "root"],
  ["plugins.*.grants.http.allow.*.region", "whole"],
  ["plugins.*.grants.http.allow.*.secret.header", "whole"],
  ["plugins.*.grants.http.allow.*.secret.reference", "source"],
  ["plugins.*.grants.http.allow.*.secret.perTenant.*", "source"],
  ["plugins.*.grants.http.private.*", "whole"],
  ["plugins.*.grants.ask.url.*", "whole"],
  ["profiles.*.plugins.*", "whole"],
  ["flow.hold.*", "whole"],
  ["flow.accept.*.path", "whole"],
  ["flow.accept.*.until", "whole"],
  ["flow.inside.*", "whole"],
  ["flow.after", "whole"],
  ["filter.actions.*", "whole"],
  ["audit.arguments", "whole"],
  ["audit.trail.sync", "whole"],
  ["telemetry.otlp.endpoint", "origin"],
  ["telemetry.otlp.headers", "source"],
  ["telemetry.prometheus.host", "whole"],
  ["anomalies.rules.*.name", "whole"],
  ["anomalies.rules.*.action", "whole"],
  ["anomalies.rules.*.kind", "whole"],
  ["anomalies.rules.*.plugins.*", "whole"],
  ["anomalies.rules.*.known.*", "whole"],
  ["anomalies.webhook.url", "origin"],
  ["anomalies.webhook.secret", "source"],
  ["anomalies.webhook.private.*", "whole"],
  ["server.auth.mode", "whole"],
  ["server.auth.issuer", "origin"],
  ["server.auth.resource", "origin"],
  ["server.auth.jwks", "origin"],
  ["server.auth.algorithms.*", "whole"],
  ["server.auth.tenant.*", "whole"],
  ["server.auth.subject", "whole"],
  ["server.auth.subjectClaim", "whole"],
  ["server.auth.clientClaim", "whole"],
  ["server.auth.scopeClaim", "whole"],
  ["server.auth.dpop", "whole"],
  ["server.scopes.default.*", "whole"],
  ["server.scopes.tools.*.*", "whole"],
  ["server.http.listen.host", "whole"],
  ["server.http.hosts.*", "whole"],
  ["server.http.origins.*", "origin"],
  ["server.http.tls.*", "source"],
  ["server.http.proxy.trusted.*", "whole"],
  ["server.rate.callers.*.tenant", "whole"],
  ["server.rate.callers.*.scope", "whole"],
  ["server.rate.whenAway", "whole"],
  ["server.residency.regions.*", "whole"],
  ["server.residency.tenants.*.regions", "whole"],
  ["server.residency.tenants.*.regions.*", "whole"],
  ["server.store.kind", "whole"],
  ["server.store.url", "source"],
  ["server.stateKey", "source"],
  ["waivers.*.gate", "whole"],
  ["waivers.*.until", "whole"],
  ["licences.allow.*", "whole"],
  ["licences.otherwise", "whole"],
];

/** Names of keys that are shown: those that people give to plugins, tools, tenants and variables. */
const KEY = /^[A-Za-z0-9_*][A-Za-z0-9_.:*@/-]{0,127}$/;

interface Node {
  readonly below: Map<string, Node>;
  kept?: Kept;
}

const TREE = makeTree();

function makeTree(): Node {
  const root: Node = { below: new Map() };
  for (const [path, kept] of KEPT) {
    let node = root;
    for (const part of path.split(".")) {
      const next: Node = node.below.get(part) ?? { below: new Map() };
      node.below.set(part, next);
      node = next;
    }
    node.kept = kept;
  }
  return root;
}

/**
 * A configuration, as it was understood, with every default written out and without what could be a secret. It is still of
 * its type, so that whatever is said of it later can say no more than is shown.
 */
export function redactConfiguration(configuration: Configuration): Configuration {
  return redact(configuration, TREE) as Configuration;
}

/** The same as a document. */
export function formatConfiguration(redacted: Configuration): JsonObject {
  return JSON.parse(
    JSON.stringify(redacted, (_key, value: unknown) =>
      value instanceof Map ? (Object.fromEntries(value) as unknown) : value,
    ),
  ) as JsonObject;
}

/** A lockfile's entries in the same way: their grants and sources are the configuration's. */
export function redactLocked(
  locked: Readonly<Record<string, LockedPlugin>>,
): Readonly<Record<string, LockedPlugin>> {
  return Object.fromEntries(
    Object.entries(locked).map(([alias, plugin]) => [
      alias,
      {
        ...plugin,
        source: showOrigin(plugin.source),
        grants: redact(plugin.grants, below(below(below(TREE, "plugins"), alias), "grants")),
      } as LockedPlugin,
    ]),
  );
}

function redact(value: unknown, node: Node | undefined): unknown {
  if (typeof value === "string") return show(value, node?.kept);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (value instanceof Map) return new Map(redactEntries([...value], node));
  if (Array.isArray(value))
    return value.map((item: unknown, index) => redact(item, below(node, String(index))));
  if (typeof value !== "object") throw new TypeError(`a ${typeof value} in a configuration`);
  return Object.fromEntries(redactEntries(Object.entries(value), node));
}

function redactEntries(
  entries: readonly (readonly [unknown, unknown])[],
  node: Node | undefined,
): readonly (readonly [string, unknown])[] {
  return entries
    .filter(([, value]) => value !== undefined)
    .map(([key, value], index) => {
      const name = String(key);
      return [KEY.test(name) ? name : `${REDACTED} ${index + 1}`, redact(value, below(node, name))];
    });
}

function below(node: Node | undefined, part: string): Node | undefined {
  return node?.below.get(part) ?? node?.below.get("*");
}

function show(text: string, kept: Kept | undefined): string {
  if (kept === "whole") return text;
  if (kept === "origin") return showOrigin(text);
  if (kept === "source") return `${/^(env|file):/.exec(text)?.[0] ?? ""}${REDACTED}`;
  return kept === "root" && text === "/" ? text : REDACTED;
}

/** `https://hooks.example.com/[redacted]`: paths and queries are where addresses keep secrets. */
function showOrigin(text: string): string {
  const match =
    /^((?:https?|oci):\/\/)([A-Za-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?(\/.*)?$/s.exec(
      text,
    );
  if (match === null) return REDACTED;
  const [, scheme = "", host = "", port = "", path = ""] = match;
  return `${scheme}${host}${port}${path === "" ? "" : `/${REDACTED}`}`;
}
