import { formatDestination } from "../destinations.ts";
import type { CallRecord } from "../record.ts";
import { BoundedMap } from "./bounded-map.ts";
import type { Anomaly, AnomalyRule } from "./rules.ts";

const KEYS_MAX = 10_000;
/** What is usual is not known before so many calls. */
const USUAL_CALLS_MIN = 20;
/** How fast what is usual follows: each call counts for a fiftieth. */
const USUAL_WEIGHT = 1 / 50;
/** One rule speaks of one plugin and principal this often at most, unless it suspends: that ends by itself. */
const QUIET_MS = 60_000;

/** Hosts that plugins have sent to, kept between starts. */
export interface KnownHosts {
  /** Whether the host was known. From now on it is. */
  learn(alias: string, host: string): boolean;
}

export type DetectAnomalies = (record: CallRecord, nowMs: number) => readonly Anomaly[];

/** Holds each call against the rules. Its memory is bounded, whoever calls whatever. `nowMs` only ever goes on. */
// debt("GB-064"): of this process.
export function makeDetector(rules: readonly AnomalyRule[], hosts: KnownHosts): DetectAnomalies {
  const checks = rules.map((rule) => ({ rule, check: makeCheck(rule, hosts) }));
  const spoken = new BoundedMap<{ untilMs: number }>(KEYS_MAX);
  return (record, nowMs) =>
    checks.flatMap(({ rule, check }): Anomaly[] => {
      // What was refused because of a suspension says nothing, and must not bring about the next.
      if (record.error_code === "PLUGIN_SUSPENDED") return [];
      if (rule.plugins && !rule.plugins.includes(record.alias)) return [];
      const what = check(record, nowMs);
      if (what === undefined) return [];
      const key = JSON.stringify([rule.name, record.alias, record.principal, what]);
      const last = spoken.touch(key, () => ({ untilMs: -Infinity }));
      if (nowMs < last.untilMs && rule.action !== "suspend") return [];
      last.untilMs = nowMs + QUIET_MS;
      const { alias, tool_name: toolName, principal, call_id: callId } = record;
      return [{ rule, alias, toolName, principal, callId, what }];
    });
}

type Check = (record: CallRecord, nowMs: number) => string | undefined;

function makeCheck(rule: AnomalyRule, hosts: KnownHosts): Check {
  if (rule.kind === "burst") return checkBurst(rule);
  if (rule.kind === "size") return checkSize(rule);
  if (rule.kind === "denied") return checkDenied(rule);
  return ({ alias, destinations }) => {
    const unknown = destinations
      .map(formatDestination)
      .filter((host) => !hosts.learn(alias, host) && !rule.known.includes(host));
    return unknown.length === 0 ? undefined : `destination ${unknown.join(", ")}`;
  };
}

/** Two windows side by side, the older by the share that is still within: exact enough, and two numbers for each key. */
function checkBurst({ calls, withinMs }: AnomalyRule & { kind: "burst" }): Check {
  const windows = new BoundedMap<{ startMs: number; count: number; before: number }>(KEYS_MAX);
  return ({ principal, tool_name: tool }, nowMs) => {
    const key = JSON.stringify([principal, tool]);
    const window = windows.touch(key, () => ({ startMs: nowMs, count: 0, before: 0 }));
    const passed = Math.floor((nowMs - window.startMs) / withinMs);
    if (passed > 0) {
      window.before = passed === 1 ? window.count : 0;
      window.count = 0;
      window.startMs += passed * withinMs;
    }
    window.count += 1;
    const share = 1 - (nowMs - window.startMs) / withinMs;
    const seen = window.count + window.before * share;
    return seen > calls ? `more than ${calls} calls of ${tool} in ${withinMs / 1000} s` : undefined;
  };
}

function checkSize({ chars, times }: AnomalyRule & { kind: "size" }): Check {
  const usual = new BoundedMap<{ calls: number; mean: number }>(KEYS_MAX);
  return ({ tool_name: tool, result_chars: size }) => {
    if (chars !== undefined && size > chars) return `an answer of more than ${chars} characters`;
    if (times === undefined) return undefined;
    const seen = usual.touch(tool, () => ({ calls: 0, mean: 0 }));
    const isUnusual = seen.calls >= USUAL_CALLS_MIN && size > times * Math.max(seen.mean, 1);
    // What is unusual does not become usual by being repeated.
    if (!isUnusual) {
      seen.calls += 1;
      seen.mean += (size - seen.mean) * Math.max(1 / seen.calls, USUAL_WEIGHT);
    }
    return isUnusual ? `an answer of more than ${times} times the usual size` : undefined;
  };
}

function checkDenied({ streak }: AnomalyRule & { kind: "denied" }): Check {
  const rows = new BoundedMap<{ count: number }>(KEYS_MAX);
  return ({ alias, denied, host_calls: asked }) => {
    const row = rows.touch(alias, () => ({ count: 0 }));
    if (denied.length > 0) row.count += 1;
    // A call that asked for nothing shows nothing.
    else if (asked > 0) row.count = 0;
    if (row.count < streak) return undefined;
    // Who resumes the plugin gives it as many again.
    row.count = 0;
    return `${streak} calls in a row were refused something`;
  };
}
