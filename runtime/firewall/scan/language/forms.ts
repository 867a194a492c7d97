/** The forms of English words, so that a list of synonyms has one entry for each. */

const VOWEL_Y = /[aeiou]y$/;
const HISSING = /(?:s|x|z|ch|sh)$/;

/** A regular verb: `send` and `sends`, `sending`; the past and what else is irregular is listed by itself. */
export function verbForms(verb: string): readonly string[] {
  return [verb, thirdPerson(verb), `${stemOf(verb)}ing`, pastOf(verb)];
}

/** A noun and its plural. */
export function nounForms(noun: string): readonly string[] {
  return [noun, thirdPerson(noun)];
}

function thirdPerson(word: string): string {
  if (word.endsWith("y") && !VOWEL_Y.test(word)) return `${word.slice(0, -1)}ies`;
  return HISSING.test(word) ? `${word}es` : `${word}s`;
}

function stemOf(verb: string): string {
  return verb.endsWith("e") && !verb.endsWith("ee") ? verb.slice(0, -1) : doubled(verb);
}

function pastOf(verb: string): string {
  if (verb.endsWith("e")) return `${verb}d`;
  if (verb.endsWith("y") && !VOWEL_Y.test(verb)) return `${verb.slice(0, -1)}ied`;
  return `${doubled(verb)}ed`;
}

/** Verbs of one stressed syllable, and a few more, double their last letter: `run`, `running`. */
const DOUBLING = new Set(
  "run get put let set cut hit skip ship zip drop grab dump_ tap scan omit submit transmit forget admit permit plug log tag bcc_ wrap swap strip map rip rob nab embed_ tip slip stop plan ban begin refer prefer transfer infer trim spam".split(
    " ",
  ),
);

function doubled(verb: string): string {
  return DOUBLING.has(verb) ? verb + (verb.at(-1) ?? "") : verb;
}
