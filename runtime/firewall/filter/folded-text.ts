import { SPANS_MAX } from "./span.ts";
import {
  foldPoint,
  FOLDED,
  WIDE_CLASSES,
  WIDE_CONTROL,
  WIDE_HALF,
  WIDE_INVISIBLE,
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

/** Folds `text` in one pass; what shows as nothing goes into `hidden`. */
export function foldText(text: string, undoEscapes: boolean, hidden: HiddenRun[]): FoldedText {
  const { length } = text;
  const starts = new Uint32Array(length);
  const ends = new Uint32Array(length);
  const units = new Uint16Array(length);
  let size = 0;
  let index = 0;
  while (index < length) {
    const code = text.charCodeAt(index);
    let [unit, end] = [code, index + 1];
    if (code < 128) {
      if (undoEscapes && (code === 0x25 || code === 0x26 || code === 0x5c)) {
        const undone = undo(text, index);
        if (undone >= 0) [unit, end] = [undone, ESCAPE.lastIndex];
      }
    } else {
      const wide = WIDE_CLASSES[code];
      const folded = FOLDED[code] ?? 0;
      if (folded > 0) unit = folded;
      else if (wide === WIDE_HALF) {
        const point = text.codePointAt(index) ?? 0;
        end = index + 2;
        if (point >= 0xe0000 && point <= 0xe01ff) {
          index = endOfHidden(text, index, hidden);
          continue;
        }
        unit = foldPoint(point) || code;
      } else if (wide === WIDE_INVISIBLE || wide === WIDE_CONTROL) {
        index = endOfHidden(text, index, hidden);
        continue;
      }
    }
    units[size] = unit;
    starts[size] = index;
    ends[size] = end;
    size++;
    index = end;
  }
  return {
    text: Buffer.from(units.buffer, 0, size * 2).toString("utf16le"),
    startOf: (at) => starts[at] ?? length,
    endOf: (at) => (at > 0 ? (ends[at - 1] ?? length) : 0),
  };
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

function endOfHidden(text: string, start: number, hidden: HiddenRun[]): number {
  const kind = kindAt(text, start) ?? "zero-width";
  let [index, count] = [start, 0];
  while (index < text.length && kindAt(text, index) === kind) {
    index += text.charCodeAt(index) === 0xdb40 ? 2 : 1;
    count++;
  }
  if (hidden.length < SPANS_MAX)
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
