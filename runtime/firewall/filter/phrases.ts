import { PHRASE_WORD_NAMES, type PhraseWord } from "./vocabulary.ts";

/** A phrase that speaks to the model: words in this order, each at most so many words after the one before. */
interface Phrase {
  readonly id: string;
  readonly steps: readonly PhraseWord[];
  readonly gap: number;
  /** What must hold of the place besides. */
  readonly when?: "colon" | "loud";
}

/** Explicit markers only: what no text says unless it speaks to a model. Instructions that look like text look like text. */
// debt("GB-001"): what no phrase marks passes.
// debt("GB-067"): the phrases are English.
const PHRASES: readonly Phrase[] = [
  { id: "override", steps: ["ignore", "prior", "instructions"], gap: 4 },
  { id: "override", steps: ["ignore", "everything", "before"], gap: 3 },
  { id: "obey", steps: ["strictly", "adhere", "instruction"], gap: 5 },
  { id: "precedence", steps: ["instruction", "higher", "priority"], gap: 3 },
  { id: "precedence", steps: ["instruction", "takes", "priority"], gap: 3 },
  { id: "precedence", steps: ["instruction", "supersede", "prior", "instructions"], gap: 3 },
  { id: "authority", steps: ["authority", "order"], gap: 1, when: "loud" },
  { id: "authority", steps: ["restrictions", "temporarily", "suspended"], gap: 4 },
  { id: "hidden", steps: ["hidden", "instruction"], gap: 1, when: "colon" },
  { id: "address", steps: ["important", "message", "me", "to", "you"], gap: 5 },
  { id: "address", steps: ["important", "message", "to", "model"], gap: 6 },
  { id: "before-task", steps: ["before", "you", "can", "solve", "task"], gap: 3 },
  { id: "before-task", steps: ["please", "do", "following", "first"], gap: 3 },
  { id: "new-task", steps: ["new", "user", "query"], gap: 1, when: "colon" },
  { id: "new-task", steps: ["i", "am", "the", "user"], gap: 1 },
  { id: "new-task", steps: ["new", "instruction"], gap: 1, when: "loud" },
  { id: "role", steps: ["you", "are", "now", "unbound"], gap: 3 },
  { id: "role", steps: ["do", "anything", "now"], gap: 1 },
  { id: "secrecy", steps: ["not", "tell", "user"], gap: 2 },
  { id: "secrecy", steps: ["silently", "send"], gap: 1 },
  { id: "prompt-leak", steps: ["reveal", "the", "system", "prompt"], gap: 2 },
];

/** The places that a word has: of which phrase, and which step. */
export interface Place {
  readonly phrase: number;
  /** The number of the step before this in the one list of all steps, or -1. */
  readonly before: number;
  readonly step: number;
  readonly isLast: boolean;
}

export const PHRASE_COUNT = PHRASES.length;
export const STEP_COUNT = PHRASES.reduce((sum, { steps }) => sum + steps.length, 0);

/** By the number of the word's name in `PHRASE_WORD_NAMES`: its places, the later steps of a phrase first. */
export const PLACES: readonly (readonly Place[])[] = listPlaces();

function listPlaces(): readonly (readonly Place[])[] {
  const places: Place[][] = PHRASE_WORD_NAMES.map(() => []);
  let first = 0;
  PHRASES.forEach(({ steps }, phrase) => {
    steps.forEach((name, index) => {
      const list = places[PHRASE_WORD_NAMES.indexOf(name)];
      list?.unshift({
        phrase,
        before: index === 0 ? -1 : first + index - 1,
        step: first + index,
        isLast: index === steps.length - 1,
      });
    });
    first += steps.length;
  });
  return places;
}

export function phraseAt(index: number): Phrase {
  const phrase = PHRASES[index];
  if (!phrase) throw new Error("no such phrase");
  return phrase;
}
