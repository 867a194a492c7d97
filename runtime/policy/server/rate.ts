import type { Cursor } from "../../plugin/cursor.ts";

/** What one caller may use. What is undefined is not limited. */
export interface RateLimits {
  /** A token bucket: so many a minute, evenly filled. */
  readonly perMinute?: number;
  /** How many at once after a pause. Only beside `perMinute`, whose value it has when it is left out. */
  readonly burst?: number;
  /** Calls that run at the same time. */
  readonly concurrent?: number;
  /** In 24 hours, counted from the first call of them. */
  readonly perDay?: number;
}

/** Whom other limits than the default ones are for: whoever fits all of what is named. */
export interface CallerLimits {
  readonly tenant?: string;
  readonly subject?: string;
  readonly client?: string;
  readonly scope?: string;
  readonly limits: RateLimits;
}

export interface RateConfiguration {
  /** Of each caller, all its calls together. */
  readonly default: RateLimits;
  /** Of each caller and the tool, by the name under which the tool is listed; beside the others. */
  readonly tools: Readonly<Record<string, RateLimits>>;
  /** Of all callers of a tenant together; beside the others. */
  readonly tenant: RateLimits;
  /** In the place of `default`: the first that fits. */
  readonly callers: readonly CallerLimits[];
  /** HTTP requests of each caller, whatever they ask for, counted before a body is read. */
  readonly requests: RateLimits;
  /** HTTP requests of each address that could not be let in: without authority, malformed, of the wrong host. */
  readonly refused: RateLimits;
  /** When the store cannot be asked: refuse every call, or count in this process alone. */
  readonly whenAway: "refuse" | "allow";
}

export const DEFAULT_REQUESTS: RateLimits = { perMinute: 1200, burst: 300 };
export const DEFAULT_REFUSED: RateLimits = { perMinute: 60, burst: 30 };

export interface RateRow {
  readonly field: keyof RateLimits;
  readonly min: number;
  readonly max: number;
}

/** Every limit by its key, and the range in which it may be set. Counts stay whole and far below what a double holds. */
export const RATE_ROWS: Readonly<Record<string, RateRow>> = {
  per_minute: { field: "perMinute", min: 1, max: 1_000_000 },
  burst: { field: "burst", min: 1, max: 1_000_000 },
  concurrent: { field: "concurrent", min: 1, max: 10_000 },
  per_day: { field: "perDay", min: 1, max: 1_000_000_000 },
};

const TOOLS_MAX = 1000;
const CALLERS_MAX = 256;
const TOOL_NAME = { lengthMin: 1, lengthMax: 128, pattern: /^\w+$/, shape: "a listed tool's name" };
const NAME = { lengthMin: 1, lengthMax: 512 };
const MATCHES = ["tenant", "subject", "client", "scope"] as const;

/** Reads `server.rate`. `default` must be there: a section that limits nothing would look as if it did. */
export function readRate(member: Cursor): RateConfiguration {
  const fields = member.fields(
    ["default"],
    ["tools", "tenant", "callers", "requests", "refused", "when_away"],
  );
  const rest = (key: string, otherwise: RateLimits, keys?: readonly string[]): RateLimits =>
    fields.get(key).isAbsent() ? otherwise : readRateLimits(fields.get(key), keys);
  const callers = fields.get("callers");
  return {
    default: readRateLimits(fields.get("default")),
    tools: readTools(fields.get("tools")),
    tenant: readRateLimits(fields.get("tenant")),
    callers: callers.isAbsent() ? [] : callers.items(0, CALLERS_MAX).map(readCaller),
    requests: rest("requests", DEFAULT_REQUESTS, ["per_minute", "burst"]),
    refused: rest("refused", DEFAULT_REFUSED, ["per_minute", "burst"]),
    whenAway: readWhenAway(fields.get("when_away")),
  };
}

function readTools(member: Cursor): RateConfiguration["tools"] {
  if (member.isAbsent()) return {};
  const entries = member.entries();
  if (entries.length > TOOLS_MAX)
    member.problem(`${entries.length} tools, where up to ${TOOLS_MAX} are accepted`);
  return Object.fromEntries(
    entries.slice(0, TOOLS_MAX).map(([name, limits]) => {
      if (!TOOL_NAME.pattern.test(name) || name.length > TOOL_NAME.lengthMax)
        limits.problem("not the name of a listed tool", "Write names as `glovebox list` does.");
      return [name, readRateLimits(limits)];
    }),
  );
}

function readCaller(item: Cursor): CallerLimits {
  const fields = item.fields(["limits"], MATCHES);
  const wanted = MATCHES.filter((key) => fields.get(key).value !== undefined);
  if (wanted.length === 0)
    item.problem("nobody is named", `Name at least one of ${MATCHES.join(", ")}.`);
  return {
    ...Object.fromEntries(wanted.map((key) => [key, fields.get(key).string(NAME)])),
    limits: readRateLimits(fields.get("limits")),
  };
}

/** Limits by key: at least one. */
export function readRateLimits(
  member: Cursor,
  keys: readonly string[] = Object.keys(RATE_ROWS),
): RateLimits {
  if (member.value === undefined) return {};
  const fields = member.fields([], keys);
  const limits: { -readonly [Field in keyof RateLimits]: number } = {};
  for (const key of keys) {
    const row = RATE_ROWS[key];
    const limit = fields.get(key);
    if (row && limit.value !== undefined) limits[row.field] = readCount(limit, row);
  }
  if (member.isObject() && Object.keys(member.object()).length === 0)
    member.problem("limits nothing", `Write at least one of ${keys.join(", ")}.`);
  if (limits.burst !== undefined && limits.perMinute === undefined)
    fields.get("burst").problem("a burst of nothing", "Write `per_minute` beside it.");
  return limits;
}

function readCount(limit: Cursor, { min, max }: RateRow): number {
  const { value } = limit;
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max)
    return value;
  limit.problem(
    typeof value === "number" ? `${value} is out of range` : "not a whole number",
    `Write a whole number, from ${min} to ${max}.`,
  );
  return min;
}

function readWhenAway(member: Cursor): RateConfiguration["whenAway"] {
  const { value = "refuse" } = member;
  if (value !== "refuse" && value !== "allow")
    member.problem("not something to do", "Write `refuse` or `allow`.");
  return value === "allow" ? "allow" : "refuse";
}
