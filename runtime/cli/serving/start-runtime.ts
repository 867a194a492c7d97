import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeEvent, type AuditSink } from "../../audit/record.ts";
import { watchBrokers, type BrokerWatch } from "../../audit/watch-brokers.ts";
import { makeChanges, type Changes } from "../../changes.ts";
import { makeCalling, PLUGIN_CALLING } from "../../calling.ts";
import {
  makeCallTool,
  PLAIN_STEPS,
  type CallablePlugin,
  type CallableTool,
  type CallSteps,
  type CallTool,
} from "../../call.ts";
import { makeFilterPolicy } from "../../firewall/filter/policy.ts";
import { releaseThrough } from "../../filter-answer.ts";
import { traceStores, type TouchStore } from "../../consent/trace-stores.ts";
import type { Posture } from "../../debt/report.ts";
import { PolicyError } from "../../policy/errors.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { remedyForUnknown } from "../../plugin/suggest.ts";
import { LOCAL_TENANT } from "../../policy/principal.ts";
import { makeOfferCallables } from "../../offer-callables.ts";
import type { ExposedTool } from "../../policy/expose.ts";
import type { ExposedOffers } from "../../policy/expose-offers.ts";
import { regionsOfTenant } from "../../policy/server/regions.ts";
import { makeToolScopes } from "../../policy/tool-scopes.ts";
import type { FlowGraph } from "../../policy/flow/paths.ts";
import { makeLog } from "../../powers/log.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { TakePlace } from "../../server/limits/admit.ts";
import type { SharedStore } from "../../server/store/shared-store.ts";
import type { TenantVault } from "../../server/store/tenant-vault.ts";
import type { VerifiedPlugin } from "../../supply/installed.ts";
import type { WorkspacePaths } from "../../workspace-paths.ts";
import {
  configuredPlugin,
  readComponent,
  verifyWorkspace,
  type Workspace,
} from "../../workspace.ts";
import { gatherHttpStart, gatherLocalStart } from "../gates/served-start.ts";
import { makeKeepArguments } from "../audit/keep-arguments.ts";
import { openServedKeys } from "../at-rest/open-served-keys.ts";
import { openWatch, type Watch } from "../audit/open-watch.ts";
import { openTrail, recordRefusedStart, recordStart, ringOf } from "../audit/open-trail.ts";
import { tellUnwritten } from "../audit/tell-unwritten.ts";
import { tellForeignFiles } from "./foreign-files.ts";
import { makeBrokers, refuseChanges } from "./make-brokers.ts";
import { makeLazyPlugin } from "./lazy-plugin.ts";
import type { Machine } from "../machine.ts";
import { describePosture } from "../posture.ts";
import { openConsent, type ConsentParts } from "./open-consent.ts";
import { openStore } from "./open-store.ts";
import { makeLimits } from "./make-limits.ts";
import { TenantPlugins, type OpenedKeys } from "./tenant-plugins.ts";
import { checkStart, type Startable } from "./start-check.ts";
import { makeLivePosture, type ProbeWatch } from "./watch-probes.ts";

/** One set of plugins that one model sees together, ready to be called. */
export interface ServedProfile {
  /** Undefined for the plugins that no profile names. */
  readonly name?: string;
  readonly tools: readonly ExposedTool[];
  readonly offers: ExposedOffers;
  /** What the plugins say has changed. */
  readonly changes: Changes;
  readonly callTool: CallTool;
  /** Digest of the component that a listed tool is of; undefined when there is no such tool. */
  readonly componentOf: (exposedName: string) => string | undefined;
}

/** A workspace at work: verified, gated, and ready to be called. */
export interface Runtime {
  /** Those that were asked for. Never empty. */
  readonly profiles: readonly ServedProfile[];
  /** Of the first of them. */
  readonly tools: readonly ExposedTool[];
  readonly offers: ExposedOffers;
  readonly changes: Changes;
  readonly callTool: CallTool;
  readonly posture: Posture;
  readonly audit: AuditSink;
  /** What this workspace's processes, or all replicas, share. */
  readonly store: SharedStore;
  /** Whether calls are answered at once. */
  isReady(): boolean;
  /** How what belongs to a tenant is kept in it. */
  readonly vault: TenantVault;
  /** For tasks, where `server.rate` says what may run at the same time. */
  readonly takePlace?: TakePlace;
  close(): Promise<void>;
}

/** Every profile, or one by its name; without a name the plugins that no profile names. */
export type WhichProfiles = "all" | { readonly profile?: string | undefined };

/**
 * Verifies everything from the bytes, asks every gate, and only then lets calls in.
 * Throws every reason at once; over HTTP there are more of them. Starts no runner of a plugin: that happens on its first call.
 */
