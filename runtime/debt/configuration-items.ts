import type { Configuration } from "../policy/configuration.ts";
import { serverItems } from "./server-items.ts";
import type { LiveItem } from "./items.ts";
import { configured, listNames, liveItem } from "./live-item.ts";
import type { Posture } from "./posture.ts";
import { DEFAULT_FILTER } from "../firewall/filter/policy.ts";
import { pluginConfigurationItems } from "./plugin-configuration-items.ts";

/**
 * What the configuration leaves open, section by section: each weakening has an item of its own, which the id names.
 * Without a workspace only the mode is known.
 */
export function configurationItems(posture: Posture): LiveItem[] {
  const { configuration, mode } = posture;
  return [
    ...(mode === "development" ? [DEVELOPMENT] : []),
    ...(configuration
      ? [
          ...atRestItems(configuration),
          ...trustItems(configuration),
          ...auditItems(configuration),
          ...filterItems(configuration),
          ...flowItems(configuration),
          ...telemetryItems(configuration),
          ...pluginConfigurationItems(configuration),
          ...serverItems(configuration.server, posture.serving),
        ]
      : []),
  ];
}

const DEVELOPMENT: LiveItem = liveItem({
  id: "GB-DEVELOPMENT",
  title: "The runtime is in development mode",
  severity: "medium",
  area: "operation",
  current_behavior:
    "Unsigned plugins, a machine without ring 5 and a server without authentication on a loopback address are let in.",
  ideal:
    "Whatever meets data that matters runs in production mode, where each of these refuses the start.",
  resolved_by: "Write `mode: production`, or set NODE_ENV=production.",
  evidence: configured("mode"),
});

function atRestItems(configuration: Configuration): LiveItem[] {
  if (hasEncryption(configuration)) return [];
  return [
    liveItem({
      id: "GB-AT-REST",
      title: "What plugins keep is not encrypted on the disk",
      severity: "medium",
      area: "storage",
      current_behavior:
        "Files and stores of plugins lie there as they were written, readable by the server's user and by whoever has the disk or a copy of it. `glovebox tenant erase` has no key to destroy.",
      ideal: "Each tenant's data is encrypted with a key of its own, which can be destroyed.",
      resolved_by: "Write the section `encryption`.",
      references: ["OWASP MCP01"],
      evidence: configured("encryption"),
    }),
  ];
}

/** Whether a section `encryption` is there. */
export function hasEncryption(configuration: Configuration): boolean {
  return configuration.encryption !== undefined;
}

function trustItems({ trust, revoked, trustedRoot }: Configuration): LiveItem[] {
  const wide = trust.filter(({ plugins }) => plugins.includes("*"));
  const known = revoked.keys.length + revoked.identities.length;
  return [
    ...(wide.length === 0
      ? []
      : [
          liveItem({
            id: "GB-TRUST-WIDE",
            title: "Someone may sign plugins of any name",
            status: "monitoring",
            severity: "low",
            ring: 0,
            area: "supply",
            current_behavior: `${wide.length} of ${trust.length} entries of \`trust\` count for every plugin.`,
            ideal: "Each signer counts for the plugins that are theirs.",
            resolved_by: "Name the plugins in `trust`.",
            references: ["OWASP MCP04"],
            evidence: configured("trust"),
            operator: {
              current_behavior: `These count for every plugin: ${listNames(wide.map(({ name }) => name))}.`,
            },
          }),
        ]),
    ...(known + revoked.digests.length === 0
      ? []
      : [
          liveItem({
            id: "GB-REVOKED",
            title:
              "Signers or digests were revoked, which servers that run since before do not know",
            status: "monitoring",
            severity: "low",
            ring: 0,
            area: "supply",
            current_behavior: `${known} signers and ${revoked.digests.length} digests are revoked here. Every start refuses them; a server that was started before the revocation goes on until it is stopped.`,
            ideal: "A revocation ends what it is about at once, everywhere.",
            resolved_by:
              "Restart the servers of this workspace, then keep the entries: they stop a return.",
            references: ["OWASP MCP04"],
            evidence: configured("revoked"),
          }),
        ]),
    ...(trustedRoot === undefined
      ? []
      : [
          liveItem({
            id: "GB-TRUSTED-ROOT",
            title: "Another trusted root than Sigstore's own says who an identity is",
            status: "monitoring",
            severity: "low",
            ring: 0,
            area: "supply",
            current_behavior:
              "Certificates and logs are held against the operator's file. Nothing here says when it was made.",
            ideal: "A root that is fetched and vouched for.",
            resolved_by:
              "Keep the file as new as your instance's, or remove `sigstore.trusted_root`.",
            references: ["OWASP MCP04"],
            evidence: configured("sigstore.trusted_root"),
          }),
        ]),
  ];
}

