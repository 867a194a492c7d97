import { clock, ToolError } from "@glovebox/sdk";
import { findZone, searchZones, type Zone } from "./zones.ts";

/** A local date and time as if it were UTC: its fields, and no instant yet. */
export type WallMs = number;

export interface ParsedTime {
  readonly wallMs: WallMs;
  /** Milliseconds, where the text had an offset or `Z`. */
  readonly offsetMs: number | undefined;
  /** Whether the text was a time of day alone. */
  readonly today: boolean;
}

export interface Resolved {
  readonly instantMs: number;
  readonly note?: string;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const YEAR_MIN = 1970;
const YEAR_MAX = 2200;
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const TIME =
  /^(?:(\d{4})-(\d\d)-(\d\d)(?:[T ](?=\d)|$))?(?:(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** Throws `INVALID_INPUT` with names that are like the one that was meant. */
export function parseZone(name: string): Zone {
  const zone = findZone(name);
  if (zone) return zone;
  const like = searchZones(name.split("/").at(-1)!).slice(0, 5);
  throw new ToolError({
    error_code: "INVALID_INPUT",
    message: `"${name}" is no IANA time zone`,
    suggestion:
      like.length > 0 ? `Did you mean ${like.join(", ")}?` : "Use list_zones to find the name.",
  });
}

/** Reads `2027-01-15T09:00[:30][Z|+01:00]`, `2027-01-15` (midnight) or `09:00` (today). Throws `INVALID_INPUT`. */
export function parseTime(text: string): ParsedTime {
  const [match, year, month, day, hour, minute, second, fraction, offset] =
    TIME.exec(text.trim()) ?? [];
  if (match === undefined || match === "") throw invalidTime(text);
  const date = year === undefined ? 0 : Date.UTC(Number(year), Number(month) - 1, Number(day));
  const real = new Date(date);
  const clock = [hour, minute, second].map((part) => Number(part ?? 0));
  const valid =
    (year === undefined ||
      (real.getUTCMonth() === Number(month) - 1 && real.getUTCDate() === Number(day))) &&
    clock[0]! < 24 &&
    clock[1]! < 60 &&
    clock[2]! < 60;
  if (!valid) throw invalidTime(text);
  if (year !== undefined) assertYear(Number(year));
  const timeMs =
    (clock[0]! * 60 + clock[1]!) * MINUTE_MS +
    clock[2]! * 1000 +
    Number((fraction ?? "0").padEnd(3, "0"));
  return { wallMs: date + timeMs, offsetMs: parseOffset(offset), today: year === undefined };
}

function invalidTime(text: string): ToolError {
  return new ToolError({
    error_code: "INVALID_INPUT",
    message: `"${text}" is no time`,
    suggestion:
      "Write 2027-01-15T09:00, with Z or an offset such as +01:00 where it has one, or 09:00 for today.",
  });
}

function assertYear(year: number): void {
  if (year >= YEAR_MIN && year <= YEAR_MAX) return;
  throw new ToolError({
    error_code: "INVALID_INPUT",
    message: `Years from ${YEAR_MIN} to ${YEAR_MAX} are known`,
  });
}

function parseOffset(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text.toUpperCase() === "Z") return 0;
  const digits = text.replace(":", "");
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5));
  return (digits.startsWith("-") ? -1 : 1) * minutes * MINUTE_MS;
}

/**
 * The instant of a local time. A time that a change skipped is moved forward by the change, and of a time that comes
 * twice the first is meant, as RFC 5545 has it; both are said in a note.
 */
export function resolveLocal(wallMs: WallMs, zone: Zone): Resolved {
  const before = zone.offsetAt(wallMs - DAY_MS);
  const after = zone.offsetAt(wallMs + DAY_MS);
  const fitting = [...new Set([before, after])].filter(
    (offset) => zone.offsetAt(wallMs - offset) === offset,
  );
  if (fitting.length === 0) {
    return {
      instantMs: wallMs - before,
      note: "The clocks skip this local time; it was moved forward.",
    };
  }
  const instantMs = wallMs - Math.max(...fitting);
  return fitting.length === 1
    ? { instantMs }
    : {
        instantMs,
        note: "This local time comes twice because the clocks go back; the first one is meant.",
      };
}

/** The instant that a text means: by its own offset, or as local time of `zone`. */
export function resolveTime(text: string, zone: Zone): Resolved {
  const parsed = parseTime(text);
  if (parsed.today) {
    const nowMs = clock.now();
    const here = nowMs + (parsed.offsetMs ?? zone.offsetAt(nowMs));
    const wallMs = here - (((here % DAY_MS) + DAY_MS) % DAY_MS) + parsed.wallMs;
    return parsed.offsetMs === undefined
      ? resolveLocal(wallMs, zone)
      : { instantMs: wallMs - parsed.offsetMs };
  }
  return parsed.offsetMs === undefined
    ? resolveLocal(parsed.wallMs, zone)
    : { instantMs: parsed.wallMs - parsed.offsetMs };
}

/** One instant in one zone, for people and programs. */
export function describeInstant(
  instantMs: number,
  zone: Zone,
): { zone: string; time: string; weekday: string } {
  const offsetMs = zone.offsetAt(instantMs);
  const local = new Date(instantMs + offsetMs);
  assertYear(local.getUTCFullYear());
  const withMs = local.getUTCMilliseconds() === 0 ? 19 : 23;
  return {
    zone: zone.name,
    time: `${local.toISOString().slice(0, withMs)}${formatOffset(offsetMs)}`,
    weekday: WEEKDAYS[local.getUTCDay()]!,
  };
}

function formatOffset(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / MINUTE_MS);
  return `${offsetMs < 0 ? "-" : "+"}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
