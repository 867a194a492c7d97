import { rotate } from "./rotate.ts";
import { nounForms, verbForms } from "./forms.ts";
import { ACTIONS } from "./vocabulary/actions.ts";
import { MANNER } from "./vocabulary/manner.ts";
import { PEOPLE } from "./vocabulary/people.ts";
import { THINGS } from "./vocabulary/things.ts";
import type { Words } from "./vocabulary/words.ts";

/** Common words that tell plain English, whichever way it is turned. */
const PLAIN =
  "the and you this that with instructions instruction ignore before please always secret password send read file must all previous user your";
const DISGUISED = {
  rotated: { words: rotate(PLAIN) },
  backwards: { words: PLAIN.split("").toReversed().join("") },
};
const VOCABULARY = { ...ACTIONS, ...THINGS, ...PEOPLE, ...MANNER, ...DISGUISED };
/** What is known by its form and its surroundings, not by a list. */
const SEEN_BY_FORM = [
  "secretPath",
  "configPath",
  "filePath",
  "address",
  "identifier",
  "namedTool",
  "namedParam",
  "installed",
  "ownName",
] as const;

type WordConcept = keyof typeof VOCABULARY;
/** What the rules speak of. */
export type Concept = WordConcept | (typeof SEEN_BY_FORM)[number];

const WORD_CONCEPTS = Object.keys(VOCABULARY) as WordConcept[];
export const CONCEPTS: readonly Concept[] = [...WORD_CONCEPTS, ...SEEN_BY_FORM];

/** Every word and phrase, with its concept. */
export function listVocabulary(): readonly (readonly [Concept, string])[] {
  return WORD_CONCEPTS.flatMap((concept) =>
    expand(VOCABULARY[concept] as Words).map((entry) => [concept, entry] as const),
  );
}

function expand({
  verbs = "",
  nouns = "",
  words = "",
  phrases = "",
  pairs = [],
}: Words): readonly string[] {
  return [
    ...split(verbs, " ").flatMap(verbForms),
    ...split(nouns, " ").flatMap(nounForms),
    ...split(words, " "),
    ...split(phrases, ";"),
    ...pairs.flatMap(([first, second]) =>
      split(first, " ").flatMap((one) =>
        split(second, " ").map((two) => `${one} ${two.replaceAll("-", " ")}`),
      ),
    ),
  ];
}

function split(list: string, separator: string): readonly string[] {
  return list
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
