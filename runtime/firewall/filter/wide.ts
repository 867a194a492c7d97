import { CONFUSABLES } from "../scan/confusables.ts";

/** What a character outside of ASCII is to the filter. */
export const WIDE_PLAIN = 0;
/** Shows as nothing. */
export const WIDE_INVISIBLE = 1;
/** Is drawn like a character of ASCII, or is a wide form of one. */
export const WIDE_FOLDED = 2;
/** The first half of a character that is one of these. */
export const WIDE_HALF = 3;
/** Moves what follows, or drives a terminal (C1). */
export const WIDE_CONTROL = 4;

/** Is folded like one, and stands in printed text everywhere. */
export const WIDE_QUIET = 5;

/** By UTF-16 code unit. */
export const WIDE_CLASSES = new Uint8Array(0x10000);
/** What a folded character stands for; 0 where it is no folded one. */
export const FOLDED = new Uint8Array(0x10000);

/** Letters and digits of mathematics, U+1D400 and on: what they are in ASCII, or 0. */
const MATHEMATICS = new Uint8Array(0x400);

const QUIET = [
  0xa0, 0xb4, 0xd7, 0x2009, 0x200a, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2018, 0x2019, 0x201c,
  0x201d, 0x201e, 0x202f, 0x2032, 0x2212, 0x3000,
];

fill();

function fill(): void {
  const invisible = [
    0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e, 0x3164, 0xfeff, 0xffa0,
  ];
  for (const code of invisible) WIDE_CLASSES[code] = WIDE_INVISIBLE;
  for (let code = 0x180b; code <= 0x180d; code++) WIDE_CLASSES[code] = WIDE_INVISIBLE;
  for (let code = 0x200b; code <= 0x200f; code++) WIDE_CLASSES[code] = WIDE_INVISIBLE;
  for (let code = 0x202a; code <= 0x202e; code++) WIDE_CLASSES[code] = WIDE_INVISIBLE;
  for (let code = 0x2060; code <= 0x206f; code++) WIDE_CLASSES[code] = WIDE_INVISIBLE;
  for (let code = 0xfe00; code <= 0xfe0f; code++) WIDE_CLASSES[code] = WIDE_INVISIBLE;
  for (let code = 0x80; code <= 0x9f; code++) WIDE_CLASSES[code] = WIDE_CONTROL;
  // Wide forms, and the blanks that are no blank to a reader of ASCII.
  for (let code = 0xff01; code <= 0xff5e; code++) fold(code, code - 0xfee0);
  for (let code = 0x2000; code <= 0x200a; code++) fold(code, 0x20);
  for (const code of [0xa0, 0x1680, 0x202f, 0x205f, 0x3000, 0x2028, 0x2029, 0x85]) fold(code, 0x20);
  for (let digit = 0; digit < 10; digit++)
    for (const zero of [0x660, 0x6f0, 0x966]) fold(zero + digit, 0x30 + digit);
  for (const [alike, plain] of CONFUSABLES)
    if (alike.length === 1 && alike.charCodeAt(0) >= 128)
      fold(alike.charCodeAt(0), plain.charCodeAt(0));
  for (let index = 0; index < MATHEMATICS.length; index++) {
    const plain = String.fromCodePoint(0x1d400 + index).normalize("NFKC");
    if (plain.length === 1 && plain.charCodeAt(0) < 128) MATHEMATICS[index] = plain.charCodeAt(0);
  }
  for (const code of QUIET) WIDE_CLASSES[code] = WIDE_QUIET;
  // Halves of tags, variation selectors beyond the plane, and letters of mathematics.
  for (const code of [0xdb40, 0xd835]) WIDE_CLASSES[code] = WIDE_HALF;
}

/** The character of ASCII that a character beyond the plane is drawn like, or 0. */
export function foldPoint(point: number): number {
  return MATHEMATICS[point - 0x1d400] ?? 0;
}

function fold(code: number, to: number): void {
  WIDE_CLASSES[code] = WIDE_FOLDED;
  FOLDED[code] = to;
}
