import { segmentWords } from "./segment.ts";
import type { Decoded } from "./hidden.ts";

/** Shorter runs are words, numbers and identifiers. */
const BASE64 = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const BASE32 = /\b[A-Z2-7]{24,}={0,6}/g;
const HEX = /(?:0x)?[0-9A-Fa-f]{16,}/g;
const HEX_PAIRS = /\b[0-9A-Fa-f]{2}(?:[ :,-][0-9A-Fa-f]{2}){7,4000}\b/g;
const BINARY = /\b[01]{7,8}(?:[ ,]?[01]{7,8}){3,4000}\b/g;
const DECIMAL = /\b\d{2,3}(?:[ ,]{1,2}\d{2,3}){7,4000}\b/g;
const PERCENT = /%[0-9A-Fa-f]{2}(?:[\w .~!*'()-]{0,3}%[0-9A-Fa-f]{2}){3,}/g;
const ESCAPES =
  /\\(?:u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[0-7]{3})(?:[\w ]{0,3}\\(?:u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[0-7]{3})){3,}/g;
const ENTITIES =
  /&#(?:x[0-9A-Fa-f]{1,6}|\d{1,7});(?:[\w ]{0,3}&#(?:x[0-9A-Fa-f]{1,6}|\d{1,7});){3,}/g;

/** What the encodings of `raw` carry, readable or not. Linear in `raw`. */
export function decodeEncoded(raw: string): readonly Decoded[] {
  const found: Decoded[] = [];
  const each = (via: string, pattern: RegExp, decode: (run: string) => string) => {
    for (const [run] of raw.matchAll(pattern)) found.push({ via, text: decode(run) });
  };
  each("base64", BASE64, fromBase64);
  each("base32", BASE32, fromBase32);
  each("hexadecimal", HEX, fromHex);
  each("hexadecimal", HEX_PAIRS, fromHex);
  each("binary digits", BINARY, fromBinary);
  each("character codes", DECIMAL, fromDecimal);
  each("percent encoding", PERCENT, fromPercent);
  each("escapes", ESCAPES, fromEscapes);
  each("HTML entities", ENTITIES, fromEntities);
  return found;
}

function fromBase64(run: string): string {
  return new TextDecoder().decode(Buffer.from(run, "base64url"));
}

const BASE32_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function fromBase32(run: string): string {
  let [value, bits, text] = [0, 0, ""];
  for (const digit of run.replaceAll("=", "")) {
    value = ((value << 5) | BASE32_DIGITS.indexOf(digit)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    text += String.fromCharCode((value >> bits) & 0xff);
  }
  return text;
}

function fromHex(run: string): string {
  return new TextDecoder().decode(Buffer.from(run.replace(/^0x|[ :,-]/g, ""), "hex"));
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

/** Common words, as they look rotated by thirteen letters, and backwards. */
const ROTATED =
  /\b(?:gur|naq|lbh|guvf|gung|jvgu|vafgehpgvbaf?|vafgehpgvba|vtaber|orsber|cyrnfr|nyjnlf|frperg|cnffjbeq|fraq|ernq|svyr|zhfg|nyy|cerivbhf|hfre|gb)\b/g;
const BACKWARDS =
  /\b(?:eht|uoy|siht|taht|htiw|snoitcurtsni|noitcurtsni|erongi|erofeb|esaelp|syawla|terces|drowssap|dnes|daer|elif|tsum|lla|suoiverp|resu|ruoy)\b/g;
const DISGUISED_MIN = 3;
const LEET_WORD = /\b(?=[a-z0-9@$!|]{0,20}[a-z])[a-z0-9@$!|]{0,20}[0134570@$!|][a-z0-9@$!|]{0,20}/g;
const LEET: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "8": "b",
  "9": "g",
  "@": "a",
  $: "s",
  "!": "i",
  "|": "l",
};
const LETTERS_MIN = 8;

/** What `folded` says when its letters are put back: rotated, reversed, with digits for letters, spaced out. */
export function decodeDisguised(folded: string): readonly Decoded[] {
  const found: Decoded[] = [];
  if (countUpTo(folded, ROTATED, DISGUISED_MIN) === DISGUISED_MIN) {
    found.push({ via: "letters rotated by thirteen", text: rotate(folded) });
  }
  if (countUpTo(folded, BACKWARDS, DISGUISED_MIN) === DISGUISED_MIN) {
    found.push({ via: "reversed writing", text: Array.from(folded).toReversed().join("") });
  }
  if (countUpTo(folded, LEET_WORD, DISGUISED_MIN) === DISGUISED_MIN) {
    const letters = folded.replace(/[0134578@$!|]/g, (digit) => LEET[digit] ?? digit);
    found.push({ via: "digits for letters", text: letters });
    if (folded.includes("1")) {
      const other = folded.replace(/[0134578@$!|]/g, (digit) =>
        digit === "1" ? "l" : (LEET[digit] ?? digit),
      );
      found.push({ via: "digits for letters", text: other });
    }
  }
  for (const text of joinLetters(folded)) found.push({ via: "spaced letters", text });
  return found;
}

function countUpTo(text: string, pattern: RegExp, max: number): number {
  let count = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] !== "" && ++count === max) break;
  }
  return count;
}

function rotate(text: string): string {
  return text.replace(/[a-z]/g, (letter) =>
    String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97),
  );
}

/** Runs of single letters with something between: `s e n d`, `s.e.n.d`, `s-e-n-d`. */
function joinLetters(text: string): readonly string[] {
  const runs: string[] = [];
  let run = "";
  for (let index = 0; index < text.length; index++) {
    const isAlone = isWord(text, index) && !isWord(text, index - 1) && !isWord(text, index + 1);
    if (isAlone) run += text[index] === "_" ? " " : (text[index] ?? "");
    else if (isWord(text, index)) run = keep(runs, run);
  }
  keep(runs, run);
  return runs.map((letters) => (letters.includes(" ") ? letters : segmentWords(letters)));
}

function keep(runs: string[], run: string): "" {
  if (run.length >= LETTERS_MIN) runs.push(run);
  return "";
}

function isWord(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f;
}
