import type { LiveItem } from "./items.ts";
import { configured, listNames, liveItem } from "./live-item.ts";
import type { PostureOfPlugin, RefusedPlugin } from "./posture.ts";

/** What each plugin brings: what its grants mean, secrets that the host adds for it, and that nobody vouches for it. */
export function pluginItems(plugins: readonly PostureOfPlugin[]): LiveItem[] {
  return plugins.flatMap((plugin) => [
    ...plugin.grants.map((grant) => grantItem(plugin, grant)),
    ...(plugin.secrets.length > 0 ? [secretItem(plugin)] : []),
    ...(plugin.signed ? [] : [unsignedItem(plugin)]),
  ]);
}

function grantItem(
  { alias }: PostureOfPlugin,
  { capability, can, severity, references, whereTo }: PostureOfPlugin["grants"][number],
): LiveItem {
  const title = `Plugin \`${alias}\` can ${can}`;
  return liveItem({
    id: `GB-GRANT-${alias}.${capability}`,
    about: [alias],
    title,
    status: "monitoring",
    severity,
    since: "0.1.0",
    ring: 2,
    area: "capabilities",
    current_behavior: `It was granted \`${capability}\`. Within the grant nothing judges what it is used for.`,
    ideal: "Only plugins that need a capability have it.",
    resolved_by: "Remove the grant, or accept it.",
    references,
    evidence: configured(`plugins.${alias}.grants.${capability}`),
    ...(whereTo === undefined ? {} : { operator: { title: `${title}: ${whereTo}` } }),
  });
}

function secretItem({ alias, secrets }: PostureOfPlugin): LiveItem {
  const now =
    "The host adds the secret to requests within the rule. The plugin does not see it, and does with it whatever the other end lets it do.";
  return liveItem({
    id: `GB-SECRET-${alias}`,
    about: [alias],
    title: `Plugin \`${alias}\` acts with a secret of the operator's`,
    status: "monitoring",
    severity: "medium",
    ring: 2,
    area: "capabilities",
    current_behavior: now,
    ideal: "A secret that can do no more than the tool needs.",
    resolved_by: "Narrow the rule's methods and paths, and what the secret itself may do.",
    references: ["OWASP MCP01"],
    evidence: configured(`plugins.${alias}.grants.http`),
    operator: { current_behavior: `${now} Named here: ${listNames(secrets)}.` },
  });
}

function unsignedItem({ alias }: PostureOfPlugin): LiveItem {
  return liveItem({
    id: `GB-UNSIGNED-${alias}`,
    about: [alias],
    title: `Plugin \`${alias}\` runs unsigned`,
    severity: "high",
    since: "0.1.0",
    ring: 0,
    area: "supply",
    current_behavior: "It is pinned by digest, but nobody vouches for it.",
    ideal: "Every plugin is signed by a key that the operator trusts.",
    resolved_by: "Sign it and remove `unsigned: true`.",
    references: ["OWASP MCP04"],
    evidence: configured(`plugins.${alias}.unsigned`),
  });
}

/** A plugin of the configuration that no start would let in. A server that began earlier may still serve it. */
export function refusedItem({ alias, codes }: RefusedPlugin): LiveItem {
  const isRevoked = codes.some(
    (code) => code === "ERR_KEY_REVOKED" || code === "ERR_DIGEST_REVOKED",
  );
  return liveItem({
    id: `GB-REFUSED-${alias}`,
    about: [alias],
    title: isRevoked
      ? `Plugin \`${alias}\`, or who signed it, was revoked`
      : `Plugin \`${alias}\` would not be let in`,
    severity: "high",
    ring: 0,
    area: "supply",
    current_behavior:
      "No start goes on while it stands in the configuration. A server that was started before it was refused serves it until it is stopped.",
    ideal: "What stands in the configuration is what may run, in every server.",
    resolved_by: "Run `glovebox verify` for the reasons; restart the servers that began before.",
    references: ["OWASP MCP04"],
    evidence: configured(`plugins.${alias}`),
    operator: {
      evidence: [{ kind: "configuration", what: `plugins.${alias}: ${listNames(codes)}` }],
    },
  });
}
