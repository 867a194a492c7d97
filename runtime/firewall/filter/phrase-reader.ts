import type { KnownWord } from "./vocabulary.ts";
import { phraseAt, PLACES, STEP_COUNT } from "./phrases.ts";
import type { SpanList } from "./span.ts";
import { endOfInstruction } from "./instruction-extent.ts";

/** Which word, counted over all texts, took each step of each phrase last, and where the phrase had begun. */
const TAKEN = new Float64Array(STEP_COUNT).fill(-Infinity);
const BEGUN = new Int32Array(STEP_COUNT);
/** Words of all texts. A text begins so far on that nothing goes on from the text before. */
let clock = 0;
const TEXT_GAP = 1000;

export function beginPhrases(): void {
  clock += TEXT_GAP;
}

/** One word of a text: `skipped` words of no interest stand between it and the last. */
export function readPhraseWord(
  text: string,
  word: KnownWord,
  start: number,
  end: number,
  number: number,
  list: SpanList,
): void {
  const now = clock + number;
  for (const name of word.places) {
    for (const { phrase, before, step, isLast } of PLACES[name] ?? []) {
      if (before >= 0) {
        const distance = now - (TAKEN[before] ?? -Infinity);
        if (distance < 1 || distance > phraseAt(phrase).gap + 1) continue;
        BEGUN[step] = BEGUN[before] ?? start;
      } else BEGUN[step] = start;
      TAKEN[step] = now;
      if (isLast) addPhrase(text, phrase, BEGUN[step] ?? start, end, list);
    }
  }
}

export function endPhrases(words: number): void {
  clock += words;
}

function addPhrase(text: string, index: number, start: number, end: number, list: SpanList): void {
  if (end <= list.instructionsTo) return;
  const { id, when } = phraseAt(index);
  const isColon = text.charCodeAt(end) === 0x3a;
  if (when === "colon" && !isColon) return;
  if (when === "loud" && !isColon && !isUpperCase(text, start, end)) return;
  list.add("instructions", id, "high", start, endOfInstruction(text, end));
}

function isUpperCase(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x61 && code <= 0x7a) return false;
  }
  return true;
}
