import { isDigit } from "./characters.ts";
import { BLANK, CLASSES, CONTROL, DIGIT, JOINER, LOWER, OTHER, SIGN, UPPER } from "./characters.ts";
import { readBase64Run } from "./encoded.ts";
import { readLandmark } from "./landmarks.ts";
import { readNumbers, ROW_DIGITS_MAX } from "./number-reader.ts";
import { readPassword } from "./passwords.ts";
import { beginPhrases, endPhrases, readPhraseWord } from "./phrase-reader.ts";
import { makeSurroundings, noteWord, readRun } from "./secret-reader.ts";
import { readSign, readControl } from "./sign-reader.ts";
import type { SpanList } from "./span.ts";
import {
  CREDENTIAL,
  CREDENTIAL_HINT,
  COMMON_SERVICE,
  findWord,
  HASH_PRIME,
  HASH_SEED,
  LANDMARK,
  PASSWORD,
  SERVICE,
} from "./vocabulary.ts";
import { WIDE_CLASSES, WIDE_PLAIN } from "./wide.ts";

/** What a text needs besides having been read. */
export interface TextNeeds {
  /** It holds characters that fold to others or show as nothing. */
  fold: boolean;
  /** It holds escapes that another reader would undo. */
  unescape: boolean;
}

const RUN_LENGTH_MIN = 10;
const CONTEXT_SORTS = CREDENTIAL | CREDENTIAL_HINT | SERVICE | COMMON_SERVICE | PASSWORD;
const CARD_DIGITS_MIN = 9;

/**
 * Reads a text once, from its first character to its last, and hands what may be something to whoever knows it: words to the
 * phrases, runs of letters and digits to the keys, rows of digits to the cards, signs to the markup. Each of them looks at a
 * bounded number of characters around its place and remembers how far it has looked, so that the whole is linear.
 */
export function readText(text: string, list: SpanList): TextNeeds {
  const { length } = text;
  const needs: TextNeeds = { fold: false, unescape: false };
  const around = makeSurroundings();
  let [word, hash, wasLower] = [-1, HASH_SEED, false];
  let words = 0;
  let [run, runDigits] = [-1, 0];
  let [row, rowEnd, rowDigits] = [-1, -1, 0];
  beginPhrases();

  const endWord = (end: number): void => {
    words++;
    const known = findWord(hash, end - word);
    if (known === undefined) return;
    const { sorts, places } = known;
    if (places.length > 0) readPhraseWord(text, known, word, end, words, list);
    if (sorts === 0) return;
    // Letters between digits are part of a key, not a name.
    const isName = word === 0 || !isDigit(text.charCodeAt(word - 1)) || end - word > 5;
    if (isName && (sorts & CONTEXT_SORTS) !== 0) noteWord(around, sorts, word, end);
    if ((sorts & PASSWORD) !== 0) readPassword(text, end, list);
    if ((sorts & LANDMARK) !== 0) readLandmark(text, word, end, list);
  };
  const endRow = (): void => {
    if (rowDigits >= CARD_DIGITS_MIN) readNumbers(text, row, rowEnd, list);
    row = -1;
    rowDigits = 0;
  };

  for (let index = 0; index <= length; index++) {
    const code = index < length ? text.charCodeAt(index) : 0x20;
    const kind = code < 128 ? (CLASSES[code] ?? OTHER) : OTHER;
    if (kind === LOWER) {
      if (word < 0) {
        word = index;
        hash = HASH_SEED;
        if (run < 0) run = index;
      }
      hash = Math.imul(hash ^ code, HASH_PRIME);
      wasLower = true;
      continue;
    }
    if (kind === UPPER) {
      if (word >= 0 && wasLower) {
        endWord(index);
        word = -1;
      }
      if (word < 0) {
        word = index;
        hash = HASH_SEED;
        if (run < 0) run = index;
      }
      hash = Math.imul(hash ^ (code | 0x20), HASH_PRIME);
      wasLower = false;
      continue;
    }
    if (word >= 0) {
      if (index - word > 1 || code !== 0x20) endWord(index);
      else words++;
      word = -1;
      wasLower = false;
    }
    if (kind === DIGIT) {
      if (run < 0) run = index;
      runDigits++;
      if (row >= 0 && index - rowEnd <= 1 && rowDigits < ROW_DIGITS_MAX) rowDigits++;
      else {
        if (row >= 0) endRow();
        row = index;
        rowDigits = 1;
      }
      rowEnd = index + 1;
      continue;
    }
    if (row >= 0 && (index > rowEnd || (code !== 0x20 && code !== 0x2d))) endRow();
    if (kind === JOINER) {
      if (run < 0) run = index;
      continue;
    }
    if (run >= 0) {
      const size = index - run;
      if (size >= RUN_LENGTH_MIN && (runDigits > 0 || size >= 20)) {
        readRun(text, run, index, around, list);
        if (size >= 20) readBase64Run(text, run, index, list);
      } else if (size >= 2 && size <= 6 && (code === 0x2e || code === 0x7e))
        readRun(text, run, index, around, list);
      run = -1;
      runDigits = 0;
    }
    if (kind === BLANK || kind === OTHER) {
      if (code < 128) continue;
      const wide = WIDE_CLASSES[code] ?? WIDE_PLAIN;
      if (wide !== WIDE_PLAIN) needs.fold = true;
      continue;
    }
    if (kind === SIGN) {
      const jump = readSign(text, index, code, needs, list);
      if (jump > index) index = jump;
    } else if (kind === CONTROL) index = readControl(text, index, list) - 1;
  }
  if (row >= 0) endRow();
  endPhrases(words);
  return needs;
}
