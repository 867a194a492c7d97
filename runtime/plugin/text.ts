/**
 * What a person must be able to see before they approve it, they must be able to see at all.
 *
 * Refused: controls, bidi controls, everything that Unicode says is shown as nothing (zero-width characters, tags,
 * variation selectors, fillers, soft hyphens), format characters, line and paragraph separators, private use,
 * noncharacters, lone surrogates, U+FEFF, and the blank Braille cell.
 *
 * Three exceptions, since writing needs them:
 * - a whole emoji that Unicode recommends may hold joiners, tags and selectors (families, flags of England and Scotland),
 *   and a character that can be an emoji may carry U+FE0E or U+FE0F;
 * - U+200C and U+200D between two letters of one script that spells with them (Persian, Hindi, Sinhala …);
 * - line feed and tab, where the text may have lines.
 *
 * The worst that these allow is a hidden bit or two beside each visible emoji or letter of such a script.
 */
export interface TextRule {
  /** Whether line feed and tab are text: yes in a tool's description, no in a name or a title. */
  readonly lines: boolean;
}

export interface HiddenCharacter {
  /** Index in UTF-16 code units. */
  readonly index: number;
  /** `U+200B`, never the character itself: the operator's terminal must not obey it. */
  readonly name: string;
}

/** Everything that a reader does not see, or that changes how the rest is shown. */
export const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]/u;
/** Nearly every text is of these, and then nothing else needs to be looked at. */
const PLAIN = /^[\x20-\x7e]*$/;
const JOINED = /(?<=[\p{L}\p{M}])[\u200C\u200D](?=[\p{L}\p{M}])/gu;
const JOINING_SCRIPTS = [
  "Arabic",
  "Syriac",
  "Nko",
  "Mongolian",
  "Devanagari",
  "Bengali",
  "Gurmukhi",
  "Gujarati",
  "Oriya",
  "Tamil",
  "Telugu",
  "Kannada",
  "Malayalam",
  "Sinhala",
  "Khmer",
  "Myanmar",
  "Tibetan",
].map((script) => new RegExp(`^\\p{Script_Extensions=${script}}{2}$`, "u"));

const EMOJI = String.raw`\p{RGI_Emoji}|[\p{Emoji}--\p{ASCII}][\uFE0E\uFE0F]`;
/** Made when a text first needs it: V8 takes 20 ms, a tenth of a start, to gather all emoji, and the same for a literal that is only parsed. */
let emojis: RegExp | undefined;

/** The first character of `text` that a reader would not see, or undefined when all can be seen. */
export function findHiddenCharacter(text: string, rule: TextRule): HiddenCharacter | undefined {
  if (PLAIN.test(text)) return undefined;
  // Each exception is blanked out with as many spaces, so that indices stay those of `text`.
  const inLines = rule.lines ? text.replace(/[\n\t]/g, " ") : text;
  if (!HIDDEN.test(inLines)) return undefined;
  emojis ??= new RegExp(EMOJI, "gv");
  const shown = inLines
    .replace(emojis, (emoji) => " ".repeat(emoji.length))
    .replace(JOINED, (joiner, index: number) => (joinsOneScript(text, index) ? " " : joiner));
  const index = shown.search(HIDDEN);
  return index === -1 ? undefined : { index, name: nameOf(shown.codePointAt(index) ?? 0) };
}

/** Any text, for a message: printable ASCII in quotes, at most 60 characters of it. Safe to print on a terminal. */
export function quoteText(text: string): string {
  const start = text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text;
  return JSON.stringify(start).replace(/[^\x20-\x7e…]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

const QUOTED_MAX = 60;

function joinsOneScript(text: string, index: number): boolean {
  const before = Array.from(text.slice(Math.max(0, index - 2), index)).at(-1) ?? "";
  const after = String.fromCodePoint(text.codePointAt(index + 1) ?? 0);
  return JOINING_SCRIPTS.some((script) => script.test(before + after));
}

function nameOf(codePoint: number): string {
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
}
