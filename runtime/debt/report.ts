import type { JsonObject } from "@glovebox/host-api/json";
import { digestOf } from "../plugin/canonical.ts";
import type { Waiver } from "../policy/configuration.ts";
import type { Seal } from "../sandbox/sandbox.ts";
import { BUILT_IN_ITEMS } from "./built-in-items.ts";
import type { DebtItem } from "./items.ts";

/** The facts of this machine and configuration that the report speaks of. */
export interface Posture {
  readonly runtimeVersion: string;
  readonly mode: "development" | "production";
  readonly seal: Seal;
  readonly waivers: readonly Waiver[];
  readonly plugins: readonly PostureOfPlugin[];
}

export interface PostureOfPlugin {
  readonly alias: string;
  readonly signed: boolean;
  /** Capability names granted, with the operator's one-line form of each. */
  readonly grants: readonly { readonly capability: string; readonly form: string; readonly sends: boolean }[];
}

export interface ReportFilter {
  readonly status?: string;
  readonly severity?: string;
}

export const REPORT_VERSION = 1;

/**
 * The pattern debt report: built-in items, and those that this machine and configuration add by themselves.
 * Versioned JSON in a stable order; `digest` is over all items before filtering. The public view names no path, host or key.
 */
export function makeDebtReport(posture: Posture, filter: ReportFilter = {}): JsonObject {
  const items = [...BUILT_IN_ITEMS, ...postureItems(posture)].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const shown = items.filter(
    (item) =>
      (filter.status === undefined || item.status === filter.status) &&
      (filter.severity === undefined || item.severity === filter.severity),
  );
  return {
    report_version: REPORT_VERSION,
    runtime: { name: "glovebox", version: posture.runtimeVersion },
    posture: {
      mode: posture.mode,
      seal: posture.seal.name,
      seal_in_force: posture.seal.name !== "none" && posture.seal.allowed.length === 0,
      waivers: posture.waivers.map((waiver) => ({ gate: waiver.gate, until: waiver.until })),
      plugins: posture.plugins.length,
      unsigned_plugins: posture.plugins.filter((plugin) => !plugin.signed).length,
    },
    digest: digestOf(items as unknown as JsonObject[]),
    items: shown as unknown as JsonObject[],
  };
}

/** Items that the configuration or the machine brings: a missing ring, a waiver, an unsigned plugin, what a grant means. */
function postureItems(posture: Posture): DebtItem[] {
  return [...sealItems(posture.seal), ...posture.waivers.map(waiverItem), ...posture.plugins.flatMap(pluginItems)];
}

function sealItems(seal: Seal): DebtItem[] {
  if (seal.name !== "none" && seal.allowed.length === 0) return [];
  return [
    {
      id: "GB-P001",
      title: "The operating system's seal is not in force on this machine",
      status: "open",
      severity: "critical",
      since: "0.1.0",
      ring: 5,
      current_behavior: "A plugin that escapes the WebAssembly engine has the rights of the user who runs Glovebox.",
      ideal: "Runners are held by bubblewrap and seccomp, or by Landlock and seccomp.",
      resolved_by: "Run on Linux with bubblewrap installed or Landlock enabled; `glovebox doctor` says what is missing.",
      references: ["OWASP MCP05"],
      evidence: [{ kind: "probe", what: seal.allowed.length > 0 ? `allowed: ${seal.allowed.join(", ")}` : "no seal could be started" }],
    },
  ];
}

function waiverItem(waiver: Waiver, index: number): DebtItem {
  return {
    id: `GB-W${String(index + 1).padStart(3, "0")}`,
    title: `Gate \`${waiver.gate}\` is waived until ${waiver.until}`,
    status: "open",
    severity: "high",
    since: "0.1.0",
    ring: null,
    current_behavior: "The gate does not refuse.",
    ideal: "No waiver.",
    resolved_by: "Close the gap that the waiver names and remove it from the configuration.",
    references: [],
    evidence: [{ kind: "configuration", what: "waivers" }],
  };
}

function pluginItems(plugin: PostureOfPlugin, index: number): DebtItem[] {
  const number = String(index + 1).padStart(3, "0");
  const items: DebtItem[] = [];
  if (!plugin.signed)
    items.push({
      id: `GB-U${number}`,
      title: `Plugin \`${plugin.alias}\` runs unsigned`,
      status: "open",
      severity: "high",
      since: "0.1.0",
      ring: 0,
      current_behavior: "It is pinned by digest, but nobody vouches for it.",
      ideal: "Every plugin is signed by a key that the operator trusts.",
      resolved_by: "Sign it and remove `unsigned: true`.",
      references: ["OWASP MCP04"],
      evidence: [{ kind: "configuration", what: `plugins.${plugin.alias}.unsigned` }],
    });
  const sends = plugin.grants.filter((grant) => grant.sends);
  if (sends.length > 0)
    items.push({
      id: `GB-G${number}`,
      title: `Plugin \`${plugin.alias}\` can send what it is given to other machines`,
      status: "monitoring",
      severity: "medium",
      since: "0.1.0",
      ring: 2,
      current_behavior: "Arguments and anything else that the plugin can read may leave through its granted hosts.",
      ideal: "Only plugins that must reach the network may.",
      resolved_by: "Remove the grant, or accept it.",
      references: ["OWASP MCP10"],
      evidence: [{ kind: "configuration", what: `plugins.${plugin.alias}.grants` }],
    });
  return items;
}
