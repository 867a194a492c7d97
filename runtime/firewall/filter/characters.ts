/** Classes of the characters that the reader tells apart. */
export const OTHER = 0;
export const LETTER = 1;
export const DIGIT = 3;
/** `_` and `-`, which join words to names and keys. */
export const JOINER = 4;
export const BLANK = 5;
/** Punctuation at which something may begin. */
export const SIGN = 6;
/** What terminals obey and text does not need. */
export const CONTROL = 7;

const SIGNS = "<:%&\\$~#|[]";

export const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => classOf(code));

function classOf(code: number): number {
  const character = String.fromCharCode(code);
  if (/[A-Za-z]/.test(character)) return LETTER;
  if (character >= "0" && character <= "9") return DIGIT;
  if (character === "_" || character === "-") return JOINER;
  if (character === " " || character === "\n" || character === "\t" || character === "\r")
    return BLANK;
  if (code < 0x20 || code === 0x7f) return CONTROL;
  return SIGNS.includes(character) ? SIGN : OTHER;
}

export function isAlphanumeric(code: number): boolean {
  const kind = code < 128 ? (CLASSES[code] ?? OTHER) : OTHER;
  return kind >= LETTER && kind <= DIGIT;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

/** What a key is written in, its joiners included. */
export function isKeyCharacter(code: number): boolean {
  const kind = code < 128 ? (CLASSES[code] ?? OTHER) : OTHER;
  return kind >= LETTER && kind <= JOINER;
}
