import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { CapabilityBroker, CapabilityName } from "@glovebox/host-api/capability";
import { GrantError } from "@glovebox/host-api/errors";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Powers } from "@glovebox/host-api/powers";
import { openAudit } from "../powers/audit-file.ts";
import { watchBrokers } from "../audit/watch-brokers.ts";
import type { AuditSink } from "../audit/record.ts";
import { makeCallTool, type CallableTool, type CallTool } from "../call.ts";
import type { Posture } from "../debt/report.ts";
import { Refusals, type GloveboxError } from "../errors.ts";
import { compileValidator } from "../plugin/schema/validator.ts";
import { PolicyError } from "../policy/errors.ts";
import { exposeTools, type ExposedTool } from "../policy/expose.ts";
import { decideStart } from "../policy/gates.ts";
import { runtimeVersion } from "../powers/version.ts";
import type { Sandbox, Seal } from "../sandbox/sandbox.ts";
import type { VerifiedPlugin } from "../supply/installed.ts";
import { verifyWorkspace, type Workspace } from "../workspace.ts";
import { makeLazyPlugin } from "./lazy-plugin.ts";
import { effectiveMode, type Machine } from "./machine.ts";

/** A workspace at work: verified, gated, and ready to be called. */
export interface Runtime {
  readonly tools: readonly ExposedTool[];
  readonly callTool: CallTool;
  readonly posture: Posture;
  /** Makes runners for every plugin ahead of the first call. */
  warm(): void;
  close(): Promise<void>;
}

/**
 * Verifies everything from the bytes, asks every gate, and only then lets calls in.
 * Throws `Refusals` with every reason at once. Starts no runner: that happens on the first call, or by `warm`.
 */
export async function startRuntime(workspace: Workspace, machine: Machine): Promise<Runtime> {
  const mode = effectiveMode(workspace.configuration.mode);
  const { plugins, reasons } = verifyWorkspace(workspace, machine.files);
  const sandbox = await machine.openSandbox();
  try {
    const exposed = exposeTools(
      plugins.map((plugin) => ({
        alias: plugin.alias,
        surface: plugin.surface,
        configuration: configurationOf(workspace, plugin.alias),
      })),
    );
    const gates = decideStart({
      mode,
      plugins: workspace.configuration.plugins,
      waivers: workspace.configuration.waivers,
      seal: sandbox.seal,
      nowMs: Date.now(),
    });
    const all: GloveboxError[] = [...reasons, ...exposed.problems, ...gates];
    if (all.length > 0) throw new Refusals(all);
    return assemble(workspace, machine, sandbox, plugins, exposed.tools, mode);
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

function assemble(
  workspace: Workspace,
  machine: Machine,
  sandbox: Sandbox,
  plugins: readonly VerifiedPlugin[],
  tools: readonly ExposedTool[],
  mode: Posture["mode"],
): Runtime {
  const audit = openAudit(workspace.paths.auditFile, machine.files);
  const callables = new Map<string, CallableTool>();
  const opened = plugins.map((plugin) => openPlugin(workspace, machine, sandbox, plugin));
  for (const { exposedName, alias, tool } of tools) {
    const plugin = opened.find((candidate) => candidate.alias === alias);
    if (!plugin) throw new Error("an exposed tool has no plugin");
    callables.set(exposedName, {
      exposedName,
      tool,
      validateArguments: compileValidator(tool.inputSchema),
      validateResult: tool.outputSchema && compileValidator(tool.outputSchema),
      plugin,
    });
  }
  return {
    tools,
    callTool: makeCallTool({ tools: callables, audit, seal: sandbox.seal.name }),
    posture: makePosture(workspace, plugins, sandbox.seal, mode),
    warm: () => opened.forEach((plugin) => plugin.sealed.warm()),
    close: () => closeAll(opened, sandbox, audit),
  };
}

function openPlugin(workspace: Workspace, machine: Machine, sandbox: Sandbox, plugin: VerifiedPlugin) {
  const configuration = configurationOf(workspace, plugin.alias);
  const brokers = makeBrokers(configuration.grants, workspace.paths.homeFolder(plugin.alias), plugin.alias, machine.powers);
  const watch = watchBrokers(brokers);
  const sealed = makeLazyPlugin(async () =>
    sandbox.openPlugin({
      plugin: plugin.alias,
      transpiled: await machine.transpile(plugin.component, workspace.paths.cacheFolder, sandbox, configuration.limits),
      limits: configuration.limits,
      granted: Object.keys(configuration.grants),
      brokers: watch.brokers,
    }),
  );
  return {
    alias: plugin.alias,
    name: plugin.manifest.name,
    version: plugin.manifest.version,
    component: plugin.digests.component,
    deadlineMs: configuration.limits.deadlineMs,
    sealed,
    watch,
  };
}

/** Opens the authority behind each grant. A secret that cannot be read is the operator's problem, named like any other. */
function makeBrokers(
  grants: Readonly<Partial<Record<CapabilityName, JsonValue>>>,
  folder: string,
  alias: string,
  powers: Powers,
): CapabilityBroker[] {
  return (Object.keys(grants) as CapabilityName[]).map((name) => {
    try {
      return CAPABILITIES[name].makeBroker(grants[name] as JsonValue, { plugin: alias, folder }, powers);
    } catch (cause) {
      if (!(cause instanceof GrantError)) throw cause;
      const path = ["plugins", alias, "grants", name, ...cause.path].join(".");
      throw new PolicyError("ERR_CONFIG_GRANT", cause.message, { place: { path }, remedy: cause.remedy, cause });
    }
  });
}

/** What the debt report says of a workspace that is not serving; without one, of the machine alone. */
export async function describePosture(workspace: Workspace | undefined, machine: Machine): Promise<Posture> {
  const sandbox = await machine.openSandbox();
  await sandbox.close();
  if (!workspace) return { runtimeVersion: runtimeVersion(), mode: effectiveMode("development"), seal: sandbox.seal, waivers: [], plugins: [] };
  const { plugins } = verifyWorkspace(workspace, machine.files);
  return makePosture(workspace, plugins, sandbox.seal, effectiveMode(workspace.configuration.mode));
}

function makePosture(workspace: Workspace, plugins: readonly VerifiedPlugin[], seal: Seal, mode: Posture["mode"]): Posture {
  return {
    runtimeVersion: runtimeVersion(),
    mode,
    seal,
    waivers: workspace.configuration.waivers,
    plugins: plugins.map((plugin) => ({
      alias: plugin.alias,
      signed: plugin.signer !== null,
      grants: Object.entries(configurationOf(workspace, plugin.alias).grants).map(([capability, grant]) => ({
        capability,
        form: CAPABILITIES[capability as CapabilityName].formatGrant(grant as JsonValue),
        sends: capability === "http",
      })),
    })),
  };
}

function configurationOf(workspace: Workspace, alias: string) {
  const configuration = workspace.configuration.plugins[alias];
  if (!configuration) throw new Error("a verified plugin is not configured");
  return configuration;
}

async function closeAll(
  plugins: readonly { sealed: { close(): Promise<void> }; watch: { brokers: readonly CapabilityBroker[] } }[],
  sandbox: Sandbox,
  audit: AuditSink,
): Promise<void> {
  await Promise.allSettled(plugins.map((plugin) => plugin.sealed.close()));
  await sandbox.close();
  await Promise.allSettled(plugins.flatMap((plugin) => plugin.watch.brokers.map((broker) => broker.close?.())));
  audit.close();
}
