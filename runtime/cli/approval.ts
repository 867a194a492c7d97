import path from "node:path";
import type { JsonValue } from "@glovebox/host-api/json";
import { writeApproval } from "../approve.ts";
import { examineSource, type Examined } from "../examine.ts";
import { Refusals } from "../errors.ts";
import type { LockedPlugin } from "../plugin/formats.ts";
import { decideStart } from "../policy/gates.ts";
import { parseConfiguration } from "../policy/parse-configuration.ts";
import { editPlugin } from "../policy/edit-configuration.ts";
import type { PluginConfiguration } from "../policy/configuration.ts";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { PinError } from "../supply/pin-errors.ts";
import { readSource, type Source } from "../supply/read-source.ts";
import { readStored, readWorkspace, rulesOf, type Workspace } from "../workspace.ts";
import type { CommandCall } from "./command.ts";
import { CliError } from "./errors.ts";
import { effectiveMode, type Machine } from "./machine.ts";
import { showPlugin } from "./show-plugin.ts";

/** What one approval is about. */
export interface ApprovalRequest {
  readonly source: string;
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
  readonly workspace: Workspace;
}

/** The one way a plugin gets in: examined behind the seal, shown whole, approved by a person or `--yes`, then written. */
export async function approveSource(request: ApprovalRequest, call: CommandCall, machine: Machine): Promise<ApprovalResult> {
  const workspace = readWorkspace(call.configFile, machine.files);
  const source = findSource(request.source, workspace, machine);
  const examined = await examine(source, { alias: request.alias ?? request.source, unsigned: request.unsigned }, workspace, call, machine);
  const alias = request.alias ?? examined.opened.manifest.name;
  const sourcePath = relativeSource(request.source, workspace.paths.root);
  const text = editPlugin(workspace.text, call.configFile, alias, {
    source: sourcePath,
    ...(request.grants ? { grants: request.grants } : {}),
    ...(request.unsigned ? { unsigned: true } : {}),
  });
  return finish({ alias, sourcePath, text, examined, yes: request.yes }, workspace, call, machine);
}

/** Approves again what is configured: from its source while that is there, else from the approved package in the store. */
export async function approveInstalled(
  alias: string,
  configuration: PluginConfiguration,
  yes: boolean,
  workspace: Workspace,
  call: CommandCall,
  machine: Machine,
): Promise<ApprovalResult> {
  const source = readSource(configuration.source, workspace.paths.root, machine.files) ?? storedSource(alias, workspace, machine);
  const examined = await examine(source, { alias, unsigned: configuration.unsigned }, workspace, call, machine);
  return finish({ alias, sourcePath: configuration.source, text: workspace.text, examined, yes }, workspace, call, machine);
}

function storedSource(alias: string, workspace: Workspace, machine: Machine): Source {
  const locked = Object.hasOwn(workspace.locked, alias) ? workspace.locked[alias] : undefined;
  if (!locked) throw new PinError("ERR_SOURCE_UNKNOWN", `There is nothing at the source of \`${alias}\`, and it was never approved.`, { place: { file: workspace.paths.configFile, path: `plugins.${alias}.source` } });
  return { kind: "package", ...readStored(workspace.paths, alias, locked, machine.files) };
}

interface Candidate {
  readonly alias: string;
  readonly sourcePath: string;
  /** The configuration as it would be written. */
  readonly text: string;
  readonly examined: Examined;
  readonly yes: boolean;
}

async function finish(candidate: Candidate, workspace: Workspace, call: CommandCall, machine: Machine): Promise<ApprovalResult> {
  const { alias, sourcePath, text, examined } = candidate;
  const file = workspace.paths.configFile;
  const configuration = parseConfiguration(text, file, CAPABILITIES);
  const grants = configuration.plugins[alias]?.grants ?? {};

  showPlugin(examined.opened, examined.signer, grants, call.out);
  if (examined.signer === null) {
    call.out.line();
    call.out.line(call.out.style("yellow", "Unsigned: nobody vouches for this plugin. Production will refuse it."));
  }
  if (!candidate.yes && !(await call.out.ask(`Approve ${examined.opened.manifest.name} as \`${alias}\`?`)))
    throw new CliError("ERR_NOT_APPROVED", "Nothing was installed: the plugin was not approved.");

  const locked = await machine.files.withLock(workspace.paths.busyFile, async () => {
    // Read again under the lock: another command may have changed the workspace while this one was asking.
    if (readWorkspace(file, machine.files).text !== workspace.text)
      throw new CliError("ERR_NOT_APPROVED", "The configuration changed while this was being approved.", { remedy: "Run the command again." });
    return writeApproval(
      { alias, source: sourcePath, grants, examined, configurationText: text, engine: machine.engine, nowMs: Date.now() },
      workspace.paths,
      machine.files,
    );
  });
  return { alias, locked, examined, workspace };
}

interface Marked {
  readonly alias: string;
  readonly unsigned: boolean;
}

/** Examining runs the component, so the gates are asked first: what production refuses to start is not run to be looked at either. */
async function examine(source: Source, { alias, unsigned }: Marked, workspace: Workspace, call: CommandCall, machine: Machine): Promise<Examined> {
  const { mode, waivers } = workspace.configuration;
  const sandbox = await machine.openSandbox();
  try {
    const gates = decideStart({ mode: effectiveMode(mode), plugins: { [alias]: { unsigned } }, waivers, seal: sandbox.seal, nowMs: Date.now() });
    if (gates.length > 0) throw new Refusals(gates);
    return await examineSource(source, {
      sandbox,
      rules: rulesOf(workspace.configuration.trust),
      unsigned,
      transpile: (component, limits) => machine.transpile(component, workspace.paths.cacheFolder, sandbox, limits),
      onProgress: (step) => call.out.progress(step),
    });
  } finally {
    call.out.progressDone();
    await sandbox.close();
  }
}

function findSource(words: string, workspace: Workspace, machine: Machine): Source {
  const source = readSource(path.resolve(words), workspace.paths.root, machine.files);
  if (!source) throw new PinError("ERR_SOURCE_UNKNOWN", `There is nothing at \`${words}\`.`, { place: { file: path.resolve(words) } });
  return source;
}

/** Sources are written relative to the configuration, so that a workspace can be moved as a whole. */
function relativeSource(words: string, root: string): string {
  const relative = path.relative(root, path.resolve(words)).split(path.sep).join("/");
  return relative.startsWith("..") || path.isAbsolute(relative) ? relative : `./${relative}`;
}
