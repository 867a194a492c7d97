import {
  FOLDED,
  WIDE_CLASSES,
  WIDE_CONTROL,
  WIDE_FOLDED,
  WIDE_HALF,
  WIDE_INVISIBLE,
  WIDE_PLAIN,
} from "./wide.ts";

/** A text as somebody reads it who sees no invisible characters, takes letters for what they look like, and undoes escapes. */
export interface FoldedText {
  readonly text: string;
  /** Where the character at `index` of the folded text begins in the text itself, and where the one before it ended. */
  startOf(index: number): number;
  endOf(index: number): number;
}

/** A place where characters stand that show as nothing, or a control character of the upper half. */
export interface HiddenRun {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly kind: "tags" | "selectors" | "zero-width" | "bidi" | "control";
}

const ESCAPE =
  /%([0-9A-Fa-f]{2})|&#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}));|&(amp|lt|gt|quot|apos|nbsp|colon|equals|sol|period|lowbar|num|dollar|percnt|commat|Tab|NewLine);|\\u\{([0-9A-Fa-f]{1,6})\}|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})/y;
const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  colon: ":",
  equals: "=",
  sol: "/",
  period: ".",
  lowbar: "_",
  num: "#",
  dollar: "$",
  percnt: "%",
  commat: "@",
  Tab: "\t",
  NewLine: "\n",
};
const PIECE = 4096;

/** Folds `text` in one pass; what shows as nothing goes into `hidden`. */
export function foldText(text: string, undoEscapes: boolean, hidden: HiddenRun[]): FoldedText {
  const { length } = text;
  const starts = new Uint32Array(length + 1);
  const ends = new Uint32Array(length + 1);
  const units = new Uint16Array(length + 1);
  let size = 0;
  const put = (unit: number, start: number, end: number): void => {
    units[size] = unit;
    starts[size] = start;
    ends[size] = end;
    size++;
  };
  let index = 0;
  while (index < length) {
    const code = text.charCodeAt(index);
    if (code < 128) {
      if (undoEscapes && (code === 0x25 || code === 0x26 || code === 0x5c)) {
        const unit = undo(text, index);
        if (unit >= 0) {
          put(unit, index, ESCAPE.lastIndex);
          index = ESCAPE.lastIndex;
          continue;
        }
      }
      put(code, index, index + 1);
      index++;
      continue;
    }
    const wide = WIDE_CLASSES[code];
    if (wide === WIDE_PLAIN) put(code, index, ++index);
    else if (wide === WIDE_FOLDED) put(FOLDED[code] ?? code, index, ++index);
    else if (wide === WIDE_INVISIBLE || wide === WIDE_CONTROL) {
      const end = endOfHidden(text, index, hidden);
      index = end;
    } else if (wide === WIDE_HALF) {
      const point = text.codePointAt(index) ?? 0;
      if (point >= 0xe0000 && point <= 0xe01ff) index = endOfHidden(text, index, hidden);
      else {
        put(foldPoint(point) || code, index, index + 2);
        index += 2;
      }
    } else index++;
  }
  return {
    text: decode(units.subarray(0, size)),
    startOf: (at) => starts[at] ?? length,
    endOf: (at) => (at > 0 ? (ends[at - 1] ?? length) : 0),
  };
}

function decode(units: Uint16Array): string {
  let text = "";
  for (let from = 0; from < units.length; from += PIECE)
    text += String.fromCharCode(...units.subarray(from, from + PIECE));
  return text;
}

/** The character that an escape stands for, folded, or -1. `ESCAPE.lastIndex` is behind it. */
function undo(text: string, index: number): number {
  ESCAPE.lastIndex = index;
  const found = ESCAPE.exec(text);
  if (!found) return -1;
  const [, percent, hex, decimal, named, braced, four, two] = found;
  if (named !== undefined) return (NAMED[named] ?? "?").charCodeAt(0);
  const digits = percent ?? hex ?? braced ?? four ?? two;
  const point = digits === undefined ? Number(decimal) : Number.parseInt(digits, 16);
  if (point > 0xffff) return foldPoint(point) || 0x3f;
  const folded = FOLDED[point] ?? 0;
  return folded > 0 ? folded : point;
}

/** Letters of mathematics and enclosed ones, by their compatibility form. */
function foldPoint(point: number): number {
  if (point > 0x10ffff) return 0;
  const plain = String.fromCodePoint(point).normalize("NFKC");
  return plain.length === 1 && plain.charCodeAt(0) < 128 ? plain.charCodeAt(0) : 0;
}

function endOfHidden(text: string, start: number, hidden: HiddenRun[]): number {
  const kind = kindAt(text, start) ?? "zero-width";
  let [index, count] = [start, 0];
  while (index < text.length && kindAt(text, index) === kind) {
    index += text.charCodeAt(index) === 0xdb40 ? 2 : 1;
    count++;
  }
  hidden.push({ start, end: Math.max(index, start + 1), count, kind });
  return Math.max(index, start + 1);
}

function kindAt(text: string, index: number): HiddenRun["kind"] | undefined {
  const code = text.charCodeAt(index);
  if (code === 0xdb40) return (text.codePointAt(index) ?? 0) < 0xe0100 ? "tags" : "selectors";
  const wide = WIDE_CLASSES[code];
  if (wide === WIDE_CONTROL) return "control";
  if (wide !== WIDE_INVISIBLE) return undefined;
  if (code >= 0xfe00 && code <= 0xfe0f) return "selectors";
  return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)
    ? "bidi"
    : "zero-width";
}
