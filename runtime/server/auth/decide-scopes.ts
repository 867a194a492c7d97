import { missingScopes, type Principal } from "../../policy/principal.ts";
import type { ToolScopes } from "../../policy/tool-scopes.ts";
import type { Challenge } from "../http/authenticate.ts";

/**
 * Whether the principal holds what the tool needs. The challenge names all of it, and not only what is missing: a token
 * that is asked for with less than it needs is refused again (RFC 6750, 3: the scope that is necessary).
 */
export function decideScopes(
  principal: Principal,
  exposedName: string,
  scopes: ToolScopes,
  refuseFor: (needed: readonly string[]) => Challenge,
): Challenge | undefined {
  const needed = scopes.of(exposedName);
  return missingScopes(principal, needed).length === 0 ? undefined : refuseFor(needed);
}
