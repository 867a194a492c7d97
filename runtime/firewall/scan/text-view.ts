import { CONFUSABLES } from "./confusables.ts";

/** A text folded to what a reader takes it for: lower case, plain letters, single spaces, nothing invisible. */
export interface TextView {
  readonly text: string;
  /** Where the character at `index` of the view begins in the raw text, in UTF-16 code units. */
  placeOf(index: number): number;
}

/** Nothing to fold but the case. */
const TIDY = /^(?:[\x21-\x7e]| (?![ \n])|\n(?!\n\n| ))*$/;
/** One code point may fold to many (U+FDFA to 18): no word is hidden in what is cut. */
const FOLD_LENGTH_MAX = 3;
const IGNORED = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{M}\p{Cs}]/u;
const BLANK = /[\s\p{Z}\p{Cc}\u2800]/u;

/**
 * A sequence that a terminal obeys and does not show (ECMA-48): a colour, a move. Only where a digit stands right before
 * its letter: what a model reads of any other could be a word.
 */
// oxlint-disable-next-line no-control-regex -- escape sequences are meant
const OBEYED = /(?:\u001B\[|\u009B)[0-?]*[0-9][@-~]/y;

function lengthObeyed(raw: string, index: number): number {
  OBEYED.lastIndex = index;
  return OBEYED.exec(raw)?.[0].length ?? 0;
}

/** What a terminal shows of `raw`: letters on both sides of such a sequence stand side by side there. */
export function withoutObeyed(raw: string): string {
  return raw.replace(new RegExp(OBEYED.source, "g"), "");
}

/**
 * Folds `raw` in one pass: compatibility forms (NFKD) and look-alike letters become plain ones, marks and invisible
 * characters go, sequences that a terminal obeys are blanks, runs of blanks become one space, or one or two line feeds where the run had some.
 * Linear; the view is at most three times as long.
 */
export function foldText(raw: string): TextView {
  if (TIDY.test(raw)) return { text: raw.toLowerCase(), placeOf: (index) => index };
  return new Folder(raw).fold();
}

const DECODER = new TextDecoder("utf-16le");
/** A schema has thousands of short texts: making arrays and calling a decoder for each would cost more than folding it. */
const SHORT_LENGTH_MAX = 256;
const SHORT_UNITS = new Uint16Array((SHORT_LENGTH_MAX + 1) * FOLD_LENGTH_MAX);
const SHORT_PLACES = new Uint32Array((SHORT_LENGTH_MAX + 1) * FOLD_LENGTH_MAX);

class Folder {
  readonly #raw: string;
  #units: Uint16Array<ArrayBuffer>;
  #places: Uint32Array<ArrayBuffer>;
  #length = 0;
  /** What the run of blanks since the last character becomes. */
  #blank = "";

  constructor(raw: string) {
    this.#raw = raw;
    const isShort = raw.length <= SHORT_LENGTH_MAX;
    this.#units = isShort ? SHORT_UNITS : new Uint16Array(raw.length + FOLD_LENGTH_MAX);
    this.#places = isShort ? SHORT_PLACES : new Uint32Array(raw.length + FOLD_LENGTH_MAX);
  }

  fold(): TextView {
    const raw = this.#raw;
    let index = 0;
    while (index < raw.length) {
      const unit = raw.charCodeAt(index);
      const obeyed = unit === 0x1b || unit === 0x9b ? lengthObeyed(raw, index) : 0;
      if (obeyed > 0) {
        this.#putFolded(" ", index);
        index += obeyed;
      } else if (unit > 0x20 && unit < 0x7f) {
        this.#put(unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit, index);
        index++;
      } else {
        const point = raw.codePointAt(index) ?? 0;
        this.#putFolded(foldPoint(point), index);
        index += point > 0xffff ? 2 : 1;
      }
    }
    const length = this.#length;
    const isShort = this.#units === SHORT_UNITS;
    const places = isShort ? this.#places.slice(0, length) : this.#places.subarray(0, length);
    const units = this.#units.subarray(0, length);
    const text = isShort ? String.fromCharCode(...units) : DECODER.decode(units);
    return { text, placeOf: (place) => places[place] ?? raw.length };
  }

  #putFolded(folded: string, place: number): void {
    for (let index = 0; index < folded.length; index++) {
      const unit = folded.charCodeAt(index);
      if (unit === 0x0a) this.#blank = this.#blank.startsWith("\n") ? "\n\n" : "\n";
      else if (unit !== 0x20) this.#put(unit, place);
      else if (this.#blank === "") this.#blank = " ";
    }
  }

  #put(unit: number, place: number): void {
    if (this.#blank !== "") {
      if (this.#length > 0) {
        for (let at = 0; at < this.#blank.length; at++) {
          this.#append(this.#blank.charCodeAt(at), place - 1);
        }
      }
      this.#blank = "";
    }
    this.#append(unit, place);
  }

  #append(unit: number, place: number): void {
    if (this.#length === this.#units.length) this.#grow();
    this.#units[this.#length] = unit;
    this.#places[this.#length++] = place;
  }

  #grow(): void {
    const [units, places] = [this.#units, this.#places];
    this.#units = new Uint16Array(2 * units.length);
    this.#places = new Uint32Array(2 * units.length);
    this.#units.set(units);
    this.#places.set(places);
  }
}

/** What else is assigned is fewer, and folded once: normalising each anew would take a scan a second. */
const REMEMBERED_MAX = 65_536;
const folds = new Map<number, string>();

/** Ideographs, and syllables that are no Latin letter however they are taken apart: too many to be remembered. */
function isPlainLetter(point: number): boolean {
  if (point >= 0x4e00 && point <= 0x9fff) return true;
  if (point >= 0xac00 && point <= 0xd7a3) return true;
  return (point >= 0x20000 && point < 0x2f800) || (point > 0x2fa1f && point < 0xe0000);
}

function foldPoint(point: number): string {
  if (isPlainLetter(point)) return String.fromCodePoint(point);
  let folded = folds.get(point);
  if (folded === undefined) {
    folded = computeFold(point);
    if (folds.size < REMEMBERED_MAX) folds.set(point, folded);
  }
  return folded;
}

function computeFold(point: number): string {
  if (point === 0x0a || point === 0x0d || point === 0x2028 || point === 0x2029) return "\n";
  const character = String.fromCodePoint(point);
  if (BLANK.test(character)) return " ";
  if (IGNORED.test(character)) return "";
  const plain = Array.from(character.normalize("NFKD"))
    .filter((part) => !IGNORED.test(part))
    .map((part) => CONFUSABLES.get(part) ?? part)
    .join("");
  return plain.toLowerCase().slice(0, FOLD_LENGTH_MAX);
}
