import { formatSize, parseSize } from "@glovebox/host-api/size";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Limits } from "../sandbox/limits.ts";
import type { Reader } from "./reader.ts";
import type { KeyPath } from "./yaml.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

type Unit = "duration" | "size" | "count";

/** Every limit by its configuration key: the field it sets, its unit, and the range in which it may be set. */
const LIMIT_KEYS: Readonly<Record<string, readonly [field: keyof Limits, unit: Unit, min: number, max: number]>> = {
  deadline: ["deadlineMs", "duration", 10, 600_000],
  memory: ["memoryBytes", "size", MIB, 1024 * MIB],
  resident: ["residentBytes", "size", 64 * MIB, 4096 * MIB],
  output: ["outputBytes", "size", KIB, 8 * MIB],
  host_calls: ["hostCalls", "count", 0, 1_000_000],
  log: ["logBytes", "size", 1, 16 * MIB],
  concurrent_calls: ["concurrentCalls", "count", 1, 64],
  queued_calls: ["queuedCalls", "count", 0, 1000],
};

/** Reads a `limits` mapping over `base`. A limit can be lowered or raised only here, within its range. */
export function parseLimits(value: JsonValue | undefined, path: KeyPath, reader: Reader, base: Limits): Limits {
  if (value === undefined || value === null) return base;
  const entries = reader.object(value, path, Object.keys(LIMIT_KEYS)) ?? {};
  const limits: Record<string, number> = { ...base };
  for (const [key, entry] of Object.entries(entries)) {
    const row = LIMIT_KEYS[key];
    if (!row) continue;
    const [field, unit, min, max] = row;
    const amount = parseAmount(entry, unit);
    if (amount === undefined || amount < min || amount > max) {
      reader.problem(
        "ERR_CONFIG_INVALID",
        [...path, key],
        `\`${key}\` must be ${WORDS[unit]} from ${formatAmount(min, unit)} to ${formatAmount(max, unit)}.`,
      );
    } else limits[field] = amount;
  }
  return limits as unknown as Limits;
}

const WORDS: Record<Unit, string> = {
  duration: "a duration like `10s` or `500ms`",
  size: "a size like `64MiB`",
  count: "a whole number",
};

function parseAmount(value: JsonValue, unit: Unit): number | undefined {
  if (unit === "count") return typeof value === "number" && Number.isInteger(value) ? value : undefined;
  if (typeof value !== "string") return undefined;
  return unit === "size" ? parseSizeOrNothing(value) : parseDuration(value);
}

function parseSizeOrNothing(text: string): number | undefined {
  try {
    return parseSize(text);
  } catch {
    return undefined;
  }
}

/** `500ms`, `10s`, `2m` in milliseconds. */
function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,7})(ms|s|m)$/.exec(text);
  if (!match) return undefined;
  const factors: Record<string, number> = { ms: 1, s: 1000, m: 60_000 };
  return Number(match[1]) * (factors[match[2] ?? ""] ?? Number.NaN);
}

function formatAmount(amount: number, unit: Unit): string {
  if (unit === "count") return String(amount);
  if (unit === "duration") return amount % 1000 === 0 ? `${amount / 1000}s` : `${amount}ms`;
  return formatSize(amount).replace(" ", "");
}
