import path from "node:path";
import type { JsonValue } from "@glovebox/host-api/json";
import { writeApproval } from "../approve.ts";
import { changeWorkspace } from "../change-workspace.ts";
import { located, throwReasons } from "../errors.ts";
import { examineSource, type Examined } from "../examine.ts";
import { makeVisible } from "../firewall/visible.ts";
import { digestOf, digestOfBytes } from "../plugin/canonical.ts";
import type { LockedPlugin } from "../plugin/formats.ts";
import { FORBIDDEN_KEYS } from "../plugin/json.ts";
import { PLUGIN_NAME } from "../plugin/rules.ts";
import type { Configuration, PluginConfiguration } from "../policy/configuration.ts";
import { editPlugin } from "../policy/edit-configuration.ts";
import { decideStart } from "../policy/gates.ts";
import { PinError } from "../supply/pin-errors.ts";
import { readSource, type Source } from "../supply/read-source.ts";
import { verifySigner } from "../supply/verify-installed.ts";
import { configuredPlugin, readConfiguration, readStored, readWorkspace, rulesOf, type Workspace } from "../workspace.ts";
import { WorkspaceError } from "../workspace-errors.ts";
import type { CommandCall } from "./command.ts";
import { CliError } from "./errors.ts";
import { effectiveMode } from "./machine.ts";
import { showPlugin } from "./show-plugin.ts";

/** A plugin that the operator names by its source. */
export interface AddRequest {
  /** A path, relative to the current folder. */
  readonly source: string;
  /** The name in this workspace; undefined means the plugin's own. */
  readonly alias: string | undefined;
  /** Grants as the configuration would say them; undefined keeps what it says now. */
  readonly grants: Readonly<Record<string, JsonValue>> | undefined;
  readonly unsigned: boolean;
  /** Approve without asking. It never waives a refusal. */
  readonly yes: boolean;
}

export interface ApprovalResult {
  readonly alias: string;
  readonly locked: LockedPlugin;
  readonly examined: Examined;
}

/** Something examined that is about to be approved. */
interface Candidate {
  readonly alias: string;
  /** As the configuration has it. */
  readonly source: string;
  readonly unsigned: boolean;
  readonly yes: boolean;
  readonly examined: Examined;
  /** What the approval changes in the configuration's text. */
  edit(text: string): string;
}

/** Adds a plugin, or a new release of one. Throws whatever is wrong with it, and `ERR_NOT_APPROVED` when nobody says yes. */
export async function addPlugin(request: AddRequest, call: CommandCall): Promise<ApprovalResult> {
  const { configFile, machine } = call;
  const { alias: wanted, grants, unsigned, yes } = request;
  if (wanted !== undefined) assertAlias(wanted, "--as");
  const workspace = readWorkspace(configFile, machine.files);
  const file = path.resolve(request.source);
  const found = readSource(file, workspace.paths.root, machine.files);
  if (!found) throw new PinError("ERR_SOURCE_UNKNOWN", `There is nothing at \`${request.source}\`.`, { place: { file } });
  const examined = await examine(found, { alias: wanted ?? request.source, unsigned }, workspace, call);
  const alias = wanted ?? examined.opened.manifest.name;
  const source = relativeSource(file, workspace.paths.root);
  const edit = (text: string): string => {
    const before = readConfiguration(text, configFile).plugins[alias];
    return editPlugin(text, configFile, alias, {
      source,
      ...(grants ? { grants } : {}),
      // Whoever adds a signed release of what ran unsigned means it to be signed.
      ...(unsigned || before?.unsigned ? { unsigned } : {}),
    });
  };
  return finish({ alias, source, unsigned, yes, examined, edit }, workspace, call);
}

/** Approves again what is configured: from its source while that is there, else from the approved package in the store. */
export async function approvePlugin(alias: string, yes: boolean, call: CommandCall): Promise<ApprovalResult> {
  const workspace = readWorkspace(call.configFile, call.machine.files);
  const { source, unsigned } = configuredPlugin(workspace, alias);
  const found = readSource(source, workspace.paths.root, call.machine.files) ?? storedSource(alias, workspace, call);
  const examined = await examine(found, { alias, unsigned }, workspace, call);
  return finish({ alias, source, unsigned, yes, examined, edit: (text) => text }, workspace, call);
}

function storedSource(alias: string, workspace: Workspace, { machine }: CommandCall): Source {
  const { paths } = workspace;
  const entry = lockedAs(alias, workspace);
  if (entry) {
    const stored = readStored(paths, alias, entry, machine.files);
    if (digestOfBytes(stored.package) === entry.package) return { kind: "package", ...stored };
    // What is looked at again must be what was approved, or the store would be a way in.
    throw new PinError("ERR_PACKAGE_CHANGED", `The package of \`${alias}\` in the store was changed, and nothing is at its source.`, { place: { file: stored.file } });
  }
  const message = `There is nothing at the source of \`${alias}\`, and it was never approved.`;
  throw new PinError("ERR_SOURCE_UNKNOWN", message, { place: { file: paths.configFile, path: `plugins.${alias}.source` } });
}

type Marked = Pick<Candidate, "alias" | "unsigned">;

