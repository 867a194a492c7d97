import { isLoopback } from "@glovebox/host-api/http/addresses";
import type { HttpGrant } from "@glovebox/host-api/http/grant";
import type { Configuration, PluginConfiguration } from "../policy/configuration.ts";
import { LIMIT_ROWS } from "../policy/read-limits.ts";
import { DEFAULT_LIMITS } from "../sandbox/limits.ts";
import type { LiveItem } from "./items.ts";
import { configured, listNames, liveItem } from "./live-item.ts";

/** What the operator's words for each plugin leave open, beside its grants as such. */
export function pluginConfigurationItems({ plugins }: Configuration): LiveItem[] {
  return Object.entries(plugins).flatMap(([alias, plugin]) => [
    ...httpItems(alias, plugin.grants.http as unknown as HttpGrant | undefined),
    ...unaskedItems(alias, plugin),
    ...(plugin.tenancy === "shared" ? [tenancyItem(alias)] : []),
    ...limitItems(alias, plugin),
  ]);
}

function httpItems(alias: string, grant: HttpGrant | undefined): LiveItem[] {
  if (!grant) return [];
  const plain = grant.allow.filter(
    ({ scheme, host }) => scheme === "http" && host !== "localhost" && !isLoopback(host),
  );
  const evidence = configured(`plugins.${alias}.grants.http`);
  return [
    ...(grant.private.length === 0
      ? []
      : [
          liveItem({
            id: `GB-PRIVATE-${alias}`,
            about: [alias],
            title: `Plugin \`${alias}\` may reach private addresses`,
            status: "monitoring",
            severity: "medium",
            ring: 2,
            area: "capabilities",
            current_behavior:
              "Its granted hosts may lie in networks that only this machine reaches. Whoever steers the plugin, or the names of those hosts, steers requests there.",
            ideal: "Plugins reach public hosts alone.",
            resolved_by: "Remove `private` from the grant.",
            references: ["OWASP MCP05"],
            evidence,
            operator: {
              current_behavior: `Its granted hosts may lie in ${listNames(grant.private)}. Whoever steers the plugin, or the names of those hosts, steers requests there.`,
            },
          }),
        ]),
    ...(plain.length === 0
      ? []
      : [
          liveItem({
            id: `GB-PLAIN-${alias}`,
            about: [alias],
            title: `Plugin \`${alias}\` may speak without TLS`,
            severity: "medium",
            ring: 2,
            area: "capabilities",
            current_behavior:
              "What it sends and is answered there can be read and changed by whoever is on the way.",
            ideal: "Every granted host is reached by https.",
            resolved_by: "Grant https in the place of http.",
            references: ["OWASP MCP10"],
            evidence,
            operator: {
              current_behavior: `What it sends to ${listNames(plain.map(({ host }) => host))}, and is answered, can be read and changed by whoever is on the way.`,
            },
          }),
        ]),
  ];
}

function unaskedItems(alias: string, { approvals = {} }: PluginConfiguration): LiveItem[] {
  const unasked = Object.entries(approvals).filter(([, approval]) => approval === "never");
  if (unasked.length === 0) return [];
  return [
    liveItem({
      id: `GB-UNASKED-${alias}`,
      about: [alias],
      title: `Nobody is asked before tools of plugin \`${alias}\` run`,
      status: "monitoring",
      severity: "medium",
      area: "flow",
      current_behavior:
        "The operator said `never` for one or more tools, also where the author calls them destructive or they may change something outside. The flow policy still holds what it holds.",
      ideal: "A person sees what cannot be undone.",
      resolved_by: `Remove \`never\` from \`plugins.${alias}.approvals\`.`,
      references: ["OWASP MCP06"],
      evidence: configured(`plugins.${alias}.approvals`),
    }),
  ];
}

function tenancyItem(alias: string): LiveItem {
  return liveItem({
    id: `GB-TENANCY-${alias}`,
    about: [alias],
    title: `Tenants share runner processes of plugin \`${alias}\``,
    severity: "medium",
    ring: 3,
    area: "identity",
    current_behavior:
      "One after the other, on untouched state. Native code that got out of its instance could wait in the process for the next tenant.",
    ideal: "Each tenant has processes of its own.",
    resolved_by: `Remove \`plugins.${alias}.tenancy\`.`,
    references: ["OWASP MCP10"],
    evidence: configured(`plugins.${alias}.tenancy`),
  });
}

/** Limits above what is safe without configuration. */
function limitItems(alias: string, { limits }: PluginConfiguration): LiveItem[] {
  const raised = Object.entries(LIMIT_ROWS)
    .filter(([, { field }]) => limits[field] > DEFAULT_LIMITS[field])
    .map(([key]) => key);
  if (raised.length === 0) return [];
  return [
    liveItem({
      id: `GB-LIMITS-${alias}`,
      about: [alias],
      title: `Plugin \`${alias}\` may use more than is usual`,
      status: "monitoring",
      severity: "low",
      ring: 3,
      area: "limits",
      current_behavior: `Raised above the default: ${raised.join(", ")}. All are still enforced.`,
      ideal: "No more than its tools need.",
      resolved_by: "Lower them to what was measured.",
      evidence: configured(`plugins.${alias}.limits`),
    }),
  ];
}
