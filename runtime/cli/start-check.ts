import { throwReasons } from "../errors.ts";
import type { Configuration } from "../policy/configuration.ts";
import { exposeTools, type ExposedTool } from "../policy/expose.ts";
import { decideLicence } from "../policy/licences.ts";
import { decideStart } from "../policy/gates.ts";
import { scopeTools } from "../policy/tool-scopes.ts";
import type { Seal } from "../sandbox/sandbox.ts";
import type { VerifiedPlugin } from "../supply/installed.ts";
import { configuredPlugin, type Verification, type Workspace } from "../workspace.ts";
import { effectiveMode } from "./machine.ts";

/** A workspace that may start. */
export interface Startable {
  readonly plugins: readonly VerifiedPlugin[];
  readonly tools: readonly ExposedTool[];
  readonly mode: Configuration["mode"];
  /** What the operator wants to be told of, and starts with all the same. */
  readonly warnings: readonly string[];
}

/** Tools of the runtime's own, which scopes may name too. */
const OWN = ["report_pattern_debt"] as const;

/** Asks every gate about what was verified from the bytes. Throws every reason not to start at once. */
export function checkStart(
  workspace: Workspace,
  { plugins, refused }: Verification,
  seal: Seal,
): Startable {
  const { configuration, paths } = workspace;
  const mode = effectiveMode(configuration.mode);
  const exposed = exposeTools(
    plugins.map(({ alias, surface }) => ({
      alias,
      surface,
      configuration: configuredPlugin(workspace, alias),
    })),
  );
  const { tools, problems: inScopes } = scopeTools(exposed.tools, configuration.server.scopes, OWN);
  const { plugins: configured, waivers } = configuration;
  const gates = decideStart({ mode, plugins: configured, waivers, seal, nowMs: Date.now() });
  const licences = plugins.flatMap(
    ({ alias, manifest }) => decideLicence(alias, manifest.license, configuration.licences) ?? [],
  );
  const isRefused = configuration.licences?.otherwise === "refuse";
  const inConfiguration = [
    ...exposed.problems,
    ...inScopes,
    ...gates,
    ...(isRefused ? licences : []),
  ].map((reason) => reason.at({ file: paths.configFile }));
  throwReasons([...[...refused.values()].flat(), ...inConfiguration]);
  return { plugins, tools, mode, warnings: licences.map(({ message }) => message) };
}
