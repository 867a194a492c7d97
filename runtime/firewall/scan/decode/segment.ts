import { LEXICON, WORD_LENGTH_MAX } from "../language/lexicon.ts";

/** Puts the spaces back between the words of the lexicon, the longest first at each place. */
export function segmentWords(letters: string): string {
  let text = "";
  let index = 0;
  while (index < letters.length) {
    const length = longestWordAt(letters, index);
    text += length === 0 ? (letters[index] ?? "") : ` ${letters.slice(index, index + length)} `;
    index += Math.max(length, 1);
  }
  return text;
}

function longestWordAt(letters: string, index: number): number {
  for (let length = Math.min(WORD_LENGTH_MAX, letters.length - index); length >= 2; length--) {
    if (LEXICON.has(letters.slice(index, index + length))) return length;
  }
  return 0;
}
