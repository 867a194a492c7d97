import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { digestOf } from "../plugin/canonical.ts";
import { BUILT_IN_ITEMS } from "./built-in-items.ts";
import { describePostureFor } from "./describe-posture.ts";
import {
  AREA_NAMES,
  SEVERITIES,
  STATUSES,
  type DebtItem,
  type Evidence,
  type LiveItem,
} from "./items.ts";
import type { Posture } from "./posture.ts";
import { postureItems } from "./posture-items.ts";
import type { ProbeRun } from "./probe-result.ts";

export type { Posture, PostureOfPlugin } from "./posture.ts";

/** Words of whoever asks, which may be an agent. */
export interface ReportFilter {
  readonly status?: string;
  readonly severity?: string;
  readonly area?: string;
}

/** `public` is what agents get: it names no path, host, key, reason, person, or plugin that is not theirs. */
export type View = "public" | "operator";

/** Whom the public view is for. */
export interface Viewer {
  /** The plugins that whoever asks can see. Left out, none. */
  readonly plugins?: ReadonlySet<string>;
  /** The profile at which it asks. */
  readonly profile?: string;
}

export const REPORT_VERSION = 2;
/** What is beyond it is counted in `items_left_off`, the least severe first. */
export const ITEMS_MAX = 1000;

/**
 * The pattern debt report: built-in items, and those that this machine, configuration and release add by themselves.
 * Versioned JSON (`debt-report.schema.json`), sorted by id; `digest` is over all items of the view, whatever the filter
 * leaves out. A filter word that means nothing is not applied, and `filter` shows what was: nobody shall take an empty
 * list for good news.
 */
export function makeDebtReport(
  posture: Posture,
  filter: ReportFilter,
  view: View,
  viewer: Viewer = {},
  nowMs = Date.now(),
): JsonObject {
  const all = listItems(posture, view, viewer, nowMs);
  const items = withinLimit(all);
  const whole = {
    report_version: REPORT_VERSION,
    view,
    runtime: { name: "glovebox", version: posture.runtimeVersion },
    posture: describePostureFor(posture, view, viewer, nowMs),
    digest: digestOf(items),
    filter: readFilter({}),
    items_total: all.length,
    items_left_off: all.length - items.length,
    items: items.map(toJson),
  };
  return filterReport(whole, filter);
}

/** What a filter leaves of a report that was made without one. */
export function filterReport(whole: JsonObject, filter: ReportFilter): JsonObject {
  const known = readFilter(filter);
  const items = whole["items"] as unknown as readonly (JsonObject & DebtItem)[];
  return { ...whole, filter: known, items: items.filter((item) => isWanted(item, known)) };
}

/** Every item of a view, sorted by id. Ids are in ASCII, so that this order is nobody's locale. */
export function listItems(
  posture: Posture,
  view: View,
  viewer: Viewer,
  nowMs: number,
): readonly DebtItem[] {
  const live = postureItems(posture, nowMs)
    .filter((item) => view === "operator" || maySee(item, viewer))
    .map((item) => inView(item, view));
  return [...BUILT_IN_ITEMS, ...live]
    .map((item) => ({ ...item, evidence: item.evidence.map((one) => judge(one, posture.probes)) }))
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

function maySee({ about = [], profile }: LiveItem, viewer: Viewer): boolean {
  if (profile !== undefined && profile !== viewer.profile) return false;
  return about.every((alias) => viewer.plugins?.has(alias) === true);
}

function inView(
  { about: _about, profile: _profile, operator, ...item }: LiveItem,
  view: View,
): DebtItem {
  return view === "operator" ? { ...item, ...operator } : item;
}

/** A probe that an item names as its evidence is worth what it showed here. */
function judge(evidence: Evidence, run: ProbeRun | undefined): Evidence {
  if (evidence.kind !== "probe") return evidence;
  const result = run?.results.find(({ id }) => id === evidence.what);
  if (!result) return evidence;
  return { ...evidence, what: `${result.id}: ${result.held ? "held" : "not held"}` };
}

function withinLimit(items: readonly DebtItem[]): readonly DebtItem[] {
  if (items.length <= ITEMS_MAX) return items;
  const rank = ({ severity }: DebtItem): number => SEVERITIES.indexOf(severity);
  const kept = new Set(
    items.toSorted((left, right) => rank(right) - rank(left)).slice(0, ITEMS_MAX),
  );
  return items.filter((item) => kept.has(item));
}

/** What of a filter is applied: null where a word means nothing, or there is none. */
export type KnownFilter = Record<"status" | "severity" | "area", string | null>;

export function readFilter({ status, severity, area }: ReportFilter): KnownFilter {
  const find = (words: readonly string[], word: string | undefined): string | null =>
    words.find((known) => known === word) ?? null;
  return {
    status: find(STATUSES, status),
    severity: find(SEVERITIES, severity),
    area: find(AREA_NAMES, area),
  };
}

function isWanted(item: DebtItem, { status, severity, area }: KnownFilter): boolean {
  return (
    item.status === (status ?? item.status) &&
    item.severity === (severity ?? item.severity) &&
    item.area === (area ?? item.area)
  );
}

function toJson(item: DebtItem): JsonValue {
  return { ...item, evidence: item.evidence.map((evidence) => ({ ...evidence })) };
}
