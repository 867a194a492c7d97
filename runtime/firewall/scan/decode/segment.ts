import { LEXICON } from "../language/lexicon.ts";

const LETTERS = 26;
const FIRST = 0x61;

/** By the first two letters, as one number: how long the words are that begin so, the longest first. */
const LENGTHS: readonly (readonly number[])[] = gatherLengths();

function gatherLengths(): readonly (readonly number[])[] {
  const lengths = Array.from({ length: LETTERS * LETTERS }, () => new Set<number>());
  for (const word of LEXICON.keys()) lengths[startOf(word, 0)]?.add(word.length);
  return lengths.map((all) => [...all].toSorted((left, right) => right - left));
}

/** No letter's number, where there are no two letters. */
function startOf(letters: string, index: number): number {
  const first = letters.charCodeAt(index) - FIRST;
  const second = letters.charCodeAt(index + 1) - FIRST;
  const areLetters = first >= 0 && first < LETTERS && second >= 0 && second < LETTERS;
  return areLetters ? first * LETTERS + second : -1;
}

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
  for (const length of LENGTHS[startOf(letters, index)] ?? []) {
    if (LEXICON.has(letters.slice(index, index + length))) return length;
  }
  return 0;
}