export async function startRuntime(
  workspace: Workspace,
  machine: Machine,
  which: WhichProfiles = {},
  over: "stdio" | "http" = "stdio",
  probes?: ProbeWatch,
): Promise<Runtime> {
  assertProfile(workspace, which);
  // The probe attacks the seal in a process of its own, while this one verifies. It needs a moment of this one's event
  // loop first: it begins when it has been handed the whole of its system call filter.
  const opening = machine.openSandbox();
  let audit: AuditSink | undefined;
  try {
    await Promise.race([opening, sleep(1)]);
    const passed = machine.openPassed(workspace.paths.cacheFolder);
    const verification = verifyWorkspace(workspace, machine.files, passed);
    passed?.save();
    const sandbox = await opening;
    const served =
      over === "http" ? gatherHttpStart(workspace, machine) : gatherLocalStart(workspace);
    const startable = checkStart(workspace, verification, sandbox.seal, served);
    audit = tellUnwritten(openTrail(workspace, machine.files), await makeLog(process.stderr));
    return await assemble(workspace, machine, sandbox, startable, { which, over, probes, audit });
  } catch (error) {
    await opening.then(
      (sandbox) => sandbox.close(),
      () => undefined,
    );
    // Signs that it began, and the refusal stands behind that in the same chain.
    audit?.close();
    recordRefusedStart(workspace, machine.files, error);
    throw error;
  }
}

function assertProfile({ configuration, paths }: Workspace, which: WhichProfiles): void {
  if (which === "all" || which.profile === undefined) return;
  const known = Object.keys(configuration.profiles);
  if (known.includes(which.profile)) return;
  throw new PolicyError(
    "ERR_CONFIG_INVALID",
    `There is no profile \`${makeVisible(which.profile)}\`.`,
    {
      place: { file: paths.configFile, path: "profiles" },
      remedy: remedyForUnknown(which.profile, known, "There are none here: leave `--profile` out."),
    },
  );
}

async function assemble(
  workspace: Workspace,
  machine: Machine,
  sandbox: Sandbox,
  { plugins, tools, offers, graphs, mode }: Startable,
  {
    which,
    over,
    probes,
    audit,
  }: {
    readonly which: WhichProfiles;
    readonly over: "stdio" | "http";
    readonly probes: ProbeWatch | undefined;
    readonly audit: AuditSink;
  },
): Promise<Runtime> {
  const posture = describePosture(workspace, plugins, sandbox.seal, mode, { serving: over });
  recordStart(audit, posture, plugins, tools.length);
  const livePosture = makeLivePosture(posture, probes);
  const watch = await openWatch(workspace, machine, audit, { probes, posture: livePosture });
  const { store, evaluate } = openStore(workspace, machine);
  const { keys, vault, close: closeKeys } = await openServedKeys(workspace, machine, store);
  const parts = { workspace, machine, plugins, store, vault, audit };
  // What callers use up is counted over all profiles together.
  const { admit, takePlace } = makeLimits(workspace.configuration, evaluate);
  const steps = { ...PLAIN_STEPS, admit };
  const sets = graphs
    .filter(({ profile }) => which === "all" || profile.name === which.profile)
    .map((graph) => openSet(graph, parts, { sandbox, steps, tools, offers, watch, keys }));
  const [first] = sets;
  if (!first) throw new Error("there is no set of plugins to serve");
  const opened = sets.flatMap((set) => set.opened);
  probes?.begin({ audit, alert: watch.alert });
  return {
    profiles: sets.map(({ served }) => served),
    ...first.served,
    get posture() {
      return livePosture();
    },
    audit,
    store,
    isReady: () => store.isReady() && (probes?.isReady() ?? true),
    vault,
    ...(takePlace ? { takePlace } : {}),
    async close() {
      await probes?.close();
      await Promise.allSettled(opened.map((plugin) => plugin.sealed.close()));
      await sandbox.close();
      for (const { served } of sets) served.changes.close();
      await closeKeys();
      await store.close();
      await watch.close();
      audit.write(makeEvent("stop", { detail: { process: process.pid } }));
      audit.close();
    },
  };
}

