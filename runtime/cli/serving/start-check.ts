import { throwReasons } from "../../errors.ts";
import type { Configuration } from "../../policy/configuration.ts";
import { findUnknownTools } from "../../policy/approvals.ts";
import { DEBT_TOOL_NAME, exposeTools, type ExposedTool } from "../../policy/expose.ts";
import { exposeOffers, type ExposedOffers } from "../../policy/expose-offers.ts";
import { decideFlow } from "../../policy/flow/decide-flow.ts";
import { drawFlow, type FlowGraph } from "../../policy/flow/paths.ts";
import { findUnknownPlugins, listProfiles } from "../../policy/profiles.ts";
import { decideLicence } from "../../policy/licences.ts";
import { decideRateTools } from "../../policy/server/decide-rate-tools.ts";
import { decideTaskTools } from "../../policy/server/decide-task-tools.ts";
import { decideStart } from "../../policy/gates/decide-start.ts";
import { findUnknownScopes } from "../../policy/tool-scopes.ts";
import type { Seal } from "../../sandbox/sandbox.ts";
import type { VerifiedPlugin } from "../../supply/installed.ts";
import { configuredPlugin, type Verification, type Workspace } from "../../workspace.ts";
import type { ServedStart } from "../gates/served-start.ts";
import { effectiveMode } from "../machine.ts";

/** A workspace that may start. */
export interface Startable {
  readonly plugins: readonly VerifiedPlugin[];
  readonly tools: readonly ExposedTool[];
  readonly offers: ExposedOffers;
  /** Each set of plugins that can be served, and the paths that it opens. */
  readonly graphs: readonly FlowGraph[];
  readonly mode: Configuration["mode"];
  /** What the operator wants to be told of, and starts with all the same. */
  readonly warnings: readonly string[];
}

/** Tools of the runtime's own, which scopes may name too. */
const OWN = [DEBT_TOOL_NAME] as const;

/** Asks every gate about what was verified from the bytes, and about what it is served over. Throws every reason not to start at once. */
export function checkStart(
  workspace: Workspace,
  { plugins, refused }: Verification,
  seal: Seal,
  served: ServedStart,
): Startable {
  const { configuration, paths } = workspace;
  const mode = effectiveMode(configuration.mode);
  const surfaces = plugins.map(({ alias, surface, offers }) => ({
    alias,
    surface,
    offers,
    configuration: configuredPlugin(workspace, alias),
  }));
  const exposed = exposeTools(surfaces);
  const offered = exposeOffers(surfaces);
  const { tools } = exposed;
  const { offers } = offered;
  const names = tools.map(({ exposedName }) => exposedName);
  const known = [...names, ...OWN, ...namesOf(offers)];
  const inScopes = findUnknownScopes(configuration.server.scopes, known);
  const { plugins: configured, waivers, profiles, flow } = configuration;
  const unknown = [
    ...findUnknownTools(surfaces),
    ...findUnknownPlugins(profiles, Object.keys(configured)),
  ];
  const nowMs = Date.now();
  const gates = decideStart({
    mode,
    plugins: configured,
    waivers,
    seal,
    nowMs,
    ...served.facts,
  });
  const graphs = drawFlows(configuration, tools);
  const flows = decideFlow({ mode, graphs, flow, plugins: configured, nowMs });
  const licences = plugins.flatMap(
    ({ alias, manifest }) => decideLicence(alias, manifest.license, configuration.licences) ?? [],
  );
  const isRefused = configuration.licences?.otherwise === "refuse";
  const rates = decideRateTools(configuration.server.rate, names);
  const tasks = decideTaskTools(configuration.server.tasks, names);
  const inConfiguration = [
    ...exposed.problems,
    ...offered.problems,
    ...inScopes,
    ...unknown,
    ...rates,
    ...tasks,
    ...gates,
    ...flows,
    ...(isRefused ? licences : []),
  ].map((reason) => reason.at({ file: paths.configFile }));
  throwReasons([...[...refused.values()].flat(), ...inConfiguration, ...served.unusable]);
  return { plugins, tools, offers, graphs, mode, warnings: licences.map(({ message }) => message) };
}

function namesOf({ prompts, resources, templates }: ExposedOffers): readonly string[] {
  return [
    ...prompts.map(({ exposedName }) => exposedName),
    ...resources.map(({ resource }) => resource.uri),
    ...templates.map(({ template }) => template.uriTemplate),
  ];
}

/** The flow of each set of plugins that can be served. */
export function drawFlows(
  { plugins, profiles, flow }: Configuration,
  tools: readonly ExposedTool[],
): readonly FlowGraph[] {
  const names = Object.create(null) as Record<string, string[]>;
  for (const { alias, exposedName } of tools) (names[alias] ??= []).push(exposedName);
  const facts = { plugins, tools: names, inside: flow.inside };
  return listProfiles(profiles, Object.keys(plugins)).map((profile) => drawFlow(profile, facts));
}
