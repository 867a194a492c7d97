import { RULES } from "./rules/table.ts";
import { UNREAD } from "./scan-tools.ts";

/** Every id that a finding may have. */
export const RULE_IDS: readonly string[] = [...RULES.map(({ id }) => id), UNREAD].toSorted();
