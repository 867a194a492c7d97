import type { Cursor, StringRule } from "../plugin/cursor.ts";
import { DEFAULT_FLOW, type AcceptedPath, type FlowPolicy } from "./flow/policy.ts";
import { readDay } from "./read-day.ts";
import { REASON } from "./reason.ts";

const MINUTE_MS = 60_000;
const PATHS_MAX = 1024;
const HOSTS_MAX = 64;
const WINDOW =
  /^(([1-9][0-9]{0,3}|100[0-7][0-9]|10080)m|([1-9][0-9]?|1[0-5][0-9]|16[0-8])h|[1-7]d)$/;
const MINUTES_OF: Readonly<Record<string, number>> = { m: 1, h: 60, d: 24 * 60 };

const PATH: StringRule = {
  lengthMin: 3,
  lengthMax: 122,
  pattern: /^([a-z][a-z0-9-]*\/)?[a-z][a-z0-9-]*>[a-z][a-z0-9-]*$/,
  shape: "the id of a path as `glovebox flow` shows it, such as files>web",
};
const HOST: StringRule = {
  lengthMin: 1,
  lengthMax: 260,
  pattern: /^[a-z0-9.*-]+(:[1-9][0-9]{0,4})?$|^\[[0-9a-f:.]+\](:[1-9][0-9]{0,4})?$/,
  shape: "a host as a grant names it, such as api.example.com or api.example.com:8443",
};

/** Reads the section `flow`. */
export function readFlow(member: Cursor): FlowPolicy {
  if (member.isAbsent()) return DEFAULT_FLOW;
  const fields = member.fields([], ["hold", "accept", "inside", "after", "window"]);
  const accept = fields.get("accept");
  const inside = fields.get("inside");
  return {
    ...fields.optional("hold", readHold),
    accept: accept.isAbsent() ? [] : accept.items(0, PATHS_MAX).map(readAccepted),
    inside: inside.isAbsent() ? [] : inside.items(0, HOSTS_MAX).map((item) => item.string(HOST)),
    after: readAfter(fields.get("after")),
    windowMs: readWindow(fields.get("window")),
  };
}

/** `all`, or the ids of the paths. */
function readHold(member: Cursor): "all" | readonly string[] {
  if (member.value === "all") return "all";
  return member.items(1, PATHS_MAX).map((item) => item.string(PATH));
}

function readAccepted(item: Cursor): AcceptedPath {
  const fields = item.fields(["path", "reason", "until"]);
  return {
    path: fields.get("path").string(PATH),
    reason: fields.get("reason").string(REASON),
    until: readDay(fields.get("until")),
  };
}

function readAfter(member: Cursor): FlowPolicy["after"] {
  const { value } = member;
  if (value === undefined) return DEFAULT_FLOW.after;
  if (value === "strangers" || value === "both") return value;
  member.problem("not something to hold after", "Write `strangers` or `both`.");
  return DEFAULT_FLOW.after;
}

/** `10m`, `8h`, `2d`: from one minute to a week. It can be made short, and never taken off. */
function readWindow(member: Cursor): number {
  const { value } = member;
  if (value === undefined) return DEFAULT_FLOW.windowMs;
  if (typeof value === "string" && WINDOW.test(value))
    return Number(value.slice(0, -1)) * (MINUTES_OF[value.slice(-1)] ?? 0) * MINUTE_MS;
  member.problem("not a window", "Write a time such as 30m, 8h or 2d, from 1m to 7d.");
  return DEFAULT_FLOW.windowMs;
}
