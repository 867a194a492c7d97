import { CONCEPTS, listVocabulary } from "./concepts.ts";
import type { Concept } from "./concepts.ts";

/** What a word means, and how the phrases go on that begin with it. */
export interface Entry {
  concepts: readonly number[];
  next: Map<string, Entry> | undefined;
}

const NUMBERS: ReadonlyMap<Concept, number> = new Map(
  CONCEPTS.map((concept, index) => [concept, index]),
);

/** Concepts are compared as numbers, for speed. */
export function numberOf(concept: Concept): number {
  const number = NUMBERS.get(concept);
  if (number === undefined) throw new Error(`no concept ${concept}`);
  return number;
}

/** By the first word. */
export const LEXICON: ReadonlyMap<string, Entry> = buildLexicon();
/** No word of the lexicon is longer. */
export const WORD_LENGTH_MAX = Math.max(...[...LEXICON.keys()].map((word) => word.length));

function buildLexicon(): ReadonlyMap<string, Entry> {
  const first = new Map<string, Entry>();
  for (const [concept, phrase] of listVocabulary()) {
    let level = first;
    let entry: Entry | undefined;
    for (const word of phrase.split(" ")) {
      entry = level.get(word) ?? { concepts: [], next: undefined };
      level.set(word, entry);
      level = entry.next ?? new Map<string, Entry>();
      if (word !== phrase && entry.next === undefined) entry.next = level;
    }
    if (entry !== undefined) entry.concepts = [...new Set([...entry.concepts, numberOf(concept)])];
  }
  return first;
}
