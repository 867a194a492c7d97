import { CHUNK_LENGTH_MAX, classifyChunk } from "./classify-chunk.ts";
import { LEXICON, numberOf, WORD_LENGTH_MAX } from "./lexicon.ts";
import type { Entry } from "./lexicon.ts";
import { readWords } from "./read-words.ts";
import type { WordSink } from "./read-words.ts";

/** One place of a text that speaks of something. */
export interface Mention {
  concepts: readonly number[];
  readonly position: number;
  readonly start: number;
  end: number;
  /** After "do not", "never": what is named is denied. */
  readonly isDenied: boolean;
}

/** Names that mean a tool in this text. All in lower case. */
export interface Names {
  readonly own: ReadonlySet<string>;
  readonly installed: ReadonlySet<string>;
}

const DENIAL_REACH = 6;
const [NOT, UNLESS] = [numberOf("not"), numberOf("unless")];
const OWN = [numberOf("ownName")];
/** Shared, so that the matcher knows them again. */
const BY_FORM = {
  secretPath: [numberOf("secretPath")],
  configPath: [numberOf("configPath")],
  filePath: [numberOf("filePath")],
  address: [numberOf("address")],
  identifier: [numberOf("identifier")],
};
const INSTALLED = [numberOf("installed"), numberOf("identifier")];

/** What `text` (folded) speaks of, in its order. Linear. */
export function readMentions(text: string, names: Names): readonly Mention[] {
  const reader = new MentionReader(text, names);
  readWords(text, reader);
  return reader.mentions;
}

class MentionReader implements WordSink {
  readonly mentions: Mention[] = [];
  readonly #text: string;
  readonly #names: Names;
  #deniedUntil = -1;
  /** The phrases that the last words may be the beginning of, longest last. */
  #open: {
    readonly entry: Entry;
    readonly start: number;
    readonly position: number;
    readonly deniedUntil: number;
  }[] = [];

  constructor(text: string, names: Names) {
    this.#text = text;
    this.#names = names;
  }

  word(start: number, end: number, position: number): void {
    if (end - start > WORD_LENGTH_MAX + 2) {
      this.#open.length = 0;
      return;
    }
    const word = this.#text.slice(start, end);
    this.#continuePhrases(word, end, position);
    const entry = LEXICON.get(word) ?? LEXICON.get(withoutPossessive(word));
    if (entry !== undefined) {
      const deniedUntil = this.#deniedUntil;
      if (entry.next !== undefined) this.#open.push({ entry, start, position, deniedUntil });
      if (entry.concepts.length > 0) this.#add(entry.concepts, position, start, end);
    }
    this.#name(word, start, end, position);
  }

  chunk(start: number, end: number, position: number): void {
    if (end - start > 2 * CHUNK_LENGTH_MAX) return;
    const chunk = this.#text.slice(start, end);
    if (this.#name(chunk, start, end, position)) return;
    const concept = classifyChunk(chunk);
    if (concept !== undefined) this.#push(BY_FORM[concept], position, start, end);
  }

  #continuePhrases(word: string, end: number, position: number): void {
    if (this.#open.length === 0) return;
    const open = this.#open;
    this.#open = [];
    for (const { entry, start, position: first, deniedUntil } of open) {
      const next = position - first > 4 ? undefined : entry.next?.get(word);
      if (next === undefined) continue;
      if (next.concepts.length > 0) {
        // The phrase's own words deny nothing: "pay no attention to".
        this.#deniedUntil = deniedUntil;
        this.#push(next.concepts, position, start, end, position <= deniedUntil);
      }
      if (next.next !== undefined)
        this.#open.push({ entry: next, start, position: first, deniedUntil });
    }
  }

  #name(name: string, start: number, end: number, position: number): boolean {
    const concepts = this.#names.own.has(name)
      ? OWN
      : this.#names.installed.has(name)
        ? INSTALLED
        : undefined;
    if (concepts !== undefined) this.#push(concepts, position, start, end);
    return concepts !== undefined;
  }

  #add(concepts: readonly number[], position: number, start: number, end: number): void {
    if (concepts.includes(UNLESS)) this.#deniedUntil = -1;
    this.#push(concepts, position, start, end);
    if (concepts.includes(NOT)) this.#deniedUntil = position + DENIAL_REACH;
  }

  #push(
    concepts: readonly number[],
    position: number,
    start: number,
    end: number,
    isDenied = position <= this.#deniedUntil,
  ): void {
    this.mentions.push({ concepts, position, start, end, isDenied });
  }
}

function withoutPossessive(word: string): string {
  return word.endsWith("'s") ? word.slice(0, -2) : word.endsWith("'") ? word.slice(0, -1) : word;
}
