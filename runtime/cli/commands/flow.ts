import { EXIT } from "../../errors.ts";
import { exposeTools } from "../../policy/expose.ts";
import { decidePath } from "../../policy/flow/decide-flow.ts";
import type { FlowGraph, FlowMember } from "../../policy/flow/paths.ts";
import { configuredPlugin, readWorkspace, verifyWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import type { Output } from "../output.ts";
import { drawFlows } from "../serving/start-check.ts";
import { showFlowPath, type DecidedPath } from "../show/show-flow-path.ts";

const PATHS_SHOWN_MAX = 200;

export const flow: Command = {
  name: "flow",
  summary: "the ways on which private data could leave, and what is decided of each",
  usage: "",
  description: [
    "A model that reads private data, reads text that strangers wrote, and can send something out, can be told by the strangers to send the data: the lethal trifecta. No filter finds every such text. What holds is that one of the three is missing, or that a person looks before anything is sent.",
    "Shows for each profile which plugins do which of the three, by their grants and not by what their authors say, and every path that the set opens: from the plugin that reads, through the model, to the plugin that sends.",
    "PRIVATE: the folder of `filesystem`, `kv`, `env`, and http with a secret, to hosts of `flow.inside` or into a private network. STRANGERS and OUT: every other http host; addresses that a person is sent to (`ask`) are OUT.",
    "At run time a call of a plugin that can bring strangers' text in taints its conversation, from its start. From then on every call of a tool at the end of a path is held: a person sees the arguments and where they could go, and decides; a client that cannot ask is refused (FLOW_HELD), and `glovebox approvals` decides.",
    "To cut a path: take a grant away, or keep the plugins apart in `profiles`. To decide on it: `flow: {hold: all}` (or its id), or `flow: {accept: [{path: ID, reason: …, until: 2027-01-31}]}`, which nobody is asked about. Production starts only when each path is decided on.",
  ],
  options: {},
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox flow", "glovebox flow --json"],
  run({ configFile, out, machine }) {
    const workspace = readWorkspace(configFile, machine.files);
    const { configuration } = workspace;
    const { plugins } = verifyWorkspace(workspace, machine.files);
    const { tools } = exposeTools(
      plugins.map(({ alias, surface }) => ({
        alias,
        surface,
        configuration: configuredPlugin(workspace, alias),
      })),
    );
    const graphs = drawFlows(configuration, tools);
    const facts = { flow: configuration.flow, plugins: configuration.plugins, nowMs: Date.now() };
    const decided = graphs.map((graph) => ({
      graph,
      paths: graph.paths.map((path) => ({ path, state: decidePath(path, facts) })),
    }));
    for (const { graph, paths } of decided) showGraph(graph, paths, out);
    out.result({
      profiles: graphs.map(({ profile, members }) => ({
        name: profile.name ?? null,
        plugins: members.map(({ alias, tools: names, powers }) => ({
          name: alias,
          tools: names,
          private: powers.reads,
          strangers: powers.brings,
          out: powers.sends,
        })),
      })),
      paths: decided.flatMap(({ paths }) => paths.map(toJson)),
    });
    return Promise.resolve(EXIT.done);
  },
};

function showGraph(
  { profile, members }: FlowGraph,
  paths: readonly DecidedPath[],
  out: Output,
): void {
  if (profile.name === undefined && members.length === 0) return;
  out.line(
    out.style(
      "bold",
      profile.name === undefined ? "Plugins in no profile" : `Profile ${profile.name}`,
    ),
  );
  out.table(
    ["PLUGIN", "PRIVATE", "STRANGERS", "OUT"],
    members.map(({ alias, powers }) => [
      alias,
      powers.reads.join("; ") || "-",
      powers.brings.join("; ") || "-",
      powers.sends.join("; ") || "-",
    ]),
  );
  if (paths.length === 0) out.line(`No path: ${whyNone(members)}.`);
  for (const decided of paths.slice(0, PATHS_SHOWN_MAX)) showFlowPath(decided, out);
  if (paths.length > PATHS_SHOWN_MAX)
    out.line(`${paths.length - PATHS_SHOWN_MAX} more paths: \`glovebox flow --json\` names them.`);
  out.line();
}

/** Which of the three is missing. */
function whyNone(members: readonly FlowMember[]): string {
  const lacks = [
    members.every(({ powers }) => powers.reads.length === 0) && "nothing reads private data",
    members.every(({ powers }) => powers.brings.length === 0) &&
      "nothing brings in what strangers wrote",
    members.every(({ powers }) => powers.sends.length === 0) && "nothing can send out",
  ].filter((word) => word !== false);
  return lacks.join(", ") || "there is no plugin";
}

function toJson({ path, state }: DecidedPath): object {
  const { id, profile = null, from, to, through } = path;
  return {
    id,
    profile,
    from: from.alias,
    to: to.alias,
    through: through.map(({ alias }) => alias),
    tools: { private: from.tools, out: to.tools },
    state: state.kind,
    ...(state.kind === "accepted"
      ? { reason: state.accepted.reason, until: state.accepted.until }
      : {}),
  };
}
