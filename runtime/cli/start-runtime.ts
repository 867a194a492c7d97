import { setTimeout as sleep } from "node:timers/promises";
import type { CapabilityBroker, CapabilityName } from "@glovebox/host-api/capability";
import { GrantError, HostError } from "@glovebox/host-api/errors";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Powers } from "@glovebox/host-api/powers";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { watchBrokers, type BrokerWatch } from "../audit/watch-brokers.ts";
import { makeCalling, PLUGIN_CALLING } from "../calling.ts";
import {
  makeCallTool,
  PLAIN_STEPS,
  type CallablePlugin,
  type CallableTool,
  type CallSteps,
  type CallTool,
} from "../call.ts";
import { makeFilterPolicy } from "../firewall/filter/policy.ts";
import { releaseThrough } from "../filter-answer.ts";
import type { Posture } from "../debt/report.ts";
import type { Configuration, PluginConfiguration } from "../policy/configuration.ts";
import { PolicyError } from "../policy/errors.ts";
import type { ExposedTool } from "../policy/expose.ts";
import { openAudit } from "../powers/audit-file.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { makeAdmit } from "../server/limits/admit.ts";
import { makeMemoryMeter } from "../server/limits/memory-meter.ts";
import type { VerifiedPlugin } from "../supply/installed.ts";
import { WorkspaceError } from "../workspace-errors.ts";
import type { WorkspacePaths } from "../workspace-paths.ts";
import { configuredPlugin, readComponent, verifyWorkspace, type Workspace } from "../workspace.ts";
import { makeLazyPlugin } from "./lazy-plugin.ts";
import type { Machine } from "./machine.ts";
import { describePosture } from "./posture.ts";
import { checkStart, type Startable } from "./start-check.ts";

/** A workspace at work: verified, gated, and ready to be called. */
export interface Runtime {
  readonly tools: readonly ExposedTool[];
  readonly callTool: CallTool;
  readonly posture: Posture;
  close(): Promise<void>;
}

/**
 * Verifies everything from the bytes, asks every gate, and only then lets calls in.
 * Throws every reason at once. Starts no runner of a plugin: that happens on its first call.
 */
export async function startRuntime(workspace: Workspace, machine: Machine): Promise<Runtime> {
  // The probe attacks the seal in a process of its own, while this one verifies. It needs a moment of this one's event
  // loop first: it begins when it has been handed the whole of its system call filter.
  const opening = machine.openSandbox();
  try {
    await Promise.race([opening, sleep(1)]);
    const passed = machine.openPassed(workspace.paths.cacheFolder);
    const verification = verifyWorkspace(workspace, machine.files, passed);
    passed?.save();
    const sandbox = await opening;
    return assemble(workspace, machine, sandbox, checkStart(workspace, verification, sandbox.seal));
  } catch (error) {
    await opening.then(
      (sandbox) => sandbox.close(),
      () => undefined,
    );
    throw error;
  }
}

function assemble(
  workspace: Workspace,
  machine: Machine,
  sandbox: Sandbox,
  { plugins, tools, mode }: Startable,
): Runtime {
  const opened = new Map(
    plugins.map((plugin) => [plugin.alias, openPlugin(workspace, machine, sandbox, plugin)]),
  );
  const callables = new Map(
    tools.map((tool) => [tool.exposedName, makeCallable(tool, opened.get(tool.alias))]),
  );
  const audit = openAudit(workspace.paths.auditFile, machine.files);
  return {
    tools,
    callTool: makeCallTool({
      tools: callables,
      audit,
      seal: sandbox.seal.name,
      steps: makeSteps(workspace.configuration),
    }),
    posture: describePosture(workspace, plugins, sandbox.seal, mode),
    async close() {
      await Promise.allSettled([...opened.values()].map((plugin) => plugin.sealed.close()));
      await sandbox.close();
      const brokers = [...opened.values()].flatMap((plugin) => plugin.watch.brokers);
      await Promise.allSettled(brokers.map((broker) => broker.close?.()));
      audit.close();
    },
  };
}

/** The steps around the seal, as the configuration says. */
function makeSteps({ server, filter }: Configuration): CallSteps {
  const { rate } = server;
  const steps = { ...PLAIN_STEPS, ...(rate ? { admit: makeAdmit(rate, makeMemoryMeter()) } : {}) };
  return releaseThrough(makeFilterPolicy(filter), steps);
}

function makeCallable(
  { exposedName, tool, scopes }: ExposedTool,
  plugin: CallablePlugin | undefined,
): CallableTool {
  if (!plugin) throw new Error("an exposed tool has no plugin");
  const { calling = PLUGIN_CALLING } = plugin;
  return {
    exposedName,
    tool,
    ...(scopes ? { scopes } : {}),
    validateArguments: calling.validatorOf(tool),
    validateResult: calling.resultValidatorOf(tool),
    plugin,
  };
}

function openPlugin(
  workspace: Workspace,
  machine: Machine,
  sandbox: Sandbox,
  plugin: VerifiedPlugin,
): CallablePlugin {
  const { alias, manifest, digests } = plugin;
  const { grants, limits, isolation } = configuredPlugin(workspace, alias);
  const watch: BrokerWatch = watchBrokers([
    ...makeBrokers(alias, grants, workspace.paths, machine.powers),
    refuseChanges,
  ]);
  const component = {
    digest: digests.component,
    read: () => readComponent(workspace, plugin, machine.files),
  };
  const sealed = makeLazyPlugin(async () =>
    sandbox.openPlugin({
      plugin: alias,
      isolation,
      transpiled: await machine.transpile(component, sandbox, limits, workspace.paths.cacheFolder),
      limits,
      granted: Object.keys(grants),
      brokers: watch.brokers,
    }),
  );
  return {
    alias,
    name: manifest.name,
    version: manifest.version,
    component: digests.component,
    deadlineMs: limits.deadlineMs,
    asks: Object.hasOwn(grants, "ask"),
    sealed,
    calling: makeCalling(manifest.shape, component.read),
    watch,
  };
}

/**
 * Plugins of hyper-mcp announce other tools in the middle of a call. What was approved stays, and the audit says who tried:
 * another surface is another plugin until somebody has looked at it.
 */
const refuseChanges: CapabilityBroker = {
  operations: {
    "surface.change"() {
      throw new HostError(
        "refused-by-policy",
        "the plugin announced other tools than the approved",
      );
    },
  },
};

/** Opens the authority behind each grant. What cannot be opened is the operator's problem, named like any other. */
function makeBrokers(
  alias: string,
  grants: PluginConfiguration["grants"],
  paths: WorkspacePaths,
  powers: Powers,
): CapabilityBroker[] {
  const folder = paths.homeFolder(alias);
  return (Object.keys(grants) as CapabilityName[]).map((name) => {
    try {
      return CAPABILITIES[name].makeBroker(
        grants[name] as JsonValue,
        { plugin: alias, folder },
        powers,
      );
    } catch (cause) {
      if (cause instanceof HostError) {
        const message = `The plugin's own data cannot be opened: ${cause.message}.`;
        throw new WorkspaceError("ERR_WORKSPACE_NOT_WRITABLE", message, {
          place: { file: folder },
          cause,
        });
      }
      if (!(cause instanceof GrantError)) throw cause;
      const place = {
        file: paths.configFile,
        path: ["plugins", alias, "grants", name, ...cause.path].join("."),
      };
      throw new PolicyError("ERR_CONFIG_GRANT", cause.message, {
        place,
        remedy: cause.remedy,
        cause,
      });
    }
  });
}
