import { coversRange } from "./addresses.ts";
import type { HttpGrant } from "./grant.ts";
import { isPathWithin, matchesHost } from "./match.ts";
import type { HttpRule } from "./rule.ts";
import { DEFAULT_PORTS } from "./url.ts";

/**
 * Whether everything `requested` allows is also allowed by `granted`.
 * Conservative: each requested rule must lie within one granted rule, not within several together.
 */
export function coversGrant(granted: HttpGrant, requested: HttpGrant): boolean {
  return (
    requested.allow.every((rule) => granted.allow.some((wider) => coversRule(wider, rule))) &&
    requested.private.every((range) =>
      granted.private.some((wider) => coversRange(wider, range)),
    ) &&
    requested.redirectsMax <= granted.redirectsMax &&
    requested.responseBytesMax <= granted.responseBytesMax &&
    requested.timeoutMs <= granted.timeoutMs
  );
}

/** A grant may add a secret of the operator's; a secret that is asked for must be the one that was granted. */
function coversRule(granted: HttpRule, requested: HttpRule): boolean {
  return (
    granted.scheme === requested.scheme &&
    granted.port === requested.port &&
    (requested.region ?? granted.region) === granted.region &&
    matchesHost(granted.host, requested.host) &&
    requested.methods.every((method) => granted.methods.includes(method)) &&
    requested.paths.every((path) => granted.paths.some((prefix) => isPathWithin(prefix, path))) &&
    (requested.secret === undefined ||
      (granted.secret?.header === requested.secret.header &&
        granted.secret.reference === requested.secret.reference &&
        granted.secret.format === requested.secret.format &&
        JSON.stringify(granted.secret.perTenant) === JSON.stringify(requested.secret.perTenant)))
  );
}

/** One line for people: `GET, HEAD https://api.example.com/v1/ (secret env:KEY as authorization); private 10.0.0.0/8`. */
export function formatGrant(grant: HttpGrant): string {
  const parts = grant.allow.map(formatRule);
  if (grant.private.length > 0) parts.push(`private addresses ${grant.private.join(", ")}`);
  return parts.join("; ");
}

function formatRule(rule: HttpRule): string {
  const port = rule.port === DEFAULT_PORTS[rule.scheme] ? "" : `:${rule.port}`;
  const origin = `${rule.scheme}://${rule.host}${port}`;
  const places = rule.paths.map((path) => `${origin}${path}`).join(", ");
  const tenants = Object.entries(rule.secret?.perTenant ?? {}).map(
    ([tenant, reference]) => `${reference} for ${tenant}`,
  );
  const secret =
    rule.secret === undefined
      ? ""
      : ` (secret ${[rule.secret.reference, ...tenants].join(", ")} as ${rule.secret.header})`;
  const region = rule.region === undefined ? "" : ` (region ${rule.region})`;
  return `${rule.methods.join(", ")} ${places}${secret}${region}`;
}
