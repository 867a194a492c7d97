import type { CallableTool } from "../call.ts";
import { decideApproval, type ApprovalRule } from "../policy/approvals.ts";
import type { Configuration } from "../policy/configuration.ts";
import { decidePath } from "../policy/flow/decide-flow.ts";
import type { FlowGraph, FlowPath } from "../policy/flow/paths.ts";

/** What has to be known of a tool before each call. */
export interface ToolPlan {
  readonly approval: ApprovalRule;
  readonly signers: readonly string[];
  /** Its plugin can bring in strangers' text, by its grants. */
  readonly brings: boolean;
  readonly reads: boolean;
  /** Paths that end at its plugin. Where there are none, it is never held. */
  readonly paths: readonly FlowPath[];
  /** Whether a path that ends at its plugin is one that nobody accepts today. */
  isHeld(): boolean;
  /** Where its plugin can send to. */
  readonly sends: readonly string[];
}

/** Throws for what is not of this set of plugins. */
export type PlanOf = (callable: CallableTool) => ToolPlan;

/** Plans for whatever plugins of one set are called for, each made once. `signers` are those of each plugin, by alias. */
export function makePlanner(
  { members, paths }: FlowGraph,
  { plugins, flow }: Pick<Configuration, "plugins" | "flow">,
  signers: ReadonlyMap<string, readonly string[]>,
  nowMs: () => number,
): PlanOf {
  const plans = new WeakMap<CallableTool, ToolPlan>();
  return (callable) => {
    const known = plans.get(callable);
    if (known) return known;
    const { alias } = callable.plugin;
    const powers = members.find((member) => member.alias === alias)?.powers;
    const configuration = plugins[alias];
    if (!powers || !configuration) throw new Error("a tool of a plugin outside the profile");
    const ending = paths.filter(({ to }) => to.alias === alias);
    const plan: ToolPlan = {
      approval: decideApproval(callable.tool, configuration),
      signers: signers.get(alias) ?? [],
      // Where the set opens no path, nothing is ever held, and nothing needs to be remembered.
      brings: paths.length > 0 && powers.brings.length > 0,
      reads: paths.length > 0 && powers.reads.length > 0,
      paths: ending,
      isHeld: () =>
        ending.some(
          (path) => decidePath(path, { flow, plugins, nowMs: nowMs() }).kind !== "accepted",
        ),
      sends: powers.sends,
    };
    plans.set(callable, plan);
    return plan;
  };
}
