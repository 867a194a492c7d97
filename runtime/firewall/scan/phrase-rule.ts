import type { Phrase } from "./language/phrases.ts";
import type { Rule } from "./rule.ts";

/** A rule that is nothing but phrases to look for. */
export interface PhraseRule extends Omit<Rule, "find"> {
  readonly phrases: readonly Phrase[];
}

/** The rule that reports the phrases of `rule` in every text, each text's gravest first. */
export function makePhraseRule(rule: PhraseRule): Rule {
  const own = new Set(rule.phrases);
  const { id, severity, title, references } = rule;
  return {
    id,
    severity,
    title,
    references,
    *find({ texts, decoded, signsOf }) {
      for (const text of [...texts, ...decoded]) {
        for (const { phrase, start, end } of signsOf(text)) {
          if (!own.has(phrase)) continue;
          yield {
            where: text.where,
            why: phrase.why,
            severity: phrase.severity,
            quote: text.raw.slice(text.view.placeOf(start), text.view.placeOf(end)),
          };
        }
      }
    },
  };
}
