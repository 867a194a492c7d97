import type { HttpGrant } from "@glovebox/host-api/http/grant";
import type { Configuration } from "../configuration.ts";
import type { SecretKind } from "./judge-secret.ts";

/** A secret that the configuration names, and what it is for. */
export interface SecretReference {
  readonly path: string;
  readonly reference: string;
  readonly kind: SecretKind | "pem";
}

const REFERENCE = /^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/;
/** What a secret is for. Any other is a token of some service's. */
const KINDS: Readonly<Record<string, SecretReference["kind"]>> = {
  "server.state_key": "key",
  "server.store.redis": "url",
  "server.http.tls.key": "pem",
};
/** What the configuration calls otherwise than we do. */
const NAMES: Readonly<Record<string, string>> = { "server.store.url": "server.store.redis" };
/** Files that are no secrets. */
const PUBLIC = /\.(cert|client_ca)$/;
/** Sections whose readers know no text but references that looks like one. Grants of `env` are texts of the operator's. */
const OTHER_SECTIONS = ["plugins", "trust", "waivers"];

/**
 * Every secret that the configuration names, found wherever a reference stands: what a section will name some day is judged
 * without a word here.
 */
export function listSecretReferences(configuration: Configuration): readonly SecretReference[] {
  const sections = Object.entries(configuration).filter(([key]) => !OTHER_SECTIONS.includes(key));
  return [
    ...listTokens(configuration),
    ...sections.flatMap(([key, value]) => listReferences(value, key)),
  ];
}

function listTokens({ plugins }: Configuration): readonly SecretReference[] {
  return Object.entries(plugins).flatMap(([alias, { grants }]) => {
    const http = grants.http as unknown as HttpGrant | undefined;
    return (http?.allow ?? []).flatMap(({ secret }, index) => {
      if (!secret) return [];
      const path = `plugins.${alias}.grants.http.allow[${index}].secret`;
      const own = Object.entries(secret.perTenant ?? {}).map(
        ([tenant, reference]) =>
          ({ path: `${path}.perTenant.${tenant}`, reference, kind: "token" }) as const,
      );
      const usual = { path: `${path}.reference`, reference: secret.reference, kind: "token" };
      return [usual as SecretReference, ...own];
    });
  });
}

function listReferences(value: unknown, at: string): readonly SecretReference[] {
  const path = NAMES[at] ?? at;
  if (typeof value === "string") {
    if (!REFERENCE.test(value) || PUBLIC.test(path)) return [];
    return [{ path, reference: value, kind: KINDS[path] ?? "token" }];
  }
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => listReferences(item, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    listReferences(member, `${path}.${toYamlKey(key)}`),
  );
}

/** `stateKey` as the configuration writes it: `state_key`. */
function toYamlKey(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
