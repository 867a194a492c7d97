import { CLASSES, isDigit } from "./characters.ts";
import { readBase64Run } from "./encoded.ts";
import { readLandmark } from "./landmarks.ts";
import { readNumbers, ROW_DIGITS_MAX } from "./number-reader.ts";
import { readPassword } from "./passwords.ts";
import { beginPhrases, endPhrases, readPhraseWord } from "./phrase-reader.ts";
import {
  makeSurroundings,
  noteWord,
  readHead,
  readRun,
  type Surroundings,
} from "./secret-reader.ts";
import { readControl, readSign } from "./sign-reader.ts";
import type { SpanList } from "./span.ts";
import { CONTEXT_SORTS, findWord, LANDMARK, PASSWORD, type KnownWord } from "./vocabulary.ts";
import { WIDE_CLASSES, WIDE_PLAIN, WIDE_QUIET } from "./wide.ts";

/** Shorter runs are words and numbers; those without a digit have to be longer. */
const RUN_LENGTH_MIN = 10;
const LETTERS_LENGTH_MIN = 20;
/** `SG.`, `hvs.`, `sha256~`: keys that begin with a short run and a sign. */
const HEAD_LENGTH_MAX = 6;
/** So near to a name its value begins: in base 64 its first run may be short. */
const VALUE_NEAR = 6;
const ROW_DIGITS_MIN = 9;

/**
 * Reads a text once, from its first character to its last, and hands what may be something to whoever knows it: words to the
 * phrases, runs of letters and digits to the keys, rows of digits to the cards, signs to the markup. Each of them looks at a
 * bounded number of characters around its place and remembers how far it has looked, so that the whole is linear.
 * No closure holds the variables of the loop: they stay in registers, and the loop is what an answer costs.
 */
export function readText(text: string, list: SpanList): void {
  // The classes of `characters.ts`, as constants of the function: imported ones would be loaded for every character.
  const letter = 1;
  const digit = 3;
  const joiner = 4;
  const blank = 5;
  const sign = 6;
  const control = 7;
  const classes = CLASSES;
  const { length } = text;
  const around = makeSurroundings();
  let words = 0;
  let run = -1;
  let runDigits = 0;
  let row = -1;
  let rowEnd = -1;
  let rowDigits = 0;
  beginPhrases();
  for (let index = 0; index <= length; index++) {
    let code = index < length ? text.charCodeAt(index) : 0x20;
    const kind = code < 128 ? (classes[code] as number) : 0;
    if (kind === letter) {
      let start = index;
      if (run < 0) run = index;
      if (row >= 0) {
        if (rowDigits >= ROW_DIGITS_MIN) readNumbers(text, row, rowEnd, list);
        row = -1;
        rowDigits = 0;
      }
      // FNV-1a, as `hashWord` has it.
      let hash = 0x811c9dc5 | 0;
      // Capitals, then small letters: a capital after a small letter begins a word of its own.
      let before = hash;
      let capital = 0;
      while (code >= 0x41 && code <= 0x5a) {
        before = hash;
        capital = code | 0x20;
        hash = Math.imul(hash ^ capital, 0x01000193);
        code = ++index < length ? text.charCodeAt(index) : 0x20;
      }
      if (index - start > 2 && code >= 0x61 && code <= 0x7a) {
        // `USAIgnore`, `APIKey`: the last capital begins the next word.
        words++;
        const known = findWord(before, index - 1 - start);
        if (known !== undefined) readWord(text, known, start, index - 1, words, around, list);
        start = index - 1;
        hash = Math.imul((0x811c9dc5 | 0) ^ capital, 0x01000193);
      }
      while (code >= 0x61 && code <= 0x7a) {
        hash = Math.imul(hash ^ code, 0x01000193);
        code = ++index < length ? text.charCodeAt(index) : 0x20;
      }
      words++;
      const known = findWord(hash, index - start);
      if (known !== undefined) readWord(text, known, start, index, words, around, list);
      index--;
      continue;
    }
    if (kind === digit) {
      if (run < 0) run = index;
      runDigits++;
      if (row >= 0 && index - rowEnd <= 1 && rowDigits < ROW_DIGITS_MAX) rowDigits++;
      else {
        if (rowDigits >= ROW_DIGITS_MIN) readNumbers(text, row, rowEnd, list);
        row = index;
        rowDigits = 1;
      }
      rowEnd = index + 1;
      continue;
    }
    if (
      row >= 0 &&
      (index > rowEnd || (code !== 0x20 && code !== 0x2d && !isDot(text, code, index, row)))
    ) {
      if (rowDigits >= ROW_DIGITS_MIN) readNumbers(text, row, rowEnd, list);
      row = -1;
      rowDigits = 0;
    }
    if (kind === joiner) {
      if (run < 0) run = index;
      continue;
    }
    if (run >= 0) {
      const size = index - run;
      if (size >= RUN_LENGTH_MIN) {
        if (runDigits > 0 || size >= LETTERS_LENGTH_MIN) {
          readRun(text, run, index, around, list);
          if (size >= LETTERS_LENGTH_MIN) readBase64Run(text, run, index, list);
        }
      } else if (
        (code === 0x2b || code === 0x2f) &&
        run - around.wordEnd <= VALUE_NEAR &&
        isGiven(text, run)
      )
        readRun(text, run, index, around, list);
      else if ((code === 0x2e || code === 0x7e) && size >= 2 && size <= HEAD_LENGTH_MAX)
        readHead(text, run, list);
      run = -1;
      runDigits = 0;
    }
    if (kind === blank) continue;
    if (kind === 0) {
      if (code >= 128) readWide(text, index, code, list);
    } else if (kind === sign) {
      const jump = readSign(text, index, code, list);
      if (jump > index) index = jump;
    } else if (kind === control) index = readControl(text, index, list) - 1;
  }
  if (rowDigits >= ROW_DIGITS_MIN) readNumbers(text, row, rowEnd, list);
  endPhrases(words);
}

function readWord(
  text: string,
  known: KnownWord,
  start: number,
  end: number,
  words: number,
  around: Surroundings,
  list: SpanList,
): void {
  const { sorts, places } = known;
  if (places.length > 0) readPhraseWord(text, known, start, end, words, list);
  if (sorts === 0) return;
  // A few letters after a digit are part of a key, not a name.
  const isName = start === 0 || end - start > 5 || !isDigit(text.charCodeAt(start - 1));
  if (isName && (sorts & CONTEXT_SORTS) !== 0) noteWord(around, sorts, start, end);
  if ((sorts & PASSWORD) !== 0) readPassword(text, end, list);
  if ((sorts & LANDMARK) !== 0) readLandmark(text, start, end, list);
}

/** Behind a sign that gives a name its value. */
function isGiven(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  return (
    before === 0x3d || before === 0x3a || before === 0x22 || before === 0x27 || before === 0x20
  );
}

/** A point joins digits only to `123.45.6789`: else it is of a fraction, a version or an address. */
function isDot(text: string, code: number, index: number, row: number): boolean {
  if (code !== 0x2e) return false;
  return index - row === 3 || (index - row === 6 && text.charCodeAt(row + 3) === 0x2e);
}

/** Dashes and quotation marks of printed text stand everywhere: they matter only between digits. */
function readWide(text: string, index: number, code: number, list: SpanList): void {
  const wide = WIDE_CLASSES[code] as number;
  if (wide === WIDE_PLAIN) return;
  if (wide !== WIDE_QUIET || isDigit(text.charCodeAt(index - 1))) list.noteOdd(index, false);
}
