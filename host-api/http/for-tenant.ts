import type { HttpGrant } from "./grant.ts";
import type { HttpRule } from "./rule.ts";

/**
 * The grant as one tenant has it: with the tenant's own secrets, and without the rules that have secrets for other tenants
 * only. Nobody's requests go out with another's credentials, and none that is meant to have some goes out without.
 */
export function grantForTenant(grant: HttpGrant, tenant: string | undefined): HttpGrant {
  if (grant.allow.every(({ secret }) => secret?.perTenant === undefined)) return grant;
  return { ...grant, allow: grant.allow.flatMap((rule) => ruleForTenant(rule, tenant)) };
}

function ruleForTenant(rule: HttpRule, tenant: string | undefined): readonly HttpRule[] {
  const { secret } = rule;
  if (secret?.perTenant === undefined || tenant === undefined) return [rule];
  if (!Object.hasOwn(secret.perTenant, tenant)) return [];
  const reference = secret.perTenant[tenant];
  return reference === undefined ? [] : [{ ...rule, secret: { ...secret, reference } }];
}