function auditItems({ audit }: Configuration): LiveItem[] {
  return [
    ...(audit.arguments === "full"
      ? [
          liveItem({
            id: "GB-AUDIT-ARGUMENTS",
            title: "Arguments of calls stand in the audit trail word for word",
            severity: "medium",
            area: "audit",
            current_behavior:
              "Whatever clients send is kept, secrets and personal data with it, for whoever reads the trail.",
            ideal: "The trail says what happened, and holds nobody's data.",
            resolved_by: "Write `audit.arguments: redacted`, or `digest`.",
            references: ["OWASP MCP01", "OWASP MCP08"],
            evidence: configured("audit.arguments"),
          }),
        ]
      : []),
    ...(audit.trail.checkpointFolder === undefined
      ? [
          liveItem({
            id: "GB-AUDIT-COPY",
            title: "Checkpoints of the audit trail are kept beside it alone",
            severity: "low",
            area: "audit",
            current_behavior:
              "Whoever can write the trail can write its checkpoints too, and then nothing of an earlier trail is left to compare with.",
            ideal: "Checkpoints lie where the server's user cannot take them away.",
            resolved_by:
              "Write `audit.checkpoint.folder`, or keep `glovebox audit head` elsewhere.",
            references: ["OWASP MCP08"],
            evidence: configured("audit.checkpoint.folder"),
          }),
        ]
      : []),
  ];
}

/** Kinds that the filter would take out by itself, and that the operator lets through. */
function filterItems({ filter }: Configuration): LiveItem[] {
  const weaker = Object.entries(filter.actions).filter(
    ([kind, action]) =>
      Object.hasOwn(DEFAULT_FILTER.actions, kind) && (action === "pass" || action === "annotate"),
  );
  return weaker.map(([kind, action]) =>
    liveItem({
      id: `GB-FILTER-${kind}`,
      title:
        action === "pass"
          ? `The filter of answers lets \`${kind}\` through`
          : `The filter of answers only notes \`${kind}\``,
      severity: action === "pass" ? "high" : "medium",
      area: "content",
      current_behavior: "What is found of this kind reaches the model as the plugin wrote it.",
      ideal: "It is taken out, or the answer is refused.",
      resolved_by: `Remove \`filter.${kind}\`.`,
      references: ["OWASP MCP06"],
      evidence: configured(`filter.${kind}`),
    }),
  );
}

function flowItems({ flow }: Configuration): LiveItem[] {
  return [
    ...(flow.after === "both"
      ? [
          liveItem({
            id: "GB-FLOW-AFTER",
            title: "What strangers wrote holds nothing up until private data was read as well",
            status: "monitoring",
            severity: "medium",
            area: "flow",
            current_behavior:
              "A conversation that has read strangers' text may send outside without a question until it has read private data through this server too.",
            ideal: "Whoever has read strangers' text sends nothing unasked.",
            resolved_by: "Remove `flow.after`.",
            references: ["OWASP MCP06"],
            evidence: configured("flow.after"),
          }),
        ]
      : []),
    ...(flow.inside.length > 0
      ? [
          liveItem({
            id: "GB-FLOW-INSIDE",
            title: "Some hosts count as the operator's own",
            status: "monitoring",
            severity: "low",
            area: "flow",
            current_behavior: `${flow.inside.length} entries of \`flow.inside\`: what comes from there is nobody's instruction, and what goes there has not left.`,
            ideal: "Only hosts where nobody else writes are named.",
            resolved_by: "Look through `flow.inside`.",
            references: ["OWASP MCP06"],
            evidence: configured("flow.inside"),
            operator: {
              current_behavior: `What comes from these is nobody's instruction, and what goes there has not left: ${listNames(flow.inside)}.`,
            },
          }),
        ]
      : []),
  ];
}

function telemetryItems({ telemetry: { otlp, prometheus, debt } }: Configuration): LiveItem[] {
  const isPlain = otlp !== undefined && otlp.endpoint.startsWith("http:");
  return [
    ...(isPlain
      ? [
          liveItem({
            id: "GB-TELEMETRY-PLAIN",
            title: "Traces and metrics are sent without TLS",
            severity: "low",
            area: "audit",
            current_behavior:
              "Names of tools, and when each is called, can be read by whoever is on the way to the collector.",
            ideal: "The collector is reached by https, or is on this machine.",
            resolved_by: "Write an https address as `telemetry.otlp.endpoint`.",
            references: ["OWASP MCP08"],
            evidence: configured("telemetry.otlp.endpoint"),
          }),
        ]
      : []),
    ...(prometheus !== undefined || debt === true
      ? [
          liveItem({
            id: "GB-OPERATOR-PAGES",
            title: "Every process of this machine may read the operator's pages",
            status: "monitoring",
            severity: "low",
            area: "identity",
            current_behavior:
              "Metrics, and the report where it is served, are at a loopback address: other machines and web pages do not reach them, every user of this one does.",
            ideal: "Whoever reads them says who they are.",
            resolved_by: "Serve them on machines of which you are the only user.",
            evidence: configured(prometheus ? "telemetry.metrics" : "telemetry.debt"),
          }),
        ]
      : []),
  ];
}
