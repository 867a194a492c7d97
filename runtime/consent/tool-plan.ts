import type { ApprovalRule } from "../policy/approvals.ts";
import { decideApproval } from "../policy/approvals.ts";
import type { Configuration } from "../policy/configuration.ts";
import type { ExposedTool } from "../policy/expose.ts";
import { decidePath } from "../policy/flow/decide-flow.ts";
import type { FlowGraph, FlowPath } from "../policy/flow/paths.ts";

/** What has to be known of a tool before each call, found out once. */
export interface ToolPlan {
  readonly approval: ApprovalRule;
  readonly signers: readonly string[];
  /** Its plugin can bring in strangers' text, by its grants. */
  readonly brings: boolean;
  readonly reads: boolean;
  /** Paths that end at its plugin and that nobody has accepted. Where there are none, it is never held. */
  readonly held: readonly FlowPath[];
  /** Where its plugin can send to. */
  readonly sends: readonly string[];
}

/** Plans by exposed name, for the tools of one set of plugins. `signers` are those of each plugin, by alias. */
export function makeToolPlans(
  { profile, members, paths }: FlowGraph,
  tools: readonly ExposedTool[],
  { plugins, flow }: Pick<Configuration, "plugins" | "flow">,
  signers: ReadonlyMap<string, readonly string[]>,
  nowMs: number,
): ReadonlyMap<string, ToolPlan> {
  const held = paths.filter(
    (path) => decidePath(path, { flow, plugins, nowMs }).kind !== "accepted",
  );
  const inProfile = tools.filter(({ alias }) => profile.plugins.includes(alias));
  return new Map(
    inProfile.flatMap(({ exposedName, alias, tool }): [string, ToolPlan][] => {
      const configuration = plugins[alias];
      const powers = members.find((member) => member.alias === alias)?.powers;
      if (!configuration || !powers) return [];
      const plan: ToolPlan = {
        approval: decideApproval(tool, configuration),
        signers: signers.get(alias) ?? [],
        brings: powers.brings.length > 0,
        reads: powers.reads.length > 0,
        held: held.filter(({ to }) => to.alias === alias),
        sends: powers.sends,
      };
      return [[exposedName, plan]];
    }),
  );
}
