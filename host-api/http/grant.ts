import { GrantError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { parsePrivateRange } from "./addresses.ts";
import { assertKnownKeys, isObject } from "./keys.ts";
import { assertOneRegion } from "./region.ts";
import { parseRule } from "./rule.ts";
import type { HttpRule } from "./rule.ts";

/** Where a plugin may send HTTP requests. Plain JSON, complete: every default is written out. */
export type HttpGrant = {
  readonly allow: readonly HttpRule[];
  /** Private address ranges that granted hosts may resolve to. None by default. */
  readonly private: readonly string[];
  readonly redirectsMax: number;
  /** Of one response: as it came over the wire, and again after decoding. */
  readonly responseBytesMax: number;
  /** Wall time of one request with all its redirects. */
  readonly timeoutMs: number;
};

const MIB = 1024 * 1024;

/** The numbers of a grant: default, least and most. A response must fit a frame of the runner's channel (16 MiB). */
const NUMBERS = {
  redirectsMax: { default: 3, min: 0, max: 10 },
  responseBytesMax: { default: 4 * MIB, min: 1, max: 15 * MIB },
  timeoutMs: { default: 30_000, min: 1, max: 120_000 },
} as const;

const KEYS = ["allow", "private", "redirectsMax", "responseBytesMax", "timeoutMs"] as const;
const RULES_MAX = 64;
const RANGES_MAX = 16;

/**
 * Reads a grant. It may be one rule (`"api.example.com:443"`, `"https://api.example.com/v1/"`, or an object),
 * a list of rules, or `{ allow: [rules], private, redirectsMax, responseBytesMax, timeoutMs }`.
 *
 * A rule given as text means https, port 443, `GET` and `HEAD`, and every path, unless it says otherwise;
 * `http://` must be written out, and other methods need an object. See `rule.ts`.
 *
 * @throws GrantError with the place and the remedy
 */
export function parseGrant(value: unknown): HttpGrant {
  if (!isObject(value) || "host" in value) return makeGrant({ allow: value }, []);
  assertKnownKeys(value, KEYS, []);
  return makeGrant(value, ["allow"]);
}

/** Reads `--grant http=TEXT`: rules as text, separated by commas. */
export function parseFlag(text: string): JsonValue {
  const rules = text.split(",").map((part) => part.trim());
  if (rules.some((rule) => rule === "")) {
    throw new GrantError(
      "http needs the hosts it may reach",
      "Write --grant http=api.example.com:443.",
    );
  }
  rules.forEach((rule, index) => parseRule(rule, [index]));
  return rules;
}

function makeGrant(value: Readonly<Record<string, unknown>>, path: readonly string[]): HttpGrant {
  const allow = value["allow"];
  const rules = Array.isArray(allow) ? (allow as readonly unknown[]) : [allow];
  if (rules.length === 0 || rules.length > RULES_MAX) {
    throw new GrantError(
      `http.allow has ${rules.length} rules`,
      `Name 1 to ${RULES_MAX} hosts, or remove the grant to allow none.`,
      path,
    );
  }
  const parsed = rules.map((rule, index) =>
    parseRule(rule, Array.isArray(allow) ? [...path, index] : path),
  );
  assertOneRegion(parsed, path);
  return {
    allow: parsed,
    private: parsePrivate(value["private"]),
    redirectsMax: parseNumber(value, "redirectsMax"),
    responseBytesMax: parseNumber(value, "responseBytesMax"),
    timeoutMs: parseNumber(value, "timeoutMs"),
  };
}

function parsePrivate(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > RANGES_MAX) {
    throw new GrantError("http.private has too many ranges", `Name at most ${RANGES_MAX}.`, [
      "private",
    ]);
  }
  return list.map((text, index) => {
    const range = typeof text === "string" ? parsePrivateRange(text) : undefined;
    if (range === undefined) {
      throw new GrantError(
        "http.private names something that is not a private address range",
        'Write a range inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, 127.0.0.0/8, ::1/128 or fc00::/7, such as "10.1.0.0/16".',
        ["private", index],
      );
    }
    return range;
  });
}

function parseNumber(value: Readonly<Record<string, unknown>>, key: keyof typeof NUMBERS): number {
  const { default: byDefault, min, max } = NUMBERS[key];
  const number = value[key];
  if (number === undefined) return byDefault;
  if (typeof number === "number" && Number.isInteger(number) && number >= min && number <= max)
    return number;
  throw new GrantError(
    `http.${key} is out of range`,
    `Write a whole number from ${min} to ${max}.`,
    [key],
  );
}
