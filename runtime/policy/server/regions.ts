import { REGION, regionOf } from "@glovebox/host-api/http/region";
import type { HttpGrant } from "@glovebox/host-api/http/grant";
import type { Cursor } from "../../plugin/cursor.ts";
import { remedyForUnknown, suggestWord } from "../../plugin/suggest.ts";
import { quoteText } from "../../plugin/text.ts";
import type { PluginConfiguration } from "../configuration.ts";
import { isTenantName, LOCAL_TENANT } from "../principal.ts";
import type { AuthConfiguration } from "./auth-configuration.ts";

/** What `server.tenants` says of one tenant. */
export interface TenantConfiguration {
  /** Regions that what it sends must stay in. */
  readonly regions: readonly string[] | "any";
}

/** `server.regions` and `server.tenants`: the regions there are, and who is bound to which. */
export interface RegionConfiguration {
  readonly regions: readonly string[];
  /** By name. `*` is everyone who is not named, and always there where anyone is. */
  readonly tenants: ReadonlyMap<string, TenantConfiguration>;
}

export const NO_REGIONS: RegionConfiguration = { regions: [], tenants: new Map() };
export const EVERY_OTHER_TENANT = "*";
const REGIONS_MAX = 64;
const TENANTS_MAX = 1000;
const NAME = {
  lengthMin: 1,
  lengthMax: 32,
  pattern: REGION,
  shape: "lower-case letters, digits and hyphens, such as `eu`",
};

/**
 * Reads both keys. Whoever binds one tenant must say what holds for the others: a name that was mistyped would else be
 * a tenant that is bound to nothing.
 */
export function readRegions(
  names: Cursor,
  tenants: Cursor,
  auth: AuthConfiguration | undefined,
): RegionConfiguration {
  const regions = names.isAbsent()
    ? []
    : names.items(1, REGIONS_MAX).map((item) => item.string(NAME));
  if (tenants.isAbsent()) return { regions, tenants: new Map() };
  const entries = tenants.entries();
  if (entries.length === 0 || entries.length > TENANTS_MAX)
    tenants.problem(`${entries.length} tenants, where 1 to ${TENANTS_MAX} are accepted`);
  if (!entries.some(([name]) => name === EVERY_OTHER_TENANT))
    tenants.problem(
      "it is not said what holds for every other tenant",
      'Add `"*": { regions: any }`, or the regions that they are bound to.',
    );
  const known = statedTenants(auth);
  const bound = new Map<string, TenantConfiguration>();
  for (const [name, entry] of entries) {
    if (known ? !known.includes(name) : !isTenantName(name) && name !== LOCAL_TENANT)
      entry.problem(...whyNoTenant(name, known, auth));
    bound.set(name, { regions: readBound(entry.fields(["regions"]).get("regions"), regions) });
  }
  return { regions, tenants: bound };
}

/** Where the configuration alone says who can call: everyone there can be. Undefined where tokens and keys bring the names. */
function statedTenants(auth: AuthConfiguration | undefined): readonly string[] | undefined {
  const own = [LOCAL_TENANT, EVERY_OTHER_TENANT];
  if (auth === undefined || auth.mode === "none") return own;
  if (auth.mode === "keys" || !("value" in auth.tenant)) return undefined;
  return [auth.tenant.value, ...own];
}

/** The name of nobody who can call, and what to do about it. */
function whyNoTenant(
  name: string,
  known: readonly string[] | undefined,
  auth: AuthConfiguration | undefined,
): [message: string, remedy: string] {
  const message = `${quoteText(name)} is no tenant of this server`;
  if (!known) return [message, "Write 1 to 128 printable characters."];
  if (auth !== undefined && auth.mode !== "none") return [message, remedyForUnknown(name, known)];
  const meant = suggestWord(name, known);
  return [
    `${message}: without \`server.auth\` whoever calls is \`${LOCAL_TENANT}\``,
    meant === undefined
      ? `Write \`server.auth\`, which says who the tenants are, or bind \`${LOCAL_TENANT}\`.`
      : `Did you mean "${meant}"?`,
  ];
}

function readBound(member: Cursor, regions: readonly string[]): TenantConfiguration["regions"] {
  if (member.value === "any") return "any";
  return member.items(0, REGIONS_MAX).map((item) => {
    const name = item.string(NAME);
    if (name !== "" && !regions.includes(name))
      item.problem("a region that `server.regions` does not name", remedyForRegion(name, regions));
    return name;
  });
}

/** Refuses labels of grants that `server.regions` does not name, and one host under two labels in two plugins, by name or by wildcard. */
export function verifyRegionLabels(
  member: Cursor,
  plugins: Readonly<Record<string, PluginConfiguration>>,
  { regions }: RegionConfiguration,
): void {
  const labels = new Map<string, { readonly region: string; readonly alias: string }>();
  for (const [alias, { grants }] of Object.entries(plugins))
    for (const { host, region } of (grants.http as HttpGrant | undefined)?.allow ?? []) {
      if (region === undefined) continue;
      const below = [alias, "grants", "http"];
      const known = labels.get(host);
      if (!regions.includes(region))
        member.problem(
          `the region ${region} of ${host} is not one that \`server.regions\` names`,
          remedyForRegion(region, regions),
          below,
        );
      else if (known && known.region !== region)
        member.problem(
          `${host} is in ${region} here, and in ${known.region} for the plugin ${known.alias}`,
          "A host is in one place: write the same region.",
          below,
        );
      else labels.set(host, { region, alias });
    }
  for (const [alias, { grants }] of Object.entries(plugins)) {
    const grant = grants.http as HttpGrant | undefined;
    if (grant === undefined) continue;
    for (const [host, known] of labels) {
      if (grant.allow.some((rule) => rule.host === host)) continue;
      const here = regionOf(grant, host);
      if (here === null || here === known.region) continue;
      member.problem(
        `${host} is in ${known.region} for the plugin ${known.alias}, and in ${here} here by a wildcard`,
        `A host is in one place: write ${host}@${known.region} beside the wildcard.`,
        [alias, "grants", "http"],
      );
    }
  }
}

function remedyForRegion(name: string, regions: readonly string[]): string {
  return regions.length === 0
    ? `Name the regions first: \`server: { regions: [${name}] }\`.`
    : remedyForUnknown(name, regions);
}

/** The regions that a tenant is bound to; undefined binds it to none. Of a name that nothing is said of, what `*` says. */
export function regionsOfTenant(
  { tenants }: RegionConfiguration,
  tenant: string,
): readonly string[] | undefined {
  if (tenants.size === 0) return undefined;
  const { regions = [] } = tenants.get(tenant) ?? tenants.get(EVERY_OTHER_TENANT) ?? {};
  return regions === "any" ? undefined : regions;
}
