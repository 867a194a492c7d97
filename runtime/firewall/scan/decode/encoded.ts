import type { Decoded } from "./hidden.ts";

/** Shorter runs are words, numbers and identifiers. */
const BASE64 = /[A-Za-z0-9+/_-]{16,}/g;
const BASE32 = /^[A-Z2-7]{24,}$/;
const HEX = /^(?:0x)?(?:[0-9A-Fa-f]{2}){8,}$/;
/** Whether there is any list of numbers at all. */
const NUMBERS = /[0-9A-Fa-f]{2}[ :,-]{1,2}[0-9A-Fa-f]{2,8}[ :,-]{1,2}[0-9A-Fa-f]{2}/;
const HEX_PAIRS = /\b[0-9A-Fa-f]{2}(?:[ :,-][0-9A-Fa-f]{2}){7,4000}\b/g;
const BINARY = /\b[01]{7,8}(?:[ ,]?[01]{7,8}){3,4000}\b/g;
const DECIMAL = /\b\d{2,3}(?:[ ,]{1,2}\d{2,3}){7,4000}\b/g;
const PERCENT = /%[0-9A-Fa-f]{2}(?:[\w .~!*'()-]{0,3}%[0-9A-Fa-f]{2}){3,4000}/g;
const ESCAPES =
  /\\(?:u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[0-7]{3})(?:[\w ]{0,3}\\(?:u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[0-7]{3})){3,4000}/g;
const ENTITIES =
  /&#(?:x[0-9A-Fa-f]{1,6}|\d{1,7});(?:[\w ]{0,3}&#(?:x[0-9A-Fa-f]{1,6}|\d{1,7});){3,4000}/g;

/** What the encodings of `raw` carry, readable or not. Linear in `raw`. */
export function decodeEncoded(raw: string): readonly Decoded[] {
  const found: Decoded[] = [];
  const each = (via: string, pattern: RegExp, decode: (run: string) => string) => {
    for (const [run] of raw.matchAll(pattern)) found.push({ via, text: decode(run) });
  };
  for (const [run] of raw.matchAll(BASE64)) found.push(...decodeRun(run));
  if (NUMBERS.test(raw)) {
    each("hexadecimal", HEX_PAIRS, fromHex);
    each("binary digits", BINARY, fromBinary);
    each("character codes", DECIMAL, fromDecimal);
  }
  if (raw.includes("%")) each("percent encoding", PERCENT, fromPercent);
  if (raw.includes("\\")) each("escapes", ESCAPES, fromEscapes);
  if (raw.includes("&#")) each("HTML entities", ENTITIES, fromEntities);
  return found;
}

function decodeRun(run: string): readonly Decoded[] {
  const found = [{ via: "base64", text: fromBytes(Buffer.from(run, "base64url")) }];
  if (HEX.test(run)) found.push({ via: "hexadecimal", text: fromHex(run) });
  if (BASE32.test(run)) found.push({ via: "base32", text: fromBase32(run) });
  if (BINARY_RUN.test(run)) found.push({ via: "binary digits", text: fromBinary(run) });
  return found;
}

const BINARY_RUN = /^[01]{32,}$/;
const DECODER = new TextDecoder();

function fromBytes(bytes: Uint8Array): string {
  return DECODER.decode(bytes);
}

const BASE32_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function fromBase32(run: string): string {
  let [value, bits, text] = [0, 0, ""];
  for (const digit of run) {
    value = ((value << 5) | BASE32_DIGITS.indexOf(digit)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    text += String.fromCharCode((value >> bits) & 0xff);
  }
  return text;
}

function fromHex(run: string): string {
  return fromBytes(Buffer.from(run.replace(/^0x|[ :,-]/g, ""), "hex"));
}

function fromBinary(run: string): string {
  const bits = run.replace(/[ ,]/g, "");
  const width = /^[01]{8}(?:[ ,]|[01]{8})/.test(run) ? 8 : 7;
  let text = "";
  for (let index = 0; index + width <= bits.length; index += width) {
    text += String.fromCharCode(Number.parseInt(bits.slice(index, index + width), 2));
  }
  return text;
}

function fromDecimal(run: string): string {
  return run
    .split(/[ ,]+/)
    .map((code) => String.fromCharCode(Number(code)))
    .join("");
}

function fromPercent(run: string): string {
  return run.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => fromCode(code, 16));
}

function fromEscapes(run: string): string {
  return run
    .replace(/\\(?:u\{|[ux])([0-9A-Fa-f]{2,6})\}?/g, (_, code: string) => fromCode(code, 16))
    .replace(/\\([0-7]{3})/g, (_, code: string) => fromCode(code, 8));
}

function fromEntities(run: string): string {
  return run.replace(/&#(x?)([0-9A-Fa-f]{1,7});/g, (_, hex: string, code: string) =>
    fromCode(code, hex === "" ? 10 : 16),
  );
}

function fromCode(code: string, radix: number): string {
  const point = Number.parseInt(code, radix);
  return point <= 0x10ffff ? String.fromCodePoint(point) : "";
}
