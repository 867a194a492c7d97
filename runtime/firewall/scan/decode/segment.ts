import { LEXICON } from "../language/lexicon.ts";

/** By the first two letters: how long the words are that begin so, the longest first. */
const LENGTHS: ReadonlyMap<string, readonly number[]> = gatherLengths();

function gatherLengths(): ReadonlyMap<string, readonly number[]> {
  const lengths = new Map<string, Set<number>>();
  for (const word of LEXICON.keys()) {
    const start = word.slice(0, 2);
    lengths.set(start, (lengths.get(start) ?? new Set()).add(word.length));
  }
  return new Map(
    [...lengths].map(([start, all]) => [start, [...all].toSorted((left, right) => right - left)]),
  );
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
  for (const length of LENGTHS.get(letters.slice(index, index + 2)) ?? []) {
    if (length > 1 && LEXICON.has(letters.slice(index, index + length))) return length;
  }
  return 0;
}
