import type { HttpGrant } from "@glovebox/host-api/http/grant";
import type { Configuration } from "../configuration.ts";
import type { SecretKind } from "./judge-secret.ts";

/** A secret that the configuration names, and what it is for. */
export interface SecretReference {
  readonly path: string;
  readonly reference: string;
  readonly kind: SecretKind | "pem";
}

/** Every secret that the configuration names, in the order of its sections. */
export function listSecretReferences({
  plugins,
  server,
}: Configuration): readonly SecretReference[] {
  const found: SecretReference[] = [];
  for (const [alias, { grants }] of Object.entries(plugins)) {
    const http = grants.http as unknown as HttpGrant | undefined;
    for (const [index, { secret }] of (http?.allow ?? []).entries())
      if (secret)
        found.push({
          path: `plugins.${alias}.grants.http.allow[${index}].secret.reference`,
          reference: secret.reference,
          kind: "token",
        });
  }
  const { stateKey, store, http } = server;
  if (stateKey !== undefined)
    found.push({ path: "server.state_key", reference: stateKey, kind: "key" });
  if (store.kind === "redis")
    found.push({ path: "server.store.redis", reference: store.url, kind: "url" });
  if (http.tls) found.push({ path: "server.http.tls.key", reference: http.tls.key, kind: "pem" });
  return found;
}
