/**
 * Makes text that strangers wrote safe to show on a terminal or in a log line:
 * control characters, escapes, bidirectional and invisible characters become visible `\u{…}` escapes.
 */
export function makeVisible(text: string, options: { readonly newlines?: boolean } = {}): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.replace(HIDDEN, (character) => {
    if (options.newlines && (character === "\n" || character === "\t")) return character;
    return SHORT[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** Cc, Cf (bidi, zero width, tags), Co, Cs, Zl, Zp, variation selectors, Hangul fillers and the braille blank. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\u115F\u1160\u2800\u3164\uFFA0]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001B": "\\e" };
