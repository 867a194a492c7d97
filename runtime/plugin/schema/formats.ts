import type { JsonValue } from "@glovebox/host-api/json";

/** A longer text is of no format: each expression below is linear, and this bounds even that. */
export const FORMAT_LENGTH_MAX = 4096;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/u;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/iu;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/iu;

function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  // Day 0 of the next month is the last of this one.
  const last = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= last;
}

function isHostname(text: string): boolean {
  return text.length <= 253 && text.split(".").every((label) => LABEL.test(label));
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  const domain = text.slice(at + 1);
  return at > 0 && at <= 64 && /^[^\s@"]+$/u.test(text.slice(0, at)) && isHostname(domain);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return (
    parts.length === 4 &&
    parts.every((part) => /^(?:0|[1-9]\d{0,2})$/u.test(part) && Number(part) <= 255)
  );
}

function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]{2,45}$/iu.test(text) && URL.canParse(`http://[${text}]/`);
}

/** Checks of text by format (JSON Schema Validation 2020-12, section 7.3). */
const TEXT_FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: (text) => TIME.test(text),
  "date-time": (text) =>
    /^.{10}[Tt ]/u.test(text) && isDate(text.slice(0, 10)) && TIME.test(text.slice(11)),
  duration: (text) =>
    /^P(?=.)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?)$/u.test(
      text,
    ),
  email: isEmail,
  hostname: isHostname,
  ipv4: isIpv4,
  ipv6: isIpv6,
  uri: (text) => /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]*$/iu.test(text),
  "uri-reference": (text) => /^[^\s<>"{}|\\^`]*$/u.test(text),
  uuid: (text) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu.test(text),
  "json-pointer": (text) => /^(?:\/(?:[^~/]|~[01])*)*$/u.test(text),
};

const INTEGER_FORMATS: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  uint64: [0, 2 ** 64],
};

/** Whether `value` is of `format`. True for values of another type; undefined for a format that is not known. */
export function makeFormatCheck(format: string): ((value: JsonValue) => boolean) | undefined {
  const text = Object.hasOwn(TEXT_FORMATS, format) ? TEXT_FORMATS[format] : undefined;
  if (text !== undefined) {
    return (value) =>
      typeof value !== "string" || (value.length <= FORMAT_LENGTH_MAX && text(value));
  }
  const range = Object.hasOwn(INTEGER_FORMATS, format) ? INTEGER_FORMATS[format] : undefined;
  if (range !== undefined) {
    return (value) =>
      typeof value !== "number" ||
      (Number.isInteger(value) && value >= range[0] && value <= range[1]);
  }
  return format === "float" || format === "double" ? () => true : undefined;
}
