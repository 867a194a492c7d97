import type { JsonObject } from "@glovebox/host-api/json";
import type { Posture } from "./posture.ts";
import {
  filterReport,
  makeDebtReport,
  readFilter,
  type ReportFilter,
  type View,
  type Viewer,
} from "./report.ts";

/** A report, and the same as text, which most of its readers get. */
export interface MadeReport {
  readonly report: JsonObject;
  readonly text: string;
}

export type ReportDebt = (filter: ReportFilter, viewer?: Viewer) => MadeReport;

/** Filters and viewers whose reports are kept. Each is some 100 kB at most in practice. */
const KEPT_MAX = 32;
const MINUTE_MS = 60_000;

/**
 * Makes reports when they are asked for, and keeps each until the posture changes, or a minute has passed: waivers end by
 * the clock. An agent that asks in a loop is answered from what is there.
 */
export function makeReportDebt(
  postureNow: () => Posture,
  view: View,
  nowMs: () => number = () => Date.now(),
): ReportDebt {
  const kept = new Map<string, MadeReport>();
  let keptFor: readonly unknown[] = [];
  const keep = (key: string, make: () => JsonObject): MadeReport => {
    const known = kept.get(key);
    if (known) {
      // The last that goes is the one that was asked for last: the whole, of which each filter is a part.
      kept.delete(key);
      kept.set(key, known);
      return known;
    }
    const report = make();
    const made = { report, text: JSON.stringify(report) };
    const [oldest] = kept.keys();
    if (kept.size >= KEPT_MAX && oldest !== undefined) kept.delete(oldest);
    kept.set(key, made);
    return made;
  };
  return (asked, { plugins, profile } = {}) => {
    const posture = postureNow();
    const now = nowMs();
    const about = [posture, posture.probes, Math.floor(now / MINUTE_MS)];
    if (about.some((part, index) => part !== keptFor[index])) kept.clear();
    keptFor = about;
    const viewer = {
      ...(plugins ? { plugins } : {}),
      ...(profile === undefined ? {} : { profile }),
    };
    const filter = readFilter(asked);
    const who = [[...(plugins ?? [])].toSorted(), profile];
    const whole = keep(JSON.stringify(who), () => makeDebtReport(posture, {}, view, viewer, now));
    if (Object.values(filter).every((word) => word === null)) return whole;
    return keep(JSON.stringify([...who, filter]), () => filterReport(whole.report, asked));
  };
}
