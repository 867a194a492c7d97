import { clock, defineTool, fromJsonSchema } from "@glovebox/sdk";
import { addCalendar, formatDuration } from "./arithmetic.ts";
import { describeInstant, parseZone, resolveLocal, resolveTime } from "./local-time.ts";
import { searchZones } from "./zones.ts";

const annotations = { readOnlyHint: true, openWorldHint: false };
const TIME_TEXT =
  "2027-01-15T09:00, 2027-01-15 or, for today, 09:00. With Z or an offset such as +01:00 the zone is not used";
const ZONE_TEXT = "IANA name such as Europe/Paris";

const time = (description: string) =>
  ({ type: "string", minLength: 1, maxLength: 64, description }) as const;
const zone = (description: string, byDefault?: string) =>
  ({
    type: "string",
    minLength: 1,
    maxLength: 64,
    description: `${description}: ${ZONE_TEXT}`,
    ...(byDefault !== undefined && { default: byDefault }),
  }) as const;
const INSTANT = {
  type: "object",
  properties: {
    zone: { type: "string" },
    time: { type: "string", description: "Local time with its offset from UTC" },
    weekday: { type: "string" },
  },
  required: ["zone", "time", "weekday"],
} as const;
const NOTE = {
  type: "string",
  description: "Said when the local time is skipped or comes twice",
} as const;

const now = defineTool({
  name: "now",
  title: "Current time",
  description: "Tells the current date, time and weekday in a time zone.",
  input: fromJsonSchema<{ zone?: string }>({
    type: "object",
    properties: { zone: zone("Where", "UTC") },
  }),
  output: fromJsonSchema(INSTANT),
  annotations,
  handler: (input) => describeInstant(Math.floor(clock.now()), parseZone(input.zone ?? "UTC")),
});

const convert = defineTool({
  name: "convert",
  title: "Convert a time between zones",
  description: "Converts a date and time from one time zone to another, daylight saving included.",
  input: fromJsonSchema<{ time: string; from?: string; to: string }>({
    type: "object",
    properties: {
      time: time(TIME_TEXT),
      from: zone("The zone of `time`", "UTC"),
      to: zone("The zone to convert to"),
    },
    required: ["time", "to"],
  }),
  output: fromJsonSchema({
    type: "object",
    properties: { from: INSTANT, to: INSTANT, note: NOTE },
    required: ["from", "to"],
  }),
  annotations,
  handler(input) {
    const from = parseZone(input.from ?? "UTC");
    const to = parseZone(input.to);
    const { instantMs, note } = resolveTime(input.time, from);
    return {
      from: describeInstant(instantMs, from),
      to: describeInstant(instantMs, to),
      ...(note !== undefined && { note }),
    };
  },
});

const difference = defineTool({
  name: "difference",
  title: "Time between two times",
  description:
    "Tells how much time lies between two times. Negative when the end comes before the start.",
  input: fromJsonSchema<{ start: string; end: string; zone?: string; end_zone?: string }>({
    type: "object",
    properties: {
      start: time(TIME_TEXT),
      end: time(TIME_TEXT),
      zone: zone("The zone of `start`", "UTC"),
      end_zone: zone("The zone of `end`, when it is another"),
    },
    required: ["start", "end"],
  }),
  output: fromJsonSchema({
    type: "object",
    properties: { seconds: { type: "number" }, text: { type: "string" } },
    required: ["seconds", "text"],
  }),
  annotations,
  handler(input) {
    const zone = parseZone(input.zone ?? "UTC");
    const start = resolveTime(input.start, zone);
    const end = resolveTime(
      input.end,
      input.end_zone === undefined ? zone : parseZone(input.end_zone),
    );
    const seconds = (end.instantMs - start.instantMs) / 1000;
    return { seconds, text: formatDuration(seconds) };
  },
});

const AMOUNTS = ["years", "months", "weeks", "days", "hours", "minutes", "seconds"] as const;
const amountMax = 1_000_000;

const add = defineTool({
  name: "add",
  title: "Add to a time",
  description:
    "Adds an amount to a time. Years, months, weeks and days keep the local time of day; hours, minutes and seconds " +
    "are exact. Negative amounts subtract.",
  input: fromJsonSchema<
    { time: string; zone?: string } & Partial<Record<(typeof AMOUNTS)[number], number>>
  >({
    type: "object",
    properties: {
      time: time(TIME_TEXT),
      zone: zone("The zone of `time` and of the answer", "UTC"),
      ...Object.fromEntries(
        AMOUNTS.map((name) => [
          name,
          { type: "integer", minimum: -amountMax, maximum: amountMax, default: 0 },
        ]),
      ),
    },
    required: ["time"],
  }),
  output: fromJsonSchema({ ...INSTANT, properties: { ...INSTANT.properties, note: NOTE } }),
  annotations,
  handler(input) {
    const zone = parseZone(input.zone ?? "UTC");
    const {
      years = 0,
      months = 0,
      weeks = 0,
      days = 0,
      hours = 0,
      minutes = 0,
      seconds = 0,
    } = input;
    const start = resolveTime(input.time, zone).instantMs;
    const wallMs = addCalendar(start + zone.offsetAt(start), {
      years,
      months,
      days: weeks * 7 + days,
    });
    const moved =
      years || months || weeks || days ? resolveLocal(wallMs, zone) : { instantMs: start };
    const instantMs = moved.instantMs + ((hours * 60 + minutes) * 60 + seconds) * 1000;
    return {
      ...describeInstant(instantMs, zone),
      ...(moved.note !== undefined && { note: moved.note }),
    };
  },
});

const listZones = defineTool({
  name: "list_zones",
  title: "Find time zones",
  description: "Lists IANA time zone names that contain all words of a query, at most 100.",
  input: fromJsonSchema<{ query: string }>({
    type: "object",
    properties: {
      query: { type: "string", maxLength: 64, description: "For example: america new" },
    },
    required: ["query"],
  }),
  output: fromJsonSchema({
    type: "object",
    properties: { zones: { type: "array", items: { type: "string" } }, total: { type: "integer" } },
    required: ["zones", "total"],
  }),
  annotations,
  handler({ query }) {
    const zones = searchZones(query.trim());
    return { zones: zones.slice(0, 100), total: zones.length };
  },
});

export const tools = [now, convert, difference, add, listZones];