/** Examining runs the component, so the gates are asked first: what production refuses to start is not run to be looked at either. */
async function examine(source: Source, { alias, unsigned }: Marked, { configuration, paths }: Workspace, { machine, out }: CommandCall): Promise<Examined> {
  const { mode, waivers, trust } = configuration;
  const sandbox = await machine.openSandbox();
  try {
    const gates = decideStart({ mode: effectiveMode(mode), plugins: { [alias]: { unsigned } }, waivers, seal: sandbox.seal, nowMs: Date.now() });
    throwReasons(gates.map((gate) => gate.at({ file: paths.configFile })));
    const examined = examineSource(source, {
      sandbox,
      rules: rulesOf(trust),
      unsigned,
      transpile: (component, limits) => machine.transpile(component, sandbox, limits, paths.cacheFolder),
      onProgress: (step) => out.progress(step),
    });
    return await examined.catch((error: unknown) => {
      throw located(error, { file: source.file });
    });
  } finally {
    out.progressDone();
    await sandbox.close();
  }
}

/** The one way a plugin gets in: shown whole, approved by a person or `--yes`, then written as it was examined. */
async function finish(candidate: Candidate, workspace: Workspace, call: CommandCall): Promise<ApprovalResult> {
  const { alias, source, examined } = candidate;
  const { configFile, machine, out } = call;
  const { paths } = workspace;
  const { manifest } = examined.opened;
  assertAlias(alias, "the plugin's name");
  const shown = configured(alias, readConfiguration(candidate.edit(workspace.text), configFile));

  const before = lockedAs(alias, workspace);
  assertSamePlugin(alias, before, manifest.name);
  showPlugin(examined.opened, examined.signer, shown.grants, out);
  showPredecessor(before, paths.homeFolder(alias), call);
  if (!candidate.yes && !(await out.ask(`Approve ${manifest.name} as \`${alias}\`?`)))
    throw new CliError("ERR_NOT_APPROVED", "Nothing was changed: the plugin was not approved.");

  const locked = await changeWorkspace(paths, machine.files, () => {
    // Read again under the lock: another command may have changed the workspace while this one was asking.
    const now = readWorkspace(configFile, machine.files);
    assertSamePlugin(alias, lockedAs(alias, now), manifest.name);
    const configurationText = candidate.edit(now.text);
    const configuration = readConfiguration(configurationText, configFile);
    const { grants } = configured(alias, configuration);
    const signer = verifySigner(examined.opened, examined.bundle, candidate.unsigned, rulesOf(configuration.trust));
    if (digestOf(grants) !== digestOf(shown.grants) || signer?.key !== examined.signer?.key)
      throw new CliError("ERR_NOT_APPROVED", "The configuration changed while this was being approved.", { remedy: "Run the command again." });
    const approval = { alias, source, grants, examined, configurationText, engine: machine.engine, nowMs: Date.now() };
    return writeApproval(approval, paths, machine.files);
  });
  return { alias, locked, examined };
}

function lockedAs(alias: string, { locked }: Workspace): LockedPlugin | undefined {
  return Object.hasOwn(locked, alias) ? locked[alias] : undefined;
}

/** Grants and data belong to a plugin, not to a name: another plugin under the same one would come into both. */
function assertSamePlugin(alias: string, before: LockedPlugin | undefined, name: string): void {
  if (!before || before.name === name) return;
  const message = `\`${alias}\` is the plugin ${before.name} here, and its grants and data are not for ${name}.`;
  throw new WorkspaceError("ERR_WORKSPACE_EXISTS", message, { remedy: `Add it under another name with \`--as NAME\`, or remove \`${alias}\` first.` });
}

/** What stands under this name already: another release and its signer, or what a removed plugin left behind. */
function showPredecessor(before: LockedPlugin | undefined, home: string, { machine, out }: CommandCall): void {
  const isLeft = !before && machine.files.kindOf(home) !== "nothing";
  if (!before && !isLeft) return;
  const signer = before?.signer ? `signed by ${makeVisible(before.signer.trust)} (${before.signer.key})` : "unsigned";
  out.line();
  out.line(before ? `It replaces ${before.name} ${before.version}, ${signer}, and keeps its grants and data.` : `It will see what an earlier plugin of this name left in ${home}.`);
}

function configured(alias: string, { plugins }: Configuration): PluginConfiguration {
  const plugin = Object.hasOwn(plugins, alias) ? plugins[alias] : undefined;
  if (!plugin) throw new Error("an edit lost its plugin");
  return plugin;
}

function assertAlias(alias: string, what: string): void {
  if (PLUGIN_NAME.pattern?.test(alias) && alias.length <= PLUGIN_NAME.lengthMax && !FORBIDDEN_KEYS.has(alias)) return;
  throw new CliError("ERR_USAGE", `\`${alias}\` (${what}) cannot be a plugin's name here: that is ${PLUGIN_NAME.shape}, at most ${PLUGIN_NAME.lengthMax} characters.`, {
    remedy: "Give it a name with `--as NAME`.",
  });
}

/** Sources are written relative to the configuration, so that a workspace can be moved as a whole. */
function relativeSource(file: string, root: string): string {
  const relative = path.relative(root, file).split(path.sep).join("/");
  return relative.startsWith("..") || path.isAbsolute(relative) ? relative : `./${relative}`;
}
