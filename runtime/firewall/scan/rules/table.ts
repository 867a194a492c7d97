import type { Rule } from "../rule.ts";

/** Every rule, by what it reads. */
export const RULES: readonly Rule[] = [];
