import { KNOWN_INTERFACES } from "@glovebox/host-api/guest-registry";
import { CAPABILITIES, capabilityOfInterface } from "@glovebox/host-api/registry";
import { Refusals, GloveboxError } from "./errors.ts";
import type { LockedPlugin, Lockfile } from "./plugin/formats.ts";
import { parseLockfile } from "./plugin/lockfile.ts";
import type { Configuration, PluginConfiguration, TrustEntry } from "./policy/configuration.ts";
import { PolicyError } from "./policy/errors.ts";
import { parseConfiguration } from "./policy/parse-configuration.ts";
import type { FilePowers } from "./supply/file-powers.ts";
import type { PluginBytes, VerifiedPlugin } from "./supply/installed.ts";
import { PinError } from "./supply/pin-errors.ts";
import { readSource } from "./supply/read-source.ts";
import { parsePublicKey } from "./supply/keys.ts";
import { verifyInstalled, verifySource, type VerifyRules } from "./supply/verify-installed.ts";
import { WorkspaceError } from "./workspace-errors.ts";
import { workspacePaths, type WorkspacePaths } from "./workspace-paths.ts";

const KNOWN: ReadonlySet<string> = new Set(KNOWN_INTERFACES);
const CONFIGURATION_BYTES_MAX = 256 * 1024;
const LOCKFILE_BYTES_MAX = 4 * 1024 * 1024;
const PACKAGE_BYTES_MAX = 64 * 1024 * 1024;
const BUNDLE_BYTES_MAX = 256 * 1024;

/** One workspace as its files say it is: the operator's words and what was approved. Nothing is verified yet. */
export interface Workspace {
  readonly paths: WorkspacePaths;
  readonly text: string;
  readonly configuration: Configuration;
  readonly locked: Readonly<Record<string, LockedPlugin>>;
}

/** Reads configuration and lockfile. Throws `WorkspaceError`, or `Refusals` with everything that is wrong in them. */
export function readWorkspace(configFile: string, files: FilePowers): Workspace {
  const paths = workspacePaths(configFile);
  const bytes = files.readFile(configFile, CONFIGURATION_BYTES_MAX);
  if (!bytes) throw new WorkspaceError("ERR_WORKSPACE_MISSING", "There is no configuration here.", { place: { file: configFile } });
  const text = new TextDecoder("utf-8", { fatal: false }).decode(bytes);
  const configuration = parseConfiguration(text, configFile, CAPABILITIES);
  assertKeys(configuration.trust, configFile);
  return { paths, text, configuration, locked: readLockfile(paths, files)?.plugins ?? {} };
}

/** A trust entry whose key cannot be read would silently trust nobody: it is refused instead. */
function assertKeys(trust: readonly TrustEntry[], file: string): void {
  const problems = trust.flatMap((entry, index) => {
    try {
      parsePublicKey(entry.publicKey);
      return [];
    } catch (cause) {
      const path = `trust[${index}].key`;
      const words = cause instanceof Error ? cause.message : "it cannot be read";
      return [new PolicyError("ERR_CONFIG_INVALID", `\`${path}\` is not a public key: ${words}.`, { place: { file, path }, cause, remedy: "Paste the line that `glovebox keygen` wrote to the `.pub` file." })];
    }
  });
  if (problems.length > 0) throw new Refusals(problems);
}

function readLockfile(paths: WorkspacePaths, files: FilePowers): Lockfile | undefined {
  const bytes = files.readFile(paths.lockFile, LOCKFILE_BYTES_MAX);
  return bytes && parseLockfile(bytes, paths.lockFile);
}

/** What stood up to verification, and every reason why the rest did not. */
export interface Verification {
  readonly plugins: readonly VerifiedPlugin[];
  readonly reasons: readonly GloveboxError[];
}

/**
 * Verifies every configured plugin from its bytes. Nothing is taken over from an earlier start:
 * the approved package in the store, and its source too while that is a file which is still there.
 */
export function verifyWorkspace(workspace: Workspace, files: FilePowers): Verification {
  const plugins: VerifiedPlugin[] = [];
  const reasons: GloveboxError[] = [];
  for (const [alias, configuration] of Object.entries(workspace.configuration.plugins)) {
    try {
      plugins.push(verifyPlugin(workspace, alias, configuration, files));
    } catch (error) {
      if (error instanceof Refusals) reasons.push(...error.reasons);
      else if (error instanceof GloveboxError) reasons.push(error);
      else throw error;
    }
  }
  return { plugins, reasons };
}

/** Verifies one plugin. Throws the first thing that differs from what was approved. */
export function verifyPlugin(
  workspace: Workspace,
  alias: string,
  configuration: PluginConfiguration,
  files: FilePowers,
): VerifiedPlugin {
  const locked = Object.hasOwn(workspace.locked, alias) ? workspace.locked[alias] : undefined;
  const expectation = { alias, locked, grants: configuration.grants, unsigned: configuration.unsigned };
  const rules = rulesOf(workspace.configuration.trust);
  if (!locked) throw new PinError("ERR_NOT_PINNED", `Plugin \`${alias}\` is configured, but the lockfile does not know it.`, { place: { file: workspace.paths.configFile, path: `plugins.${alias}` } });
  const verified = verifyInstalled(readStored(workspace.paths, alias, locked, files), expectation, rules);
  const source = readSource(configuration.source, workspace.paths.root, files);
  if (source) verifySource(source, verified, expectation, rules);
  return verified;
}

/** What plugins are verified against: the interfaces that are served, how grants are read, and whose signatures count. */
export function rulesOf(trust: readonly TrustEntry[]): VerifyRules {
  return { known: KNOWN, capabilityOf: capabilityOfInterface, capabilities: CAPABILITIES, trust };
}

/** The approved package of a plugin and its signature, from the store. Throws `ERR_PACKAGE_MISSING`. */
export function readStored(paths: WorkspacePaths, alias: string, locked: LockedPlugin, files: FilePowers): PluginBytes {
  const stored = files.readFile(paths.packageFile(locked.package), PACKAGE_BYTES_MAX);
  if (!stored)
    throw new PinError("ERR_PACKAGE_MISSING", `The approved package of \`${alias}\` is not in the store.`, {
      place: { file: paths.packageFile(locked.package) },
    });
  return { package: stored, bundle: files.readFile(paths.bundleFile(locked.package), BUNDLE_BYTES_MAX) };
}
