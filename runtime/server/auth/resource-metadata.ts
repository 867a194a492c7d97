import type { JsonObject } from "@glovebox/host-api/json";
import type { ScopeConfiguration, TokenAuth } from "../../policy/server/auth-configuration.ts";
import { PROOF_ALGORITHMS } from "./proof.ts";

/** What clients learn of this resource before they have a token (RFC 9728, 2). */
export function makeResourceMetadata(
  auth: TokenAuth,
  scopes: ScopeConfiguration | undefined,
): JsonObject {
  const named = [...(scopes?.default ?? []), ...Object.values(scopes?.tools ?? {}).flat()];
  return {
    resource: auth.resource,
    authorization_servers: [auth.issuer],
    bearer_methods_supported: ["header"],
    ...(named.length === 0 ? {} : { scopes_supported: [...new Set(named)].toSorted() }),
    ...(auth.dpop === "off"
      ? {}
      : {
          dpop_signing_alg_values_supported: [...PROOF_ALGORITHMS],
          dpop_bound_access_tokens_required: auth.dpop === "required",
        }),
  };
}

/** Where the metadata of a resource is: the well-known part goes between host and path (RFC 9728, 3.1). */
export function metadataAddress(resource: string): string {
  const { origin, pathname } = new URL(resource);
  return `${origin}/.well-known/oauth-protected-resource${pathname === "/" ? "" : pathname}`;
}
