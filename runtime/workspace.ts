import { KNOWN_INTERFACES } from "@glovebox/host-api/guest-registry";
import { CAPABILITIES, capabilityOfInterface } from "@glovebox/host-api/registry";
import { collectReasons, located, throwReasons, type GloveboxError, type Place } from "./errors.ts";
import type { LockedPlugin } from "./plugin/formats.ts";
import { parseLockfile } from "./plugin/lockfile.ts";
import type { Configuration, PluginConfiguration } from "./policy/configuration.ts";
import { PolicyError } from "./policy/errors.ts";
import { parseConfiguration } from "./policy/parse-configuration.ts";
import type { FilePowers } from "./supply/file-powers.ts";
import type { PluginBytes, VerifiedPlugin } from "./supply/installed.ts";
import type { PassedComponents } from "./supply/passed-components.ts";
import { PinError } from "./supply/pin-errors.ts";
import { isSourceStored, PACKAGE_BYTES_MAX, readSource } from "./supply/read-source.ts";
import { readSignature } from "./supply/signature-files.ts";
import {
  reopenComponent,
  verifyGrants,
  verifyInstalled,
  verifySource,
  type VerifyRules,
} from "./supply/verify-installed.ts";
import type { Trust } from "./supply/trust.ts";
import { WorkspaceError } from "./workspace-errors.ts";
import { findBadKeys, trustOf } from "./workspace-trust.ts";
import { workspacePaths, type WorkspacePaths } from "./workspace-paths.ts";

const KNOWN: ReadonlySet<string> = new Set(KNOWN_INTERFACES);
const CONFIGURATION_BYTES_MAX = 256 * 1024;
const LOCKFILE_BYTES_MAX = 4 * 1024 * 1024;

/** One workspace as its files say it is: the operator's words and what was approved. Nothing is verified yet. */
export interface Workspace {
  readonly paths: WorkspacePaths;
  readonly text: string;
  readonly configuration: Configuration;
  readonly locked: Readonly<Record<string, LockedPlugin>>;
  /** When it was read: what has ended by then has ended. */
  readonly nowMs: number;
}

/** Reads configuration and lockfile. Throws `WorkspaceError`, or everything that is wrong in the two. */
export function readWorkspace(configFile: string, files: FilePowers): Workspace {
  const paths = workspacePaths(configFile);
  const text = readText(configFile, files);
  let configuration: Configuration | undefined;
  let locked: Workspace["locked"] = {};
  const reasons = collectReasons([
    () => {
      configuration = readConfiguration(text, configFile);
    },
    () => {
      locked = readLocked(paths, files);
    },
  ]);
  throwReasons(reasons);
  return { paths, text, configuration: configuration!, locked, nowMs: Date.now() };
}

function readText(file: string, files: FilePowers): string {
  const bytes = files.readFile(file, CONFIGURATION_BYTES_MAX);
  if (!bytes)
    throw new WorkspaceError("ERR_WORKSPACE_MISSING", "There is no configuration here.", {
      place: { file },
    });
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new PolicyError("ERR_CONFIG_UNREADABLE", "The file is not UTF-8 text.", {
      place: { file },
      cause,
    });
  }
}

/** Reads `glovebox.yaml`'s text as a start does. Throws `PolicyError`, or `Refusals` of several. */
export function readConfiguration(text: string, file: string): Configuration {
  const configuration = parseConfiguration(text, file, CAPABILITIES);
  throwReasons(findBadKeys(configuration.trust, file));
  return configuration;
}

/** What the lockfile says was approved, by alias. Without a file, nothing was. */
export function readLocked(paths: WorkspacePaths, files: FilePowers): Workspace["locked"] {
  const bytes = files.readFile(paths.lockFile, LOCKFILE_BYTES_MAX);
  return bytes
    ? parseLockfile(bytes, paths.lockFile).plugins
    : (Object.create(null) as Record<string, never>);
}

/** The plugin that the configuration knows as `alias`. Throws `ERR_NOT_INSTALLED`. */
export function configuredPlugin(
  { configuration, paths }: Workspace,
  alias: string,
): PluginConfiguration {
  const plugin = Object.hasOwn(configuration.plugins, alias)
    ? configuration.plugins[alias]
    : undefined;
  if (plugin) return plugin;
  throw new WorkspaceError("ERR_NOT_INSTALLED", `No plugin \`${alias}\` is configured.`, {
    place: { file: paths.configFile },
  });
}

/** What stood up to verification, and by alias every reason why the rest did not. */
export interface Verification {
  readonly plugins: readonly VerifiedPlugin[];
  readonly refused: ReadonlyMap<string, readonly GloveboxError[]>;
}

