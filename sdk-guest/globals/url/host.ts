/* oxlint-disable no-control-regex, no-misleading-character-class -- the standard names single code points, controls among them */
import { C0, percentDecodeText, percentEncode } from "./percent.ts";
import { punycodeDecode, punycodeEncode } from "./punycode.ts";

const FORBIDDEN = /[\0\t\n\r #/:<>?@[\\\]^|]/;
const FORBIDDEN_DOMAIN = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/;
/** Ignored by UTS 46: soft hyphen, joiners, variation selectors, … */
const IGNORED =
  /[\u00ad\u034f\u180b-\u180d\u180f\u200b\u2060\u2064\ufe00-\ufe0f\ufeff]|[\u{e0100}-\u{e01ef}]/gu;
/**
 * Controls, private use, line and bidirectional marks. Ranges and not `\p{…}`: SpiderMonkey's build has no Unicode
 * properties in patterns.
 */
const DISALLOWED =
  /[\0-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\uffff]|[\u{f0000}-\u{10ffff}]/u;
const COMBINING =
  /^[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/;

/**
 * The URL standard's host parser and serializer in one. Answers undefined for failure.
 * Non-ASCII names follow UTS 46 by NFKC and lower case, without its full mapping table: a host that this maps
 * differently from a browser is still one that the operator's allowlist decides on.
 */
export function parseHost(input: string, special: boolean): string | undefined {
  if (input.startsWith("[")) {
    const address = input.endsWith("]") ? parseIpv6(input.slice(1, -1)) : undefined;
    return address && `[${serializeIpv6(address)}]`;
  }
  if (!special) return FORBIDDEN.test(input) ? undefined : percentEncode(input, C0);
  const domain = toAscii(percentDecodeText(input));
  if (domain === undefined || domain === "" || FORBIDDEN_DOMAIN.test(domain)) return undefined;
  return endsInNumber(domain) ? parseIpv4(domain) : domain;
}

function toAscii(domain: string): string | undefined {
  if (/^[\0-\x7f]*$/.test(domain) && !/(^|\.)xn--/i.test(domain)) return domain.toLowerCase();
  const plain = domain.replace(IGNORED, "").replace(/\u1e9e/g, "ss");
  const mapped = nfkc(nfkc(plain).toLowerCase()).replace(/[\u3002\uff0e\uff61]/g, ".");
  if (DISALLOWED.test(mapped)) return undefined;
  const labels = mapped.split(".").map(labelToAscii);
  return labels.includes(undefined) ? undefined : labels.join(".");
}

/** SpiderMonkey's build for components has no Unicode normalization: names must be normalized already there. */
function nfkc(text: string): string {
  return typeof text.normalize === "function" ? text.normalize("NFKC") : text;
}

function labelToAscii(label: string): string | undefined {
  if (label.startsWith("xn--")) {
    const decoded = punycodeDecode(label.slice(4));
    // Only what an encoder would have written: else two spellings are one host.
    const honest =
      decoded !== undefined &&
      /[^\0-\x7f]/.test(decoded) &&
      decoded === nfkc(decoded).toLowerCase();
    return honest && `xn--${punycodeEncode(decoded)}` === label && !COMBINING.test(decoded)
      ? label
      : undefined;
  }
  if (COMBINING.test(label)) return undefined;
  return /^[\0-\x7f]*$/.test(label) ? label : `xn--${punycodeEncode(label)}`;
}

function endsInNumber(domain: string): boolean {
  const parts = domain.split(".");
  if (parts.at(-1) === "") parts.pop();
  return /^(\d+|0x[0-9a-f]*)$/i.test(parts.at(-1) ?? "");
}

function parseIpv4(domain: string): string | undefined {
  const parts = domain.split(".");
  if (parts.at(-1) === "" && parts.length > 1) parts.pop();
  if (parts.length > 4) return undefined;
  const numbers = parts.map(parseIpv4Number);
  if (
    numbers.some(
      (number, index) => number === undefined || (index < parts.length - 1 && number > 255),
    )
  ) {
    return undefined;
  }
  const last = numbers.pop()!;
  if (last >= 256 ** (4 - numbers.length)) return undefined;
  const value = numbers.reduce<number>(
    (sum, number, index) => sum + number! * 256 ** (3 - index),
    last,
  );
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

function parseIpv4Number(text: string): number | undefined {
  if (/^0x[0-9a-f]*$/i.test(text))
    return text.length === 2 ? 0 : Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9]\d*$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

/** Eight pieces of 16 bits. */
function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const parsed = halves.map((half, index) => parsePieces(half, index === halves.length - 1));
  const [head, tail] = parsed;
  if (!head || (halves.length === 2 && !tail)) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const missing = 8 - head.length - tail!.length;
  return missing < 1 ? undefined : [...head, ...Array.from({ length: missing }, () => 0), ...tail!];
}

function parsePieces(text: string, last: boolean): readonly number[] | undefined {
  if (text === "") return [];
  const pieces: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const embedded = last && index === parts.length - 1 && part.includes(".");
    if (embedded) {
      const bytes = part.split(".");
      const valid =
        bytes.length === 4 &&
        bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte) && Number(byte) < 256);
      if (!valid) return undefined;
      const [a, b, c, d] = bytes.map(Number);
      pieces.push(a! * 256 + b!, c! * 256 + d!);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) pieces.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return pieces;
}

/** The longest run of two or more zeros becomes `::`. */
function serializeIpv6(pieces: readonly number[]): string {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (pieces[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = pieces.map((piece) => piece.toString(16));
  if (best.start < 0) return hex.join(":");
  return `${hex.slice(0, best.start).join(":")}::${hex.slice(best.start + best.length).join(":")}`;
}
