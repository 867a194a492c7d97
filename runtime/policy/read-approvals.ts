import type { Cursor } from "../plugin/cursor.ts";
import { SERVLET_TOOL_NAME, TOOLS_MAX } from "../plugin/rules.ts";
import { EVERY_TOOL, type Approval, type Approvals } from "./approvals.ts";

/** Reads a plugin's `approvals`: one word for all its tools, or one for each, with `*` for the rest. */
export function readApprovals(member: Cursor): Approvals {
  if (typeof member.value === "string") return { [EVERY_TOOL]: readApproval(member) };
  const approvals = Object.create(null) as Record<string, Approval>;
  const entries = member.entries();
  if (entries.length > TOOLS_MAX + 1) member.problem(`more than ${TOOLS_MAX + 1} approvals`);
  for (const [name, entry] of entries) {
    const isName =
      SERVLET_TOOL_NAME.pattern?.test(name) && name.length <= SERVLET_TOOL_NAME.lengthMax;
    if (name !== EVERY_TOOL && !isName)
      entry.problem("not the name of a tool", "Write the tool's own name, or `*` for the rest.");
    approvals[name] = readApproval(entry);
  }
  return approvals;
}

/** Of what is not to be understood, the strictest is made: the problem refuses the configuration anyway. */
function readApproval(member: Cursor): Approval {
  const { value } = member;
  if (value === "always" || value === "first" || value === "never") return value;
  member.problem("not a way to approve", "Write `always`, `first` or `never`.");
  return "always";
}
