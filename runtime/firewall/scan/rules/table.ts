import { makePhraseRule } from "../phrase-rule.ts";
import type { Rule } from "../rule.ts";
import { HINT_CONTRADICTS } from "./annotations.ts";
import { makeCombinedRule } from "./combined.ts";
import { COMMAND } from "./command.ts";
import { ENCODED } from "./encoded.ts";
import { FAKE_ROLE } from "./fake-role.ts";
import { INVISIBLE, TERMINAL_ESCAPE } from "./invisible.ts";
import { PADDED, TOO_LONG } from "./layout.ts";
import { ACTIVE_MARKUP, COMMENT } from "./markup.ts";
import { NAME_CONVENTION, NAME_OVERLAP, TWIN_NAMES } from "./names.ts";
import { OFFENSIVE } from "./offensive.ts";
import { CATCH_ALL_PARAMETER, HIDDEN_PARAMETER, MANY_PARAMETERS } from "./parameters.ts";
import { PHRASE_RULES } from "./phrases.ts";
import { SCHEMA_DEFAULT, SCHEMA_OPEN, SCHEMA_PATTERN, SCHEMA_REFERENCE } from "./schema.ts";

const TEXT_RULES: readonly Rule[] = [
  ...PHRASE_RULES.map(makePhraseRule),
  FAKE_ROLE,
  COMMAND,
  ENCODED,
  INVISIBLE,
  TERMINAL_ESCAPE,
  COMMENT,
  ACTIVE_MARKUP,
  PADDED,
  TOO_LONG,
  OFFENSIVE,
];

const STRUCTURE_RULES: readonly Rule[] = [
  HIDDEN_PARAMETER,
  CATCH_ALL_PARAMETER,
  MANY_PARAMETERS,
  NAME_OVERLAP,
  TWIN_NAMES,
  NAME_CONVENTION,
  HINT_CONTRADICTS,
  SCHEMA_REFERENCE,
  SCHEMA_PATTERN,
  SCHEMA_DEFAULT,
  SCHEMA_OPEN,
];

/** Every rule, by what it reads. */
export const RULES: readonly Rule[] = [
  ...TEXT_RULES,
  makeCombinedRule(TEXT_RULES),
  ...STRUCTURE_RULES,
];
