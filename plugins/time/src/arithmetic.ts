import type { WallMs } from "./local-time.ts";

const DAY_MS = 86_400_000;

/** Adds calendar units to a local time: the day of the month is cut to what the month has. */
export function addCalendar(
  wallMs: WallMs,
  units: { readonly years: number; readonly months: number; readonly days: number },
): WallMs {
  const date = new Date(wallMs);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() + units.years * 12 + units.months;
  const year = Math.floor(months / 12);
  const month = months - year * 12;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay));
  return day + units.days * DAY_MS + (((wallMs % DAY_MS) + DAY_MS) % DAY_MS);
}

/** `3 days, 4 hours, 5 minutes`. Nothing is `0 seconds`. */
export function formatDuration(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.abs(seconds);
  for (const [name, size] of [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ] as const) {
    const count = name === "second" ? rest : Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? "" : "s"}`);
  }
  return parts.length === 0 ? "0 seconds" : `${seconds < 0 ? "minus " : ""}${parts.join(", ")}`;
}
