/** Drawn twice as wide as a letter (UAX 11, roughly): Chinese, Japanese, Korean, fullwidth forms, emoji. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18DFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}\p{Emoji_Presentation}]/u;
const ZERO = /[\p{M}\p{Default_Ignorable_Code_Point}]/u;
const PLAIN = /^[\x20-\x7E]*$/;
const TAB = "    ";
/** A line may also be broken after these, which JSON is full of and blanks are rare in. */
const WORDS = / +|[^ ,{[]+[,{[]*|[,{[]+/g;

/** How many columns of a terminal a text takes that `makeVisible` made. */
export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}

/**
 * Lines of at most `columns` columns (10 at least), broken at blanks where there are any: no terminal breaks them again, so what
 * stands before each line is ours and not the text's. The text was made visible; its line feeds are kept, tabs become blanks.
 */
export function wrapText(text: string, columns: number): string[] {
  const width = Math.max(10, columns);
  return text
    .replaceAll("\t", TAB)
    .split("\n")
    .flatMap((line) => wrapLine(line, width));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = "";
  let used = 0;
  const end = (): void => {
    lines.push(current.trimEnd());
    [current, used] = ["", 0];
  };
  for (const word of line.match(WORDS) ?? []) {
    const needed = columnsOf(word);
    const isBlank = word.startsWith(" ");
    if (used + needed <= width) [current, used] = [current + word, used + needed];
    else if (isBlank) end();
    else {
      if (used > 0) end();
      for (const piece of pieces(word, width)) {
        if (used > 0) end();
        [current, used] = [piece, columnsOf(piece)];
      }
    }
  }
  end();
  return lines;
}

/** A word that is longer than a line, in pieces that are not. */
function pieces(word: string, width: number): string[] {
  const found: string[] = [];
  let piece = "";
  let used = 0;
  for (const character of word) {
    const needed = columnsOf(character);
    if (used + needed > width) {
      found.push(piece);
      [piece, used] = ["", 0];
    }
    piece += character;
    used += needed;
  }
  return [...found, piece];
}
