import { isAlphanumeric, isDigit } from "./characters.ts";
import type { SpanList } from "./span.ts";

/** Cards: the first digits that are given to each brand, as a range, and the lengths of its numbers. */
const BRANDS: readonly (readonly [string, string, readonly number[]])[] = [
  ["4", "4", [13, 16, 19]],
  ["51", "55", [16]],
  ["2221", "2720", [16]],
  ["34", "34", [15]],
  ["37", "37", [15]],
  ["300", "305", [14, 16]],
  ["3095", "3095", [14]],
  ["36", "36", [14]],
  ["38", "39", [14]],
  ["6011", "6011", [16]],
  ["644", "649", [16]],
  ["65", "65", [16]],
  ["3528", "3589", [16]],
  ["62", "62", [16, 17, 18, 19]],
  ["5018", "5019", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["5020", "5020", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["5038", "5038", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["6304", "6304", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["6759", "6759", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["6761", "6763", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["1", "1", [15]],
];
const RANGES = BRANDS.map(
  ([low, high, lengths]) =>
    [Number(low.padEnd(4, "0")), Number(high.padEnd(4, "9")), lengths] as const,
);
const CARD_DIGITS_MIN = 12;
const CARD_DIGITS_MAX = 19;
const GROUPS_MAX = 5;
/** Longer rows of digits are looked at in parts. */
export const ROW_DIGITS_MAX = 64;

/** A row of digits, single spaces and dashes between them allowed, from its first digit to behind its last. */
export function readNumbers(text: string, start: number, end: number, list: SpanList): void {
  if (!isFree(text, start, end)) return;
  const groups = splitGroups(text, start, end);
  if (groups.length === 3 && isSocialSecurity(text, start, end)) {
    list.add("ssn", "number", "high", start, end);
    return;
  }
  for (let first = 0; first < groups.length; first++) {
    const last = lastOfCard(text, groups, first);
    if (last < 0) continue;
    list.add("cards", "number", "high", groups[first]?.start ?? 0, groups[last]?.end ?? 0);
    first = last;
  }
}

/** The number of the last group of a card's number that begins with the group `first`, or -1. */
function lastOfCard(text: string, groups: readonly Group[], first: number): number {
  const size = sizeOf(groups[first]);
  if (size >= CARD_DIGITS_MIN) return isCard(text, groups, first, first) ? first : -1;
  if (size !== 4) return -1;
  for (let last = first + 2; last < Math.min(groups.length, first + GROUPS_MAX); last++)
    if (isCardGrouping(text, groups, first, last) && isCard(text, groups, first, last)) return last;
  return -1;
}

function sizeOf(group: Group | undefined): number {
  return group ? group.end - group.start : 0;
}

interface Group {
  readonly start: number;
  readonly end: number;
}

function splitGroups(text: string, start: number, end: number): readonly Group[] {
  const groups: Group[] = [];
  let from = start;
  for (let index = start; index <= end; index++) {
    if (index < end && isDigit(text.charCodeAt(index))) continue;
    if (index > from) groups.push({ start: from, end: index });
    from = index + 1;
  }
  return groups;
}

/** No part of a longer number, name, version or fraction. */
function isFree(text: string, start: number, end: number): boolean {
  const before = text.charCodeAt(start - 1);
  const after = text.charCodeAt(end);
  if (isAlphanumeric(before) || before === 0x5f || before === 0x2e || before === 0x2d) return false;
  if (before === 0x2b || before === 0x23) return false;
  if (isAlphanumeric(after) || after === 0x5f) return false;
  return !((after === 0x2e || after === 0x2d) && isAlphanumeric(text.charCodeAt(end + 1)));
}

function isCard(text: string, groups: readonly Group[], first: number, last: number): boolean {
  let digits = "";
  for (let index = first; index <= last; index++)
    digits += text.slice(groups[index]?.start, groups[index]?.end);
  if (digits.length < CARD_DIGITS_MIN || digits.length > CARD_DIGITS_MAX) return false;
  return passesLuhn(digits) && isBranded(digits) && !isOneDigit(digits);
}

/** Groups of four but for the last, or those of the two brands that write theirs otherwise; one sign between all. */
function isCardGrouping(
  text: string,
  groups: readonly Group[],
  first: number,
  last: number,
): boolean {
  const sign = text.charCodeAt(groups[first]?.end ?? 0);
  for (let index = first + 1; index < last; index++)
    if (text.charCodeAt(groups[index]?.end ?? 0) !== sign) return false;
  const [second, final] = [sizeOf(groups[first + 1]), sizeOf(groups[last])];
  if (last - first === 2) return (second === 6 || second === 4) && final >= 4 && final <= 6;
  for (let index = first + 1; index < last; index++) if (sizeOf(groups[index]) !== 4) return false;
  return final <= 4;
}

/** The first four digits as a number tell the brand. */
function isBranded(digits: string): boolean {
  const head = Number(digits.slice(0, 4));
  for (const [low, high, lengths] of RANGES)
    if (head >= low && head <= high && lengths.includes(digits.length)) return true;
  return false;
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 0x30;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function isOneDigit(digits: string): boolean {
  return digits === digits.charAt(0).repeat(digits.length);
}

/** Printed on cards that were sold with wallets, and in advertisements. */
const NEVER_GIVEN: ReadonlySet<string> = new Set(["078051120", "219099999"]);

/** `123-45-6789`: areas, groups and serials that were given out (SSA, before and after 2011). */
function isSocialSecurity(text: string, start: number, end: number): boolean {
  if (end - start !== 11) return false;
  const sign = text.charCodeAt(start + 3);
  if (text.charCodeAt(start + 6) !== sign) return false;
  const [area, group, serial] = [
    text.slice(start, start + 3),
    text.slice(start + 4, start + 6),
    text.slice(start + 7, end),
  ];
  if (NEVER_GIVEN.has(`${area}${group}${serial}`)) return false;
  if (area === "000" || area === "666" || area >= "900") return false;
  if (group === "00" || serial === "0000") return false;
  return sign === 0x2d || sign === 0x20 || sign === 0x2e;
}
