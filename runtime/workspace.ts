import type { CapabilityName } from "@glovebox/host-api/capability";
import { KNOWN_INTERFACES } from "@glovebox/host-api/guest-registry";
import type { JsonValue } from "@glovebox/host-api/json";
import { CAPABILITIES, capabilityOfInterface } from "@glovebox/host-api/registry";
import { collectReasons, located, throwReasons, type GloveboxError, type Place } from "./errors.ts";
import { canonicalText } from "./plugin/canonical.ts";
import type { LockedPlugin } from "./plugin/formats.ts";
import { parseLockfile } from "./plugin/lockfile.ts";
import type { Configuration, PluginConfiguration } from "./policy/configuration.ts";
import { PolicyError } from "./policy/errors.ts";
import { parseConfiguration } from "./policy/parse-configuration.ts";
import type { FilePowers } from "./supply/file-powers.ts";
import type {
  OpenedPlugin,
  PluginBytes,
  SignatureFile,
  VerifiedPlugin,
} from "./supply/installed.ts";
import type { PassedComponents } from "./supply/passed-components.ts";
import { pinError } from "./supply/pin-errors.ts";
import { isSourceStored, PACKAGE_BYTES_MAX, readSource } from "./supply/read-source.ts";
import { readSignature } from "./supply/signatures/signature-files.ts";
import { isRemoteSource } from "./supply/sources/source-text.ts";
import {
  openPinned,
  reopenComponent,
  verifyGrants,
  verifyInstalled,
  verifySource,
  type VerifyRules,
} from "./supply/verify-installed.ts";
import { NO_TRUST, type Trust } from "./supply/signatures/trust.ts";
import { WorkspaceError } from "./workspace-errors.ts";
import { findBadKeys, trustOf } from "./workspace-trust.ts";
import { changeRecord, workspacePaths, type WorkspacePaths } from "./workspace-paths.ts";

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
  const [configurationBytes, lockBytes] = files.readTogether(
    [
      { path: paths.configFile, bytesMax: CONFIGURATION_BYTES_MAX },
      { path: paths.lockFile, bytesMax: LOCKFILE_BYTES_MAX },
    ],
    changeRecord(paths),
  );
  const text = readText(configFile, configurationBytes);
  let configuration: Configuration | undefined;
  let locked: Workspace["locked"] = {};
  const reasons = collectReasons([
    () => {
      configuration = readConfiguration(text, configFile);
    },
    () => {
      locked = parseLocked(lockBytes, paths);
    },
  ]);
  throwReasons(reasons);
  return { paths, text, configuration: configuration!, locked, nowMs: Date.now() };
}

function readText(file: string, bytes: Uint8Array | undefined): string {
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

/** What the lockfile says was approved, by alias, to a caller who holds the workspace's lock. */
export function readLocked(paths: WorkspacePaths, files: FilePowers): Workspace["locked"] {
  return parseLocked(files.readFile(paths.lockFile, LOCKFILE_BYTES_MAX), paths);
}

/** Without a file, nothing was approved. */
function parseLocked(bytes: Uint8Array | undefined, paths: WorkspacePaths): Workspace["locked"] {
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
  const rules = { ...rulesIn(workspace, files), ...(passed && { passed }) };
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
      // A start asks nobody else: what is far away is compared when it is fetched.
      if (isRemoteSource(source)) return;
      // The bytes of the store need no second look.
      if (stored && isSourceStored(source, paths.root, stored, files)) return;
      const found = readSource(source, paths.root, files);
      if (found)
        saying({ file: found.file, path }, () =>
          verifySource(
            found,
            verified ? { ...expected, surface: verified.surface } : expected,
            rules,
            readEndorsements(paths, locked, files),
          ),
        );
    },
    () =>
      saying({ file: paths.configFile, path: `${path}.grants` }, () =>
        verifyGrants(alias, locked, grants, describeGrant),
      ),
  ]);
  throwReasons(reasons);
  return verified!;
}

/** The component of a verified plugin, read again and found to be the same. Throws `PinError`. */
// debt("GB-035"): read when it is first called, when an update may have removed it.
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
export function lockedPlugin(alias: string, workspace: Workspace): LockedPlugin {
  const entry = lockedAs(alias, workspace);
  if (entry) return entry;
  const message = `Plugin \`${alias}\` is configured, but the lockfile does not know it.`;
  throw pinError("ERR_NOT_PINNED", alias, message, {
    place: { file: workspace.paths.configFile, path: `plugins.${alias}` },
  });
}

/** A grant in words. What a lockfile holds that no parser made may be no grant at all: it is shown as it is. */
export function describeGrant(name: CapabilityName, grant: JsonValue): string {
  try {
    return CAPABILITIES[name].formatGrant(grant);
  } catch {
    return canonicalText(grant);
  }
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

/** The same for one workspace: its trust entries count. */
export function rulesIn(workspace: Workspace, files: FilePowers): VerifyRules {
  return rulesOf(trustOf(workspace, files));
}

/** The approved package of a plugin, opened. Throws `ERR_PACKAGE_MISSING` or `ERR_PACKAGE_CHANGED`. */
export function openStored(
  workspace: Workspace,
  alias: string,
  locked: LockedPlugin,
  files: FilePowers,
): OpenedPlugin {
  const stored = readStored(workspace.paths, alias, locked, files);
  return saying({ file: stored.file }, () =>
    // Whether it may still start is not asked: what replaces a revoked release is compared with it.
    openPinned(stored.package, { alias, locked }, rulesOf(NO_TRUST)),
  );
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
    throw pinError(
      "ERR_PACKAGE_MISSING",
      alias,
      `The approved package of \`${alias}\` is not in the store.`,
      { place: { file } },
    );
  return { file, package: stored, bundles: readStoredSignatures(paths, locked, files) };
}

/**
 * Signatures of the operator's own over what somebody else made: from the lockfile, which a fresh clone has too, or else
 * from the store. Nothing is known of them yet.
 */
export function readEndorsements(
  paths: WorkspacePaths,
  locked: LockedPlugin,
  files: FilePowers,
): readonly SignatureFile[] {
  const { endorsements = [] } = locked;
  const missing = locked.signers.filter(
    (signer) =>
      signer.kind === "key" &&
      signer.endorsed &&
      endorsements.every(({ key }) => key !== signer.key),
  );
  const kept = endorsements.map(({ bundle }): SignatureFile => {
    const bytes = Buffer.from(bundle, "base64");
    return { file: paths.lockFile, format: "sigstore", bytes, endorsed: true };
  });
  return [...kept, ...readStoredSignatures(paths, { ...locked, signers: missing }, files)];
}

function readStoredSignatures(
  paths: WorkspacePaths,
  locked: LockedPlugin,
  files: FilePowers,
): readonly SignatureFile[] {
  return locked.signers.flatMap((signer) => {
    const own = readSignature(paths.bundleFile(locked.package, signer), files);
    if (signer.kind === "key" && signer.endorsed)
      return own.map((bundle) => ({ ...bundle, endorsed: true as const }));
    const hasAttested = signer.kind === "identity" && signer.provenance !== undefined;
    const attestation = paths.attestationFile(locked.package, signer);
    return hasAttested ? [...own, ...readSignature(attestation, files)] : own;
  });
}
