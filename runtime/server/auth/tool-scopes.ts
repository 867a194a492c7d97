import { missingScopes, type Principal } from "../../policy/principal.ts";
import type { ScopeConfiguration } from "../../policy/server/auth-configuration.ts";
import type { Challenge } from "../http/authenticate.ts";

/** Which scopes each tool needs, by exposed name. */
export interface ToolScopes {
  /** For what has none of its own; named to clients that come without credentials. */
  readonly usual: readonly string[];
  of(exposedName: string): readonly string[];
}

/** Without configuration no tool needs a scope. */
export function makeToolScopes(configuration: ScopeConfiguration | undefined): ToolScopes {
  const usual = configuration?.default ?? [];
  const named = new Map(Object.entries(configuration?.tools ?? {}));
  return { usual, of: (exposedName) => named.get(exposedName) ?? usual };
}

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