/**
 * Verifies every configured plugin from its bytes. Nothing is taken over from an earlier start:
 * the approved package in the store, and its source too while that is a file which is still there.
 * But components whose very bytes `passed` knows are not inspected again.
 */
export function verifyWorkspace(
  workspace: Workspace,
  files: FilePowers,
  passed?: PassedComponents,
): Verification {
  const plugins: VerifiedPlugin[] = [];
  const refused = new Map<string, readonly GloveboxError[]>();
  for (const alias of Object.keys(workspace.configuration.plugins)) {
    const reasons = collectReasons([
      () => plugins.push(verifyPlugin(workspace, alias, files, passed)),
    ]);
    if (reasons.length > 0) refused.set(alias, reasons);
  }
  return { plugins, refused };
}

/** Verifies one plugin. Throws everything in which it differs from what was approved. */
export function verifyPlugin(
  workspace: Workspace,
  alias: string,
  files: FilePowers,
  passed?: PassedComponents,
): VerifiedPlugin {
  const { paths } = workspace;
  const { source, grants, unsigned } = configuredPlugin(workspace, alias);
  const locked = lockedPlugin(alias, workspace);
  const expected = { alias, locked, unsigned };
  const rules = { ...rulesOf(trustOf(workspace, files)), ...(passed && { passed }) };
  const path = `plugins.${alias}`;
  let stored: PluginBytes | undefined;
  let verified: VerifiedPlugin | undefined;
  const reasons = collectReasons([
    () => {
      stored = readStored(paths, alias, locked, files);
      verified = saying({ file: stored.file, path }, () =>
        verifyInstalled(stored!, expected, rules),
      );
    },
    () => {
      // The bytes of the store need no second look.
      if (stored && isSourceStored(source, paths.root, stored, files)) return;
      const found = readSource(source, paths.root, files);
      if (found)
        saying({ file: found.file, path }, () =>
          verifySource(found, stored?.bundles ?? [], expected, rules),
        );
    },
    () =>
      saying({ file: paths.configFile, path: `${path}.grants` }, () =>
        verifyGrants(alias, locked, grants),
      ),
  ]);
  throwReasons(reasons);
  return verified!;
}

/** The component of a verified plugin, read again and found to be the same. Throws `PinError`. */
export function readComponent(
  { paths }: Workspace,
  plugin: Pick<VerifiedPlugin, "alias" | "locked">,
  files: FilePowers,
): Uint8Array {
  return reopenComponent(readStored(paths, plugin.alias, plugin.locked, files), plugin);
}

/** What was approved under this name, if anything was. */
export function lockedAs(alias: string, { locked }: Workspace): LockedPlugin | undefined {
  return Object.hasOwn(locked, alias) ? locked[alias] : undefined;
}

/** The same, where it must have been. Throws `ERR_NOT_PINNED`. */
function lockedPlugin(alias: string, workspace: Workspace): LockedPlugin {
  const entry = lockedAs(alias, workspace);
  if (entry) return entry;
  const message = `Plugin \`${alias}\` is configured, but the lockfile does not know it.`;
  throw new PinError("ERR_NOT_PINNED", message, {
    place: { file: workspace.paths.configFile, path: `plugins.${alias}` },
  });
}

function saying<Result>(place: Place, check: () => Result): Result {
  try {
    return check();
  } catch (thrown) {
    throw located(thrown, place);
  }
}

/** What plugins are verified against: the interfaces that are served, how grants are read, and whose signatures count. */
export function rulesOf(trust: Trust): VerifyRules {
  return { known: KNOWN, capabilityOf: capabilityOfInterface, capabilities: CAPABILITIES, trust };
}

/** The approved package of a plugin and its signatures, from the store. Throws `ERR_PACKAGE_MISSING`. */
export function readStored(
  paths: WorkspacePaths,
  alias: string,
  locked: LockedPlugin,
  files: FilePowers,
): PluginBytes {
  const file = paths.packageFile(locked.package);
  const stored = files.readFile(file, PACKAGE_BYTES_MAX);
  if (!stored)
    throw new PinError(
      "ERR_PACKAGE_MISSING",
      `The approved package of \`${alias}\` is not in the store.`,
      { place: { file } },
    );
  const bundles = locked.signers.flatMap((signer) => {
    const own = readSignature(paths.bundleFile(locked.package, signer), files);
    if (signer.kind === "key" && signer.endorsed)
      return own.map((bundle) => ({ ...bundle, endorsed: true as const }));
    const hasAttested = signer.kind === "identity" && signer.provenance !== undefined;
    const attestation = paths.attestationFile(locked.package, signer);
    return hasAttested ? [...own, ...readSignature(attestation, files)] : own;
  });
  return { file, package: stored, bundles };
}
