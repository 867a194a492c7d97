import type { JsonObject } from "@glovebox/host-api/json";
import type { TrustEntry } from "../plugin/trust.ts";
import { isSealed } from "../policy/gates/decide-start.ts";
import { isInForce } from "../policy/gates/waivers.ts";
import type { ServerConfiguration } from "../policy/server/configuration.ts";
import { shippedAdvisories } from "./advisories.ts";
import { hasEncryption } from "./configuration-items.ts";
import type { Posture } from "./posture.ts";
import type { View, Viewer } from "./report.ts";

/** Kinds of trust roots, by the name that the report counts them under. */
const TRUST_KINDS = {
  key: "keys",
  identity: "identities",
  minisign: "minisign",
} as const satisfies Record<TrustEntry["kind"], string>;

/** What is true of this machine and configuration now, as the report says it. Names are for operators alone. */
export function describePostureFor(
  posture: Posture,
  view: View,
  viewer: Viewer,
  nowMs: number,
): JsonObject {
  const { configuration, probes, seal } = posture;
  const plugins = posture.plugins.filter(
    ({ alias }) => view === "operator" || viewer.plugins?.has(alias) === true,
  );
  const unsigned = plugins.filter(({ signed }) => !signed).length;
  const isOperator = view === "operator";
  return {
    mode: posture.mode,
    serving: posture.serving ?? null,
    seal: seal.name,
    seal_in_force: isSealed(seal),
    rings_in_force: ringsInForce(posture, unsigned),
    waivers: posture.waivers.map((waiver) => ({
      gate: waiver.gate,
      until: waiver.until,
      in_force: isInForce(waiver, nowMs),
      ...(isOperator ? { reason: waiver.reason } : {}),
    })),
    trust_roots: describeTrust(configuration?.trust ?? [], isOperator),
    auth: authOf(posture),
    plugins: plugins.length,
    unsigned_plugins: unsigned,
    ...(isOperator ? { plugin_names: plugins.map(({ alias }) => alias).toSorted() } : {}),
    shared_in_redis: configuration ? sharedInRedis(configuration.server, posture.serving) : [],
    encryption_at_rest: configuration ? hasEncryption(configuration) : null,
    probes: probes
      ? {
          at: probes.at,
          run: probes.results.length,
          held: probes.results.filter(({ held }) => held).length,
        }
      : null,
    advisories: shippedAdvisories().sources.map(({ kind, asked }) => ({ kind, asked })),
  };
}

/** Rings of which nothing is known to be amiss: no probe that did not hold, no unsigned plugin, and for 5 a seal. */
function ringsInForce({ seal, probes }: Posture, unsigned: number): number[] {
  const isHeld = (ring: number): boolean =>
    probes?.results.every((result) => result.ring !== ring || result.held) ?? true;
  return [0, 1, 2, 3, 4, 5].filter(
    (ring) => isHeld(ring) && (ring !== 0 || unsigned === 0) && (ring !== 5 || isSealed(seal)),
  );
}

function describeTrust(trust: readonly TrustEntry[], withNames: boolean): JsonObject {
  return Object.fromEntries(
    Object.entries(TRUST_KINDS).map(([kind, name]) => {
      const entries = trust.filter((entry) => entry.kind === kind);
      return [
        name,
        {
          count: entries.length,
          ...(withNames ? { names: entries.map((entry) => entry.name).toSorted() } : {}),
        },
      ];
    }),
  );
}

/** Over standard input and output the process that holds the pipes is the caller. */
function authOf({ serving, configuration }: Posture): string | null {
  if (serving === "stdio") return "pipes";
  if (!configuration) return null;
  return configuration.server.auth?.mode ?? "none";
}

/** What replicas meet over. Nothing of it is there where nothing is served. */
function sharedInRedis(server: ServerConfiguration, serving: Posture["serving"]): string[] {
  const { store, rate, tasks, auth } = server;
  if (store.kind !== "redis") return [];
  const isHttp = serving !== "stdio";
  return [
    "approvals",
    "conversations",
    ...(isHttp ? ["notices", "questions"] : []),
    ...(rate ? ["limits"] : []),
    ...(isHttp && auth?.mode === "oauth" && auth.dpop !== "off" ? ["proofs"] : []),
    ...(tasks ? ["tasks"] : []),
  ].toSorted();
}
