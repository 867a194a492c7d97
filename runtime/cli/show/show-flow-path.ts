import { describePath, type PathState } from "../../policy/flow/decide-flow.ts";
import type { FlowMember, FlowPath } from "../../policy/flow/paths.ts";
import type { Output } from "../output.ts";

/** A path and what becomes of it. */
export interface DecidedPath {
  readonly path: FlowPath;
  readonly state: PathState;
}

/** One path in a few lines: from where to where, what is decided of it, and what could be. */
export function showFlowPath({ path, state }: DecidedPath, out: Output): void {
  const { from, to, through } = path;
  out.line();
  out.line(describePath(path));
  out.line(`  reads     ${nameTools(from)} (${from.powers.reads.join("; ")})`);
  for (const member of through) out.line(`  strangers ${nameTools(member)}`);
  out.line(`  sends     ${nameTools(to)} (${to.powers.sends.join("; ")})`);
  out.line(`  decided   ${describeState(state, out)}`);
  if (state.kind === "undecided") out.line(`  to do     ${describeWays(path)}`);
}

function nameTools({ alias, tools }: FlowMember): string {
  return tools.length > 0 ? tools.join(", ") : alias;
}

function describeState(state: PathState, out: Output): string {
  if (state.kind === "held") return "a person is asked";
  if (state.kind === "accepted")
    return `${out.style("yellow", "accepted")} until ${state.accepted.until}: ${state.accepted.reason}`;
  const ended = state.expired ? `accepted until ${state.expired.until}, which is over; ` : "";
  return `${ended}${out.style("red", "nobody has decided")}: a person is asked, and production does not start`;
}

/** Profiles keep two plugins apart, and none from itself. */
function describeWays({ id, from, to }: FlowPath): string {
  const ways = [
    ...(from.alias === to.alias
      ? []
      : [`keep \`${from.alias}\` and \`${to.alias}\` apart (\`profiles\`)`]),
    "take a grant away",
    `\`flow: {hold: [${id}]}\``,
    `or \`flow: {accept: [{path: ${id}, reason: …, until: …}]}\``,
  ];
  return ways.join(", ");
}
