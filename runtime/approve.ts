import type { Examined } from "./examine.ts";
import type { Endorsement, LockedPlugin, Lockfile, Origin } from "./plugin/formats.ts";
import { formatLockfile } from "./plugin/lockfile.ts";
import { signerId } from "./plugin/signer.ts";
import { LICENSE_UNKNOWN } from "./plugin/wit/derive-manifest.ts";
import type { FileChange, FilePowers } from "./supply/file-powers.ts";
import type { Vouched } from "./supply/installed.ts";
import { changeRecord, type WorkspacePaths } from "./workspace-paths.ts";
import { readLocked } from "./workspace.ts";

/** Approved packages are read at every start, and by nobody else. */
const STORED_MODE = 0o600;
/** A package, a signature, or one that a crash left half written. */
const STORED_NAME = /^\.?sha256-[0-9a-f]{64}\.[\w.-]+$/;

/** The versions that digests and transpiled code depend on. */
export interface EngineVersions {
  readonly glovebox: string;
  readonly jco: string;
}

export interface Approval {
  readonly alias: string;
  readonly source: string;
  /** What a remote source resolved to. */
  readonly origin: Origin | undefined;
  /** As parsed from the configuration that is being written. */
  readonly grants: LockedPlugin["grants"];
  /** Ids of the scanner's findings of high severity, which the operator accepted by name. */
  readonly accepted: readonly string[];
  readonly examined: Examined;
  /** The configuration's new text. */
  readonly configurationText: string;
  readonly engine: EngineVersions;
  readonly nowMs: number;
}

/**
 * Writes what was approved: exactly the bytes that were examined. A crash at any moment leaves the workspace as it was or as
 * it is to be: the package is stored under its own digest first, then lockfile and configuration name it at one stroke.
 * The caller holds the workspace's lock.
 */
export function writeApproval(
  approval: Approval,
  paths: WorkspacePaths,
  files: FilePowers,
): LockedPlugin {
  const { alias, examined, engine } = approval;
  const locked = lockedOf(approval);
  const plugins = { ...readLocked(paths, files), [alias]: locked };
  files.makeFolder(paths.storeFolder);
  files.writeFiles(storedFiles(locked, examined, paths));
  writePair(approval.configurationText, { lockfile_version: 1, engine, plugins }, paths, files);
  removeUnused(plugins, paths, files);
  return locked;
}

/** What the store keeps of a plugin. The package comes last: where it is, its signatures are. */
function storedFiles(
  locked: LockedPlugin,
  { packageBytes, vouched }: Pick<Examined, "packageBytes" | "vouched">,
  paths: WorkspacePaths,
): readonly FileChange[] {
  const approved = new Set(locked.signers.map(signerId));
  const bundles = vouched
    .filter(({ signer }) => approved.has(signerId(signer)))
    .flatMap(({ signer, bundle, attestation }) => {
      const [file, mode] = [paths.bundleFile(locked.package, signer), STORED_MODE];
      const own = { path: file, bytes: bundle.bytes, mode };
      if (!attestation) return [own];
      const path = paths.attestationFile(locked.package, signer);
      return [own, { path, bytes: attestation.bytes, mode }];
    });
  const file = { path: paths.packageFile(locked.package), bytes: packageBytes, mode: STORED_MODE };
  return [...bundles, file];
}

/** A package that is, with its signatures, what was approved under `alias`. */
export interface Restored extends Pick<Examined, "packageBytes" | "vouched"> {
  readonly alias: string;
  readonly locked: LockedPlugin;
}

/** Puts approved packages back into the store. Neither configuration nor lockfile are touched. The caller holds the workspace's lock. */
export function writeRestored(
  restored: readonly Restored[],
  paths: WorkspacePaths,
  files: FilePowers,
): void {
  files.makeFolder(paths.storeFolder);
  files.writeFiles(restored.flatMap((one) => storedFiles(one.locked, one, paths)));
  removeUnused(readLocked(paths, files), paths, files);
}

function lockedOf({ source, origin, grants, accepted, examined, nowMs }: Approval): LockedPlugin {
  const { manifest, digests, requested, package: digest } = examined.opened;
  const endorsements = examined.vouched.flatMap(endorsementsIn);
  return {
    name: manifest.name,
    version: manifest.version,
    ...(manifest.shape && manifest.license !== LICENSE_UNKNOWN && { license: manifest.license }),
    source,
    ...(origin && { origin }),
    package: digest,
    digests,
    requested,
    grants,
    signers: examined.vouched.map(({ signer }) => signer),
    ...(endorsements.length > 0 && { endorsements }),
    ...(accepted.length > 0 && { accepted }),
    approvedAt: new Date(nowMs).toISOString(),
  };
}

function endorsementsIn({ signer, bundle }: Vouched): readonly Endorsement[] {
  return signer.kind === "key" && signer.endorsed
    ? [{ key: signer.key, bundle: Buffer.from(bundle.bytes).toString("base64") }]
    : [];
}

/** Takes a plugin out of the configuration, the lockfile and the store. Its data folder stays. The caller holds the workspace's lock. */
export function writeRemoval(
  alias: string,
  configurationText: string,
  engine: EngineVersions,
  paths: WorkspacePaths,
  files: FilePowers,
): void {
  const { [alias]: _, ...plugins } = readLocked(paths, files);
  writePair(configurationText, { lockfile_version: 1, engine, plugins }, paths, files);
  removeUnused(plugins, paths, files);
}

/** Configuration and lockfile are right only together: neither is ever seen with the other's predecessor. */
function writePair(
  configurationText: string,
  lockfile: Omit<Lockfile, "integrity">,
  paths: WorkspacePaths,
  files: FilePowers,
): void {
  const changes = [
    { path: paths.lockFile, bytes: formatLockfile(lockfile) },
    { path: paths.configFile, bytes: configurationText },
  ];
  files.replaceTogether(changes, changeRecord(paths));
}

/** Packages that the lockfile no longer names. What has no name of ours stays, since the store may be a link to anywhere. */
function removeUnused(
  plugins: Readonly<Record<string, LockedPlugin>>,
  paths: WorkspacePaths,
  files: FilePowers,
): void {
  const used = new Set(
    Object.values(plugins).flatMap(({ package: digest, signers }) => [
      paths.packageFile(digest),
      ...signers.flatMap((signer) => [
        paths.bundleFile(digest, signer),
        paths.attestationFile(digest, signer),
      ]),
    ]),
  );
  for (const name of files.list(paths.storeFolder).filter((found) => STORED_NAME.test(found))) {
    const file = `${paths.storeFolder}/${name}`;
    if (!used.has(file)) files.remove(file);
  }
}
