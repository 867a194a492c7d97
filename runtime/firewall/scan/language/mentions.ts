import { CHUNK_LENGTH_MAX, classifyChunk } from "./classify-chunk.ts";
import { LEXICON, numberOf, WORD_LENGTH_MAX } from "./lexicon.ts";
import type { Entry } from "./lexicon.ts";
import { readWords } from "./read-words.ts";
import type { WordSink } from "./read-words.ts";

/** One place of a text that speaks of something. */
export interface Mention {
  readonly concepts: readonly number[];
  readonly position: number;
  readonly start: number;
  readonly end: number;
  /** After "do not", "never": what is named is denied. */
  readonly isDenied: boolean;
}

/** What a text speaks of, in its order, and what looks as if it were written so that it is not read. */
export interface Reading {
  readonly mentions: readonly Mention[];
  readonly rotated: number;
  readonly backwards: number;
  /** Words with digits among their letters. */
  readonly mixed: number;
  /** The longest run of words of one letter. */
  readonly spaced: number;
}

/** Names that mean a tool, in lower case. */
export interface Names {
  readonly own: string;
  readonly installed: { has(name: string): boolean };
  /** The tool's own parameters. */
  readonly parameters: { has(name: string): boolean };
}

export const NO_NAMES: Names = { own: "", installed: new Set(), parameters: new Set() };

const DENIAL_REACH = 6;
/** A phrase's words stand next to each other, or a line's end between them. */
const PHRASE_SPAN_MAX = 4;
const [NOT, UNLESS] = [numberOf("not"), numberOf("unless")];
const [ROTATED, BACKWARDS] = [numberOf("rotated"), numberOf("backwards")];
/** These arrays are shared, so that the matcher knows them again. */
const OWN = [numberOf("ownName")];
const INSTALLED = [numberOf("installed"), numberOf("identifier")];
const NAMED_TOOL = [numberOf("namedTool")];
const NAMED_PARAM = [numberOf("namedParam")];
const TOOL_WORDS: ReadonlySet<string> = new Set(["tool", "function", "tools", "plugin"]);
/** What stands before "tool" and names none. */
const UNNAMED: ReadonlySet<string> = new Set(
  "this that these those the a an any all every each other another our my your its their same following new one first last next best right wrong correct appropriate available which what of and or mcp present current given specific similar multiple several some no only main primary such use call using calling if when".split(
    " ",
  ),
);
const PARAM_WORDS: ReadonlySet<string> = new Set(["parameter", "argument", "field", "param"]);
const INTO: ReadonlySet<string> = new Set(["in", "into", "inside", "within", "as", "to", "via"]);
/** What stands before "field" and names none, or names one for just that: keys go into `token`, a talk into `messages`. */
const UNSURPRISING: ReadonlySet<string> = new Set(
  "required optional input output form hidden new extra additional string text json body key value token auth authorization authentication credential credentials secret secrets password env environment variable variables vars config configuration settings options headers header message messages chat conversation history transcript prompt query question context content user users profile contact contacts customer email name session cookies cookie api data payload metadata custom".split(
    " ",
  ),
);
const BY_FORM = {
  secretPath: [numberOf("secretPath")],
  configPath: [numberOf("configPath")],
  filePath: [numberOf("filePath")],
  address: [numberOf("address")],
  identifier: [numberOf("identifier")],
};

