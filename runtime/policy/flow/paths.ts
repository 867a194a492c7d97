import type { PluginConfiguration } from "../configuration.ts";
import type { Profile } from "../profiles.ts";
import { readFlowPowers, type FlowPowers } from "./flow-powers.ts";

/** One plugin of a set, as far as data flows through it. */
export interface FlowMember {
  readonly alias: string;
  /** Names under which clients call it. Its grants are those of each of them. */
  readonly tools: readonly string[];
  readonly powers: FlowPowers;
}

/**
 * One way on which private data can leave because a stranger's text said so: from a plugin that reads it, through the model,
 * to a plugin that sends. Both may be one.
 */
export interface FlowPath {
  /** `files>web`, and in a named profile `bank/files>web`. */
  readonly id: string;
  readonly profile?: string;
  readonly from: FlowMember;
  readonly to: FlowMember;
  /** Who can bring the stranger's text in. Never empty. */
  readonly through: readonly FlowMember[];
}

/** One set, and every path that it opens. */
export interface FlowGraph {
  readonly profile: Profile;
  readonly members: readonly FlowMember[];
  readonly paths: readonly FlowPath[];
}

/** What of the workspace the graph is made from. */
export interface FlowFacts {
  readonly plugins: Readonly<Record<string, Pick<PluginConfiguration, "grants">>>;
  /** Exposed names of each plugin's tools. */
  readonly tools: Readonly<Record<string, readonly string[]>>;
  readonly inside: readonly string[];
}

/**
 * The "lethal trifecta" of one set of plugins: private data, strangers' text and a way out, under one model.
 * Where one of the three is missing there is no path.
 */
export function drawFlow(profile: Profile, { plugins, tools, inside }: FlowFacts): FlowGraph {
  const members = profile.plugins.flatMap((alias): FlowMember[] => {
    const plugin = Object.hasOwn(plugins, alias) ? plugins[alias] : undefined;
    const names = Object.hasOwn(tools, alias) ? (tools[alias] ?? []) : [];
    if (!plugin) return [];
    return [{ alias, tools: names, powers: readFlowPowers(plugin.grants, inside) }];
  });
  const through = members.filter(({ powers }) => powers.brings.length > 0);
  const paths =
    through.length === 0
      ? []
      : members
          .filter(({ powers }) => powers.reads.length > 0)
          .flatMap((from) =>
            members
              .filter(({ powers }) => powers.sends.length > 0)
              .map((to) => ({ ...named(profile, from, to), from, to, through })),
          );
  return { profile, members, paths };
}

function named(
  { name }: Profile,
  from: FlowMember,
  to: FlowMember,
): Pick<FlowPath, "id" | "profile"> {
  const id = `${from.alias}>${to.alias}`;
  return name === undefined ? { id } : { id: `${name}/${id}`, profile: name };
}