/** Opens the plugins of one profile: runners, data and taint are its own. */
function openSet(
  graph: FlowGraph,
  parts: ConsentParts,
  {
    sandbox,
    steps,
    tools,
    offers,
    watch,
    keys,
  }: {
    readonly sandbox: Sandbox;
    readonly keys: OpenedKeys | undefined;
    readonly steps: CallSteps;
    readonly watch: Watch;
    readonly tools: readonly ExposedTool[];
    readonly offers: ExposedOffers;
  },
): { readonly served: ServedProfile; readonly opened: readonly CallablePlugin[] } {
  const { workspace, machine, plugins, audit } = parts;
  const { name, plugins: members } = graph.profile;
  const consent = openConsent(graph, parts);
  const { audit: kept, filter } = workspace.configuration;
  const keepArguments = makeKeepArguments(kept.arguments, filter.fields);
  // Where the set opens no path, nobody needs to know what has come into a store.
  const touch = graph.paths.length > 0 ? consent.touch : undefined;
  const opened = new Map(
    plugins
      .filter(({ alias }) => members.includes(alias))
      .map((plugin) => [
        plugin.alias,
        openPlugin(workspace, machine, sandbox, plugin, { profile: name, touch, keys, audit }),
      ]),
  );
  const exposed = tools.filter(({ alias }) => members.includes(alias));
  const isMember = ({ alias }: { readonly alias: string }): boolean => members.includes(alias);
  const offered: ExposedOffers = {
    prompts: offers.prompts.filter(isMember),
    resources: offers.resources.filter(isMember),
    templates: offers.templates.filter(isMember),
  };
  const pluginOf = (alias: string): CallablePlugin => {
    const plugin = opened.get(alias);
    if (!plugin) throw new Error("what is exposed has no plugin");
    return plugin;
  };
  const changes = makeChanges(offered);
  const callables = new Map([
    ...exposed.map((tool): [string, CallableTool] => [
      tool.exposedName,
      makeCallable(tool, pluginOf(tool.alias)),
    ]),
    ...makeOfferCallables(offered, pluginOf),
  ]);
  const callTool = makeCallTool({
    tools: callables,
    onChange: (alias, tenant, change) => changes.note(alias, tenant, change),
    audit,
    seal: sandbox.seal.name,
    scopes: makeToolScopes(workspace.configuration.server.scopes),
    ring: ringOf(sandbox.seal),
    ...(watch.observer ? { observer: watch.observer } : {}),
    ...(keepArguments ? { keepArguments } : {}),
    // The filter is outermost: no other step sees or lets out what it has not read.
    steps: releaseThrough(
      makeFilterPolicy(workspace.configuration.filter),
      watch.guard({ ...steps, ...consent }),
    ),
  });
  const componentOf = (name: string): string | undefined => callables.get(name)?.plugin.component;
  const served = {
    ...(name === undefined ? {} : { name }),
    tools: exposed,
    offers: offered,
    changes,
    callTool,
    componentOf,
  };
  return { served, opened: [...opened.values()] };
}

function makeCallable({ exposedName, tool }: ExposedTool, plugin: CallablePlugin): CallableTool {
  const { calling = PLUGIN_CALLING } = plugin;
  return {
    exposedName,
    tool,
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
  {
    profile,
    touch,
    keys,
    audit,
  }: {
    readonly profile: string | undefined;
    readonly touch: TouchStore | undefined;
    readonly keys: OpenedKeys | undefined;
    readonly audit: AuditSink;
  },
): CallablePlugin {
  const { alias, manifest, digests } = plugin;
  const { grants, limits, isolation, tenancy } = configuredPlugin(workspace, alias);
  const { paths } = workspace;
  const component = {
    digest: digests.component,
    read: () => readComponent(workspace, plugin, machine.files),
  };
  const transpile = lazily(() => machine.transpile(component, sandbox, limits, paths.cacheFolder));
  let watch: BrokerWatch | undefined;
  const sealed = new TenantPlugins({
    tenancy,
    ...(keys ? { keys } : {}),
    openBrokers(tenant, key) {
      const own = tenant === LOCAL_TENANT ? {} : { tenant };
      const folder = paths.homeFolder(alias, profile, own.tenant);
      const regions = regionsOfTenant(workspace.configuration.server.residency, tenant);
      // Without the tenant's own folder: what it names stays the same wherever that stands.
      const seal = key && { key, store: storeName(paths.homeFolder(alias, profile), paths) };
      const home = {
        plugin: alias,
        folder,
        ...own,
        ...(regions && { regions }),
        ...(seal && { seal }),
      };
      const powers = tellForeignFiles(machine.powers, audit, { alias, tenant });
      const brokers = makeBrokers(home, grants, paths, powers);
      return touch ? traceStores(brokers, storeName(folder, paths), touch) : brokers;
    },
    wrap: (router) => (watch = watchBrokers([router, refuseChanges])).brokers,
    openSealed: (brokers) =>
      makeLazyPlugin(async () =>
        sandbox.openPlugin({
          plugin: alias,
          isolation,
          transpiled: await transpile(),
          limits,
          granted: Object.keys(grants),
          brokers,
        }),
      ),
  });
  if (!watch) throw new Error("nobody watches over the brokers");
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

/** Code is made once for all tenants, when the first of them calls; a failure is tried again by the next call. */
function lazily<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Names a plugin's own data wherever the workspace is moved to, profile and all. */
function storeName(folder: string, paths: WorkspacePaths): string {
  return path.relative(paths.folder, folder).replaceAll(path.sep, "/");
}
