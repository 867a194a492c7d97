import { COMMON_PAIRS, PLACEHOLDER_WORDS } from "./weak-words.ts";

const CHARACTERS_MAX = 1024;
const REPEAT_LENGTH_MIN = 3;
/** A longer step would find a pattern in anything. */
const STEP_MAX = 4;
/** Shannon measured about one bit for each letter of English; people who choose words do not do better than this. */
const BITS_PER_LETTER_OF_WORDS = 1.5;
/** Of pairs drawn at random so many are common, by the size of the list. What is so many deviations above that was not drawn. */
const COMMON_PART = COMMON_PAIRS.size / 26 ** 2;
const DEVIATIONS_MIN = 4.8;
const PAIRS_MIN = 12;
const LETTERS_PART_MIN = 0.6;
const WORD_LENGTH_MIN = 4;
/** For a known word, or a row of keys. */
const BITS_PER_WORD = 8;

/**
 * About how many bits a guesser lacks who tries repetitions, sequences, words and text before the rest. At most what the
 * text has if every character was drawn from those that it uses, so it errs low. Linear but for a fixed number of repeats.
 */
export function countGuessBits(text: string): number {
  const bounded = text.slice(0, CHARACTERS_MAX);
  const { rest, count } = takeWords(bounded.toLowerCase());
  return Math.min(
    countPatterns(bounded),
    count * BITS_PER_WORD + Math.min(countPatterns(rest), countText(rest)),
  );
}

/** `abcdef`, `a1b2c3` and `13579` repeat in their steps. */
function countPatterns(text: string): number {
  const characters = Array.from(text, (each) => each.codePointAt(0) ?? 0);
  const steps = Array.from({ length: STEP_MAX }, (_, index) =>
    countRepeats(stepsOf(characters, index + 1)),
  );
  return Math.min(countRepeats(characters), ...steps);
}

/** What it takes to write the text down when what stood before need not be written again. */
function countRepeats(characters: readonly number[]): number {
  const bitsEach = Math.log2(new Set(characters).size + 1);
  let bits = 0;
  for (let place = 0; place < characters.length;) {
    const length = longestRepeat(characters, place);
    const bitsOfRepeat = Math.log2(place + 1) + Math.log2(length + 1);
    if (length >= REPEAT_LENGTH_MIN && bitsOfRepeat < length * bitsEach) {
      bits += bitsOfRepeat;
      place += length;
    } else {
      bits += bitsEach;
      place += 1;
    }
  }
  return bits;
}

function longestRepeat(characters: readonly number[], place: number): number {
  let longest = 0;
  for (let from = Math.max(0, place - 256); from < place; from += 1) {
    let length = 0;
    while (
      place + length < characters.length &&
      characters[from + length] === characters[place + length]
    )
      length += 1;
    if (length > longest) longest = length;
  }
  return longest;
}

function stepsOf(characters: readonly number[], lag: number): readonly number[] {
  return characters.map((character, index) =>
    index < lag ? character : character - (characters[index - lag] ?? 0),
  );
}

function takeWords(text: string): { readonly rest: string; readonly count: number } {
  let count = 0;
  let rest = text;
  for (const word of PLACEHOLDER_WORDS) {
    if (word.length < WORD_LENGTH_MIN) break;
    const parts = rest.split(word);
    count += parts.length - 1;
    rest = parts.join(" ");
  }
  return { rest, count };
}

/** Letters that go together as in a language cost less than letters that do not. Infinite for what is no text. */
function countText(text: string): number {
  const runs = text.match(/[a-z]{2,}/g) ?? [];
  const pairs = runs.flatMap((run) =>
    Array.from({ length: run.length - 1 }, (_, index) => run.slice(index, index + 2)),
  );
  const common = pairs.filter((pair) => COMMON_PAIRS.has(pair)).length;
  const expected = COMMON_PART * pairs.length;
  const letters = text.replaceAll(/[^a-z]/g, "").length;
  const others = text.replaceAll(/[a-z\s._-]/g, "");
  const isText =
    pairs.length >= PAIRS_MIN &&
    common >= expected + DEVIATIONS_MIN * Math.sqrt(expected * (1 - COMMON_PART)) &&
    letters >= LETTERS_PART_MIN * (letters + others.length);
  if (!isText) return Infinity;
  return letters * BITS_PER_LETTER_OF_WORDS + others.length * Math.log2(new Set(others).size + 1);
}
