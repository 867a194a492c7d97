import type { Cursor } from "../plugin/cursor.ts";

const DAY = { lengthMax: 10, pattern: /^\d{4}-\d{2}-\d{2}$/, shape: "a day such as 2027-01-31" };

/** A day of the calendar, UTC. `2026-02-30` looks like one, and is none. */
export function readDay(member: Cursor): string {
  const text = member.string(DAY);
  if (DAY.pattern.test(text) && !isDay(text)) member.problem("not a day of the calendar");
  return text;
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
