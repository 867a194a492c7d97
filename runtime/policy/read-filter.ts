import {
  OUTPUT_ACTIONS,
  OUTPUT_KINDS,
  type OutputAction,
  type OutputKind,
} from "../audit/output-finding.ts";
import type { Cursor, StringRule } from "../plugin/cursor.ts";

/** What the operator says of the filter of outputs; what he leaves out is as the filter has it by itself. */
export interface FilterConfiguration {
  readonly actions: Readonly<Partial<Record<OutputKind, OutputAction>>>;
  readonly fields: readonly string[];
}

const FIELDS_MAX = 256;
const FIELD: StringRule = { lengthMin: 1, lengthMax: 64 };

/** Reads the section `filter`: an action for each kind that is to have another one, and `sensitive_fields`. */
export function readFilter(member: Cursor): FilterConfiguration {
  if (member.isAbsent()) return { actions: {}, fields: [] };
  const fields = member.fields([], [...OUTPUT_KINDS, "sensitive_fields"]);
  const actions: Partial<Record<OutputKind, OutputAction>> = {};
  for (const kind of OUTPUT_KINDS) {
    const action = fields.get(kind);
    if (!action.isAbsent()) actions[kind] = readAction(action);
  }
  const names = fields.get("sensitive_fields");
  return {
    actions,
    fields: names.isAbsent() ? [] : names.items(0, FIELDS_MAX).map((item) => item.string(FIELD)),
  };
}

/** What is no action takes the safest. */
function readAction(member: Cursor): OutputAction {
  const known = OUTPUT_ACTIONS.find((action) => action === member.value);
  if (known === undefined)
    member.problem(
      "not an action",
      `Write one of ${OUTPUT_ACTIONS.map((one) => `\`${one}\``).join(", ")}.`,
    );
  return known ?? "block";
}
