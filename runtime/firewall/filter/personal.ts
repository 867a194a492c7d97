import type { OutputKind } from "../../audit/output-finding.ts";
import { isAlphanumeric } from "./characters.ts";
import type { SpanList } from "./span.ts";

/** Personal data, looked for where the operator asks for it. */
export const PERSONAL_KINDS = ["email", "phone", "iban", "ip"] as const satisfies OutputKind[];
export type PersonalKind = (typeof PERSONAL_KINDS)[number];

/** Lengths of account numbers by country (ISO 13616 registry). */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
const IBAN = /[A-Z]{2}\d{2}[A-Z0-9 ]{11,45}/g;
const PHONE = /(?:\+\d{1,3}[ .-]?|\(\d{2,4}\)[ .-]?|\b)\d{2,4}(?:[ .-]\d{2,4}){2,4}\b/g;
const IP_FOUR = /\b(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}\b/g;
const IP_SIX = /(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,6}(?![\w:])/gi;
const LOCAL_LENGTH_MAX = 64;
const DOMAIN = /@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}/iy;

export function readPersonal(text: string, kinds: readonly PersonalKind[], list: SpanList): void {
  if (kinds.includes("email")) readAddresses(text, list);
  if (kinds.includes("iban"))
    for (const found of text.matchAll(IBAN)) addIban(found[0], found.index, list);
  if (kinds.includes("ip")) {
    addAll(text, IP_FOUR, "ip", "four", list, isOrdinary);
    addAll(text, IP_SIX, "ip", "six", list, ({ length }) => length > 6);
  }
  if (kinds.includes("phone")) addAll(text, PHONE, "phone", "number", list, isPhone);
}

function addAll(
  text: string,
  pattern: RegExp,
  kind: PersonalKind,
  id: string,
  list: SpanList,
  isOne: (found: string) => boolean,
): void {
  for (const found of text.matchAll(pattern))
    if (isOne(found[0])) list.add(kind, id, "medium", found.index, found.index + found[0].length);
}

function isOrdinary(address: string): boolean {
  return address !== "127.0.0.1" && address !== "0.0.0.0";
}

function isPhone(found: string): boolean {
  const digits = found.replace(/\D/g, "").length;
  return digits >= 9 && digits <= 15 && !/^\d{4}[-.]\d{2}[-.]\d{2}/.test(found);
}

/** Outward from each `@`, so that a text of letters alone costs nothing. */
function readAddresses(text: string, list: SpanList): void {
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    DOMAIN.lastIndex = at;
    if (!DOMAIN.test(text)) continue;
    let start = at;
    const limit = Math.max(0, at - LOCAL_LENGTH_MAX);
    while (start > limit && isLocal(text.charCodeAt(start - 1))) start--;
    if (start < at) list.add("email", "address", "medium", start, DOMAIN.lastIndex);
  }
}

function isLocal(code: number): boolean {
  return isAlphanumeric(code) || code === 0x2e || code === 0x2b || code === 0x2d || code === 0x5f;
}

function addIban(found: string, index: number, list: SpanList): void {
  const size = IBAN_LENGTHS.get(found.slice(0, 2));
  if (size === undefined) return;
  let [plain, end] = ["", 0];
  while (end < found.length && plain.length < size) {
    const character = found.charAt(end++);
    if (character !== " ") plain += character;
  }
  if (plain.length < size || /[A-Z0-9]/.test(found.charAt(end)) || !isValidIban(plain)) return;
  list.add("iban", "number", "medium", index, index + end);
}

/** The check of ISO 7064, modulo 97. */
function isValidIban(plain: string): boolean {
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