const QUOTES = "\"'`";
const NEAR = 10;
const SEPARATED = /[a-z0-9](?:__|[_.:/-])[a-z0-9]/;
const NAMED = /^["'`][^"'`]{1,200}["'`]|^.[\w.-]{1,200}[`"']? (?:tool|function)/;

interface OpenPhrase {
  readonly entry: Entry;
  readonly start: number;
  readonly position: number;
  readonly deniedUntil: number;
}

/** Reads `text`, which is folded. Linear. */
export function readMentions(text: string, names: Names): Reading {
  const reader = new MentionReader(text, names);
  readWords(text, reader);
  return reader;
}

class MentionReader implements WordSink, Reading {
  readonly mentions: Mention[] = [];
  rotated = 0;
  backwards = 0;
  mixed = 0;
  spaced = 0;
  readonly #text: string;
  readonly #names: Names;
  #deniedUntil = -1;
  #singles = 0;
  #lastWord = "";
  /** The phrases that the last words may be the beginning of. */
  #open: OpenPhrase[] = [];

  constructor(text: string, names: Names) {
    this.#text = text;
    this.#names = names;
  }

  word(start: number, end: number, position: number, isMixed: boolean): void {
    const length = end - start;
    this.#singles = length === 1 ? this.#singles + 1 : 0;
    if (this.#singles > this.spaced) this.spaced = this.#singles;
    if (isMixed) this.mixed++;
    const word = length > WORD_MAX ? "" : this.#text.slice(start, end);
    if (this.#open.length > 0) this.#continuePhrases(word, end, position);
    const entry = LEXICON.get(word) ?? (length > 2 ? LEXICON.get(possessorOf(word)) : undefined);
    if (entry !== undefined) {
      const deniedUntil = this.#deniedUntil;
      if (entry.next !== undefined) this.#open.push({ entry, start, position, deniedUntil });
      if (entry.concepts.length > 0) this.#addWord(entry.concepts, position, start, end);
    }
    if (TOOL_WORDS.has(word)) this.#addNamedTool(position, start, end);
    this.#addNamedParam(word, position, start, end);
    this.#lastWord = word;
    this.#addName(word, position, start, end);
  }

  chunk(start: number, end: number, position: number): void {
    if (end - start > CHUNK_LENGTH_MAX) return;
    const chunk = this.#text.slice(start, end);
    if (this.#addName(chunk, position, start, end)) return;
    const kind = classifyChunk(chunk);
    if (kind !== undefined) this.#add(BY_FORM[kind], position, start, end);
  }

  #continuePhrases(word: string, end: number, position: number): void {
    const open = this.#open;
    this.#open = [];
    for (const { entry, start, position: first, deniedUntil } of open) {
      const next = position - first > PHRASE_SPAN_MAX ? undefined : entry.next?.get(word);
      if (next === undefined) continue;
      if (next.concepts.length > 0) {
        // The phrase's own words deny nothing: "pay no attention to".
        this.#deniedUntil = deniedUntil;
        this.#add(next.concepts, position, start, end);
      }
      if (next.next !== undefined) {
        this.#open.push({ entry: next, start, position: first, deniedUntil });
      }
    }
  }

  #addWord(concepts: readonly number[], position: number, start: number, end: number): void {
    if (concepts.includes(UNLESS)) this.#deniedUntil = -1;
    else if (concepts.includes(ROTATED)) this.rotated++;
    else if (concepts.includes(BACKWARDS)) this.backwards++;
    this.#add(concepts, position, start, end);
    if (concepts.includes(NOT)) this.#deniedUntil = position + DENIAL_REACH;
  }

  /** "the calendar tool", "`send_mail` tool". */
  #addNamedTool(position: number, start: number, end: number): void {
    const name = this.#lastWord;
    if (name === "" || UNNAMED.has(name) || name === this.#names.own) return;
    this.#add(NAMED_TOOL, position, start, end);
  }

  /** "the city field", "the field `city`", "into city": a place for one thing, into which another does not belong. */
  #addNamedParam(word: string, position: number, start: number, end: number): void {
    const before = this.#lastWord;
    const name = PARAM_WORDS.has(word) ? before : word;
    if (name === "" || UNNAMED.has(name) || UNSURPRISING.has(name)) return;
    if (name === word) {
      const isQuoted = QUOTES.includes(this.#text.charAt(start - 1));
      const isOwn = this.#names.parameters.has(word) && (isQuoted || INTO.has(before));
      if (!isOwn && !(isQuoted && PARAM_WORDS.has(before))) return;
    }
    this.#add(NAMED_PARAM, position, start, end);
  }

  #addName(name: string, position: number, start: number, end: number): boolean {
    const { own, installed } = this.#names;
    const concepts = name === own ? OWN : installed.has(name) ? INSTALLED : undefined;
    if (concepts === undefined || !this.#isName(name, start, end)) return false;
    this.#add(concepts, position, start, end);
    return true;
  }

  /** A name that may be any word, such as `search`, is one in quotes or before "tool". */
  #isName(name: string, start: number, end: number): boolean {
    if (SEPARATED.test(name)) return true;
    const around = this.#text.slice(Math.max(0, start - 1), end + NEAR);
    return NAMED.test(start === 0 ? ` ${around}` : around);
  }

  #add(concepts: readonly number[], position: number, start: number, end: number): void {
    const isDenied = position <= this.#deniedUntil;
    this.mentions.push({ concepts, position, start, end, isDenied });
  }
}

/** A longer word means nothing, but may be a name. */
const WORD_MAX = Math.max(WORD_LENGTH_MAX + 2, 64);

function possessorOf(word: string): string {
  if (word.charCodeAt(word.length - 2) === 0x27) return word.slice(0, -2);
  return word.charCodeAt(word.length - 1) === 0x27 ? word.slice(0, -1) : "";
}
