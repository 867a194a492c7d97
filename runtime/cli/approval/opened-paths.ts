import type { JsonValue } from "@glovebox/host-api/json";
import type { Configuration } from "../../policy/configuration.ts";
import type { ExposedTool } from "../../policy/expose.ts";
import { decideFlow, decidePath } from "../../policy/flow/decide-flow.ts";
import { effectiveMode } from "../machine.ts";
import type { Output } from "../output.ts";
import { drawFlows } from "../serving/start-check.ts";
import { showFlowPath, type DecidedPath } from "../show/show-flow-path.ts";

const SHOWN_MAX = 10;

/** Every path for private data that is there with this plugin, and would not be without it. `tools` are those that can be shown. */
export function openedPaths(
  alias: string,
  configuration: Configuration,
  tools: readonly ExposedTool[],
): readonly DecidedPath[] {
  const { [alias]: _, ...others } = configuration.plugins;
  const without = new Set(
    drawFlows({ ...configuration, plugins: others }, []).flatMap(({ paths }) =>
      paths.map(({ id }) => id),
    ),
  );
  const facts = { ...configuration, nowMs: Date.now() };
  return drawFlows(configuration, tools)
    .flatMap(({ paths }) => paths)
    .filter(({ id }) => !without.has(id))
    .map((path) => ({ path, state: decidePath(path, facts) }));
}

/** The paths above the question: whoever approves the plugin says yes to them too. */
export function showOpenedPaths(opened: readonly DecidedPath[], out: Output): void {
  if (opened.length === 0) return;
  out.line();
  out.line(out.style("bold", "What it opens for private data"));
  for (const decided of opened.slice(0, SHOWN_MAX)) showFlowPath(decided, out);
  const more = opened.length - SHOWN_MAX;
  if (more > 0) out.line(`And ${more} more: \`glovebox flow\` shows all once it is approved.`);
}

/** The same for programs. */
export function openedToJson(opened: readonly DecidedPath[]): JsonValue {
  return opened.map(({ path, state }) => ({ id: path.id, state: state.kind }));
}

/** What to do after an approval: `usual`, unless production would refuse to start for a path that nobody has decided on. */
export function nextStep(configuration: Configuration, usual: string): string {
  const mode = effectiveMode(configuration.mode);
  const graphs = drawFlows(configuration, []);
  const undecided = decideFlow({ ...configuration, mode, graphs, nowMs: Date.now() }).length;
  if (undecided === 0) return usual;
  return "production does not start until each path for private data is decided on. `glovebox flow` shows them; keep plugins apart with `profiles`, or write `flow: {hold: all}` or `flow.accept` into the configuration.";
}
