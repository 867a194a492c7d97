import { GrantError } from "@glovebox/host-api/errors";
import type { JsonValue } from "@glovebox/host-api/json";
import { formatSize, parseSize } from "@glovebox/host-api/size";
import type { Cursor } from "../plugin/cursor.ts";
import type { Limits } from "../sandbox/limits.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface AmountRow<Field extends string> {
  /** The field that the key sets. */
  readonly field: Field;
  readonly unit: Unit;
  readonly min: number;
  readonly max: number;
}

export type LimitRow = AmountRow<keyof Limits>;

/** Every limit by its key in the configuration, and the range in which it may be set. */
export const LIMIT_ROWS: Readonly<Record<string, LimitRow>> = {
  deadline: { field: "deadlineMs", unit: "duration", min: 10, max: 600_000 },
  memory: { field: "memoryBytes", unit: "size", min: MIB, max: 1024 * MIB },
  resident: { field: "residentBytes", unit: "size", min: 128 * MIB, max: 4096 * MIB },
  output: { field: "outputBytes", unit: "size", min: KIB, max: 8 * MIB },
  host_calls: { field: "hostCalls", unit: "count", min: 0, max: 1_000_000 },
  log: { field: "logBytes", unit: "size", min: 1, max: 16 * MIB },
  concurrent_calls: { field: "concurrentCalls", unit: "count", min: 1, max: 64 },
  queued_calls: { field: "queuedCalls", unit: "count", min: 0, max: 1000 },
};

/** How each unit is read (undefined when it is not of that unit), written, and described. */
const UNITS = {
  duration: { read: readDuration, write: formatDuration, shape: "a duration such as 10s or 500ms" },
  span: { read: readSpan, write: formatSpan, shape: "a time such as 12h or 30d" },
  size: {
    read: readSize,
    write: (bytes: number) => formatSize(bytes).replace(" ", ""),
    shape: "a size such as 1MiB",
  },
  count: {
    read: (value: JsonValue) => (Number.isInteger(value) ? (value as number) : undefined),
    write: String,
    shape: "a whole number",
  },
} as const;
type Unit = keyof typeof UNITS;

/** Reads a section `limits` over `base`: what it does not name stays. Every limit has a range, and none can be taken off. */
export function readLimits(member: Cursor, base: Limits): Limits {
  return readAmounts(member, LIMIT_ROWS, base);
}

/** Reads a section of amounts over `base`, each with its unit and its range. */
export function readAmounts<Field extends string>(
  member: Cursor,
  rows: Readonly<Record<string, AmountRow<Field>>>,
  base: Readonly<Record<Field, number>>,
): Readonly<Record<Field, number>> {
  if (member.isAbsent()) return base;
  const fields = member.fields([], Object.keys(rows));
  const amounts: Record<Field, number> = { ...base };
  for (const [key, row] of Object.entries(rows)) {
    const amount = fields.get(key);
    if (amount.value !== undefined) amounts[row.field] = readAmount(amount, row);
  }
  return amounts;
}

/** An amount of one limit as the configuration writes it. */
export function writeLimit({ field, unit }: LimitRow, limits: Limits): string {
  return UNITS[unit].write(limits[field]);
}

/** Reads one amount. */
export function readAmount(limit: Cursor, { unit, min, max }: AmountRow<string>): number {
  const { read, write, shape } = UNITS[unit];
  const amount = read(limit.value ?? null);
  if (amount !== undefined && amount >= min && amount <= max) return amount;
  limit.problem(
    amount === undefined
      ? `not ${shape.replace(/ such as.*/, "")}`
      : `${write(amount)} is out of range`,
    `Write ${shape}, from ${write(min)} to ${write(max)}.`,
  );
  return min;
}

function readSize(value: JsonValue): number | undefined {
  try {
    return parseSize(value);
  } catch (error) {
    if (error instanceof GrantError) return undefined;
    throw error;
  }
}

/** `500ms`, `10s`, `2m` in milliseconds. */
function readDuration(value: JsonValue): number | undefined {
  const match = typeof value === "string" ? /^(\d{1,7})(ms|s|m)$/.exec(value) : null;
  if (match === null) return undefined;
  const [, amount, unit] = match;
  return Number(amount) * (unit === "ms" ? 1 : unit === "s" ? 1000 : 60_000);
}

/** `10m`, `12h`, `30d` in milliseconds. */
function readSpan(value: JsonValue): number | undefined {
  const match = typeof value === "string" ? /^(\d{1,5})([mhd])$/.exec(value) : null;
  if (match === null) return undefined;
  const [, amount, unit] = match;
  return Number(amount) * (unit === "m" ? MINUTE_MS : unit === "h" ? HOUR_MS : DAY_MS);
}

function formatSpan(ms: number): string {
  if (ms % DAY_MS === 0) return `${ms / DAY_MS}d`;
  return ms % HOUR_MS === 0 ? `${ms / HOUR_MS}h` : `${Math.round(ms / MINUTE_MS)}m`;
}

function formatDuration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
