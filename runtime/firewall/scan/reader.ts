import { numberOf } from "./language/lexicon.ts";
import { NO_NAMES, readMentions } from "./language/mentions.ts";
import type { Names, Reading } from "./language/mentions.ts";
import { PhraseMatcher } from "./language/phrases.ts";
import type { Sign } from "./language/phrases.ts";
import type { ToolText } from "./rule.ts";
import { PHRASE_RULES } from "./rules/phrases.ts";
import { foldText } from "./text-view.ts";

/** Reads the texts of one tool, each once. */
export interface Reader {
  readonly read: (text: ToolText) => Reading;
  /** The phrases of all rules that a text has. */
  readonly signsOf: (text: ToolText) => readonly Sign[];
  /** Whether a piece of raw text speaks to somebody who is to do something. */
  readonly isInstructive: (raw: string) => boolean;
}

const PHRASES = new PhraseMatcher(PHRASE_RULES.flatMap(({ phrases }) => phrases));

/** `names` are the tools that the texts may speak of. */
export function makeReader(names: Names): Reader {
  const readings = new Map<ToolText, Reading>();
  const signs = new Map<ToolText, readonly Sign[]>();
  const read = (text: ToolText): Reading => {
    const reading = readings.get(text) ?? readMentions(wordsOf(text), names);
    readings.set(text, reading);
    return reading;
  };
  const signsOf = (text: ToolText): readonly Sign[] => {
    const found = signs.get(text) ?? PHRASES.match(read(text).mentions);
    signs.set(text, found);
    return found;
  };
  return { read, signsOf, isInstructive };
}

/** What a name is made of is read as words; the places stay. */
function wordsOf({ kind, view }: ToolText): string {
  return kind === "name" || kind === "key" ? view.text.replace(/[_-]/g, " ") : view.text;
}

/** What is said to somebody who is to do something; two such words in a comment make it a message. */
const INSTRUCTIVE: ReadonlySet<number> = new Set(
  (
    [
      "must",
      "you",
      "ignore",
      "send",
      "act",
      "use",
      "tell",
      "not",
      "without",
      "before",
      "important",
      "role",
      "order",
      "secretNoun",
      "secretPath",
      "configPath",
      "filePath",
      "address",
      "userData",
      "talk",
      "answering",
      "hush",
      "speaker",
      "doThis",
    ] as const
  ).map(numberOf),
);
const INSTRUCTIVE_MIN = 2;

function isInstructive(raw: string): boolean {
  const { mentions } = readMentions(foldText(raw).text, NO_NAMES);
  const telling = mentions.filter(({ concepts }) => concepts.some((one) => INSTRUCTIVE.has(one)));
  return telling.length >= INSTRUCTIVE_MIN;
}
