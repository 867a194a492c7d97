import { HIDDEN } from "../plugin/text.ts";

const HIDDEN_ALL = new RegExp(HIDDEN, "gu");
/** Blanks are text, but thousands of them hide what follows. */
const BLANKS = /\s{40,}/g;
const SHORT: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\u001B": "\\e",
};

/**
 * Makes text that strangers wrote safe to show on a terminal or in a log line: whatever moves a cursor, turns the
 * writing direction or shows as nothing becomes a visible escape such as `\u{202e}`.
 * The result is at most eight times as long: cut the text first.
 */
export function makeVisible(text: string, options: { readonly newlines?: boolean } = {}): string {
  return text.toWellFormed().replace(HIDDEN_ALL, (character) => {
    if (options.newlines && (character === "\n" || character === "\t")) return character;
    return SHORT[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/**
 * Makes strangers' text safe to read, not only to print: as `makeVisible`, and blanks that would push the rest out of sight
 * are counted instead of shown.
 */
export function makeReadable(text: string, options: { readonly newlines?: boolean } = {}): string {
  return makeVisible(countBlanks(text), options);
}

/** Letters of the scripts that are written from right to left (Unicode, Bidi_Class R and AL), and what stands between two of them. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFE\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]+(?: +[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFE\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]+)*/gu;
const [ISOLATE, END_OF_ISOLATE] = ["\u2068", "\u2069"];

/**
 * Keeps letters that are written from right to left from carrying signs, digits and words beside them to the other side, as a
 * terminal that knows such letters would: each run of them is isolated (UAX #9). For text that is shown to a person at once,
 * and after `makeVisible`, to which isolates are hidden characters.
 */
export function isolateRightToLeft(text: string): string {
  return text.replace(RIGHT_TO_LEFT, (run) => `${ISOLATE}${run}${END_OF_ISOLATE}`);
}

/** JSON on one line, made readable in the same way: there line feeds are written as `\\n`, and as many of them hide as much. */
export function formatReadableJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "string" ? countBlanks(part) : part,
  );
  return makeVisible(text);
}

function countBlanks(text: string): string {
  return text.replace(BLANKS, (run) => `[${run.length} blank characters]`);
}

/** JSON in lines, equal to `JSON.stringify`'s as data, with everything escaped that a terminal would obey or not show. */
export function formatVisibleJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(HIDDEN_ALL, (character) =>
    character === "\n" ? character : escapeUnits(character),
  );
}

/** The same on one line. */
export function formatVisibleLine(value: unknown): string {
  return JSON.stringify(value).replace(HIDDEN_ALL, escapeUnits);
}

function escapeUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
