import type { Destination } from "../capability.ts";
import { GrantError } from "../errors.ts";
import type { HttpGrant } from "./grant.ts";
import { matchesHost } from "./match.ts";
import type { HttpRule } from "./rule.ts";
import type { Target } from "./url.ts";

// debt("GB-085"): a label is believed.
/** A region as the operator names it: `eu`, `us-east-1`. It is a label, not a measurement: nothing looks where a host is. */
export const REGION = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

type Path = readonly (string | number)[];

/** Reads a rule's label. Throws `GrantError`. */
export function parseRegion(value: unknown, path: Path): string {
  if (typeof value === "string" && REGION.test(value)) return value;
  throw new GrantError(
    "an http rule has an invalid region",
    'Write 1 to 32 lower-case letters, digits and hyphens, such as "eu".',
    path,
  );
}

/** Refuses one host under two labels, or under one and none: it is in one place. Throws `GrantError`. */
export function assertOneRegion(rules: readonly HttpRule[], path: Path): void {
  const regions = new Map<string, string | undefined>();
  for (const { host, region } of rules) {
    if (regions.has(host) && regions.get(host) !== region)
      throw new GrantError(
        `the host ${JSON.stringify(host)} has two regions: ${regions.get(host) ?? "none"} and ${region ?? "none"}`,
        "Give every rule of a host the same region.",
        path,
      );
    regions.set(host, region);
  }
}

/** The label of a host: of the rule that names it most exactly, whatever else that rule allows; `null` where there is none. */
export function regionOf({ allow }: HttpGrant, host: string): string | null {
  let found: HttpRule | undefined;
  for (const rule of allow)
    if (matchesHost(rule.host, host) && exactness(rule) > exactness(found)) found = rule;
  return found?.region ?? null;
}

/** A name is more exact than a wildcard, and a longer wildcard than a shorter. */
function exactness(rule: HttpRule | undefined): number {
  if (rule === undefined) return -1;
  return rule.host.startsWith("*.") ? rule.host.length : Number.MAX_SAFE_INTEGER;
}

/** Where a tenant's requests may go, as far as labels say. */
export interface Residency {
  /** Regions that the tenant is bound to; undefined binds it to none, and an empty list lets it reach nothing. */
  readonly bound: readonly string[] | undefined;
  /** The whole grant: a rule that is another tenant's still says where its host is. */
  readonly labels: HttpGrant;
}

/** Where a request goes, as the audit names it. */
export function destinationOf(
  { labels }: Residency,
  { scheme, host, port }: Pick<Target, "scheme" | "host" | "port">,
): Destination {
  return { scheme, host, port, region: regionOf(labels, host) };
}

/**
 * Why a destination is outside the regions that a tenant is bound to; undefined where it is not, or the tenant is bound to none.
 * A host without a label is outside every region. The words are for the audit, never for the guest.
 */
export function refusalOfRegion({ region }: Destination, { bound }: Residency): string | undefined {
  if (bound === undefined || (region !== null && bound.includes(region))) return undefined;
  const places = bound.length === 0 ? "no region" : bound.join(", ");
  const where = region === null ? "has no region" : `is in ${region}`;
  return `the tenant is bound to ${places}, and this host ${where}`;
}
