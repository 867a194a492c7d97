import type { JsonObject } from "@glovebox/host-api/json";
import { digestOf } from "../plugin/canonical.ts";
import type { AcceptedPath } from "../policy/flow/policy.ts";
import type { Configuration, Waiver } from "../policy/configuration.ts";
import { isSealed } from "../policy/gates/decide-start.ts";
import type { Seal } from "../sandbox/sandbox.ts";
import { BUILT_IN_ITEMS } from "./built-in-items.ts";
import { SEVERITIES, STATUSES, type DebtItem } from "./items.ts";
import { postureItems } from "./posture-items.ts";
import type { ProbeRun } from "./probe-result.ts";

/** The facts of this machine and configuration that the report speaks of. */
export interface Posture {
  readonly runtimeVersion: string;
  readonly mode: Configuration["mode"];
  readonly seal: Seal;
  readonly waivers: readonly Waiver[];
  /** Paths from private data to the outside that nobody is asked about. */
  readonly acceptedPaths?: readonly AcceptedPath[];
  readonly plugins: readonly PostureOfPlugin[];
  /** Whether each replica counts for itself while the store of all is away. */
  readonly countsAloneWhenAway?: boolean;
  /** Undefined where nobody has run the probes, or the first run has not ended. */
  readonly probes?: ProbeRun;
}

export interface PostureOfPlugin {
  readonly alias: string;
  readonly signed: boolean;
  /** Capability names granted, with the operator's one-line form of each. */
  readonly grants: readonly {
    readonly capability: string;
    readonly form: string;
    readonly sends: boolean;
  }[];
}

/** Words of whoever asks, which may be an agent. */
export interface ReportFilter {
  readonly status?: string;
  readonly severity?: string;
}

export const REPORT_VERSION = 1;

/**
 * The pattern debt report: built-in items, and those that this machine and configuration add by themselves.
 * Versioned JSON (`debt-report.schema.json`), sorted by id; `digest` is over all items, whatever the filter leaves out.
 * Agents read it: it names no path, host or key. A filter word that means nothing is not applied, and `filter` shows
 * what was: nobody shall take an empty list for good news.
 */
export function makeDebtReport(posture: Posture, filter: ReportFilter = {}): JsonObject {
  const items = [...BUILT_IN_ITEMS, ...postureItems(posture)].toSorted((left, right) =>
    left.id < right.id ? -1 : 1,
  );
  const status = STATUSES.find((known) => known === filter.status) ?? null;
  const severity = SEVERITIES.find((known) => known === filter.severity) ?? null;
  const shown = items.filter(
    (item) =>
      item.status === (status ?? item.status) && item.severity === (severity ?? item.severity),
  );
  return {
    report_version: REPORT_VERSION,
    runtime: { name: "glovebox", version: posture.runtimeVersion },
    posture: {
      mode: posture.mode,
      seal: posture.seal.name,
      seal_in_force: isSealed(posture.seal),
      waivers: posture.waivers.map(({ gate, until }) => ({ gate, until })),
      plugins: posture.plugins.length,
      unsigned_plugins: posture.plugins.filter((plugin) => !plugin.signed).length,
    },
    digest: digestOf(items),
    filter: { status, severity },
    items_total: items.length,
    items: shown.map(toJson),
  };
}

function toJson(item: DebtItem): JsonObject {
  return { ...item, evidence: item.evidence.map((evidence) => ({ ...evidence })) };
}
