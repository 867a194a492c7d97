import type { PhraseRule } from "../phrase-rule.ts";
import { FORCED_ANSWER, NO_CONFIRMATION, PRESSURE } from "./coercion.ts";
import { ERRAND } from "./errand.ts";
import { EXFILTRATION, SECRET_FILE } from "./exfiltration.ts";
import { IMPERSONATION } from "./impersonation.ts";
import { OVERRIDE } from "./override.ts";
import { PREFERENCE } from "./preference.ts";
import { SECRECY } from "./secrecy.ts";
import { SHADOWING } from "./shadowing.ts";

/** The rules that read sentences. All are matched at once, in one pass over a text. */
export const PHRASE_RULES: readonly PhraseRule[] = [
  IMPERSONATION,
  OVERRIDE,
  SECRECY,
  ERRAND,
  EXFILTRATION,
  SECRET_FILE,
  SHADOWING,
  PREFERENCE,
  NO_CONFIRMATION,
  PRESSURE,
  FORCED_ANSWER,
];
