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
    *find({ signed, signsOf }) {
      for (const text of signed) {
        for (const { phrase, start, end } of signsOf(text)) {
          if (!own.has(phrase)) continue;
          yield {
            where: text.where,
            why: phrase.why,
            severity: isQuotedByDefender(text.view.text, start, end) ? "low" : phrase.severity,
            quote: text.raw.slice(text.view.placeOf(start), text.view.placeOf(end)),
          };
        }
      }
    },
  };
}

const QUOTE = /["'`]\W{0,3}$/;
const UNQUOTE = /^[^"'`\n]{0,40}["'`]/;
const DEFENDER =
  /\b(?:detect|check|scan|classif|flag|find|block|filter|recogni[sz]|test|look|search|match|reject|guard)[a-z]{0,6}\b[^.\n]{0,60}\b(?:injection|attack|jailbreak|phrases?|patterns?|strings?|text|attempts?|prompts?|malicious|suspicious|such as|like)\b/;
const BEFORE_QUOTE_MAX = 160;

/** A tool against injections may quote one; a model that reads it in quotes does not follow it as easily. */
function isQuotedByDefender(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - BEFORE_QUOTE_MAX), start);
  return QUOTE.test(before) && UNQUOTE.test(text.slice(end, end + 80)) && DEFENDER.test(before);
}
