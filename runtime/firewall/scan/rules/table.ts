import { makePhraseRule } from "../phrase-rule.ts";
import type { Rule } from "../rule.ts";
import { makeCombinedRule } from "./combined.ts";
import { ENCODED } from "./encoded.ts";
import { FAKE_ROLE } from "./fake-role.ts";
import { INVISIBLE, TERMINAL_ESCAPE } from "./invisible.ts";
import { PADDED, TOO_LONG } from "./layout.ts";
import { ACTIVE_MARKUP, COMMENT } from "./markup.ts";
import { OFFENSIVE } from "./offensive.ts";
import { PHRASE_RULES } from "./phrases.ts";

const TEXT_RULES: readonly Rule[] = [
  ...PHRASE_RULES.map(makePhraseRule),
  FAKE_ROLE,
  ENCODED,
  INVISIBLE,
  TERMINAL_ESCAPE,
  COMMENT,
  ACTIVE_MARKUP,
  PADDED,
  TOO_LONG,
  OFFENSIVE,
];

/** Every rule, by what it reads. */
export const RULES: readonly Rule[] = [...TEXT_RULES, makeCombinedRule(TEXT_RULES)];
