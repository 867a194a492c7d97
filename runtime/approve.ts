import type { JsonValue } from "@glovebox/host-api/json";
import type { Examined } from "./examine.ts";
import { digestOf } from "./plugin/canonical.ts";
import type { LockedPlugin } from "./plugin/formats.ts";
import { formatLockfile } from "./plugin/lockfile.ts";
import type { FileChange, FilePowers } from "./supply/file-powers.ts";
import type { WorkspacePaths } from "./workspace-paths.ts";
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
  /** As parsed from the configuration that is being written. */
  readonly grants: JsonValue;
  readonly examined: Examined;
  /** The configuration's new text. */
  readonly configurationText: string;
  readonly engine: EngineVersions;
  readonly nowMs: number;
}

/**
 * Writes what was approved: exactly the bytes that were examined. The order makes every crash harmless: the package is
 * stored under its own digest first, then the lockfile knows it, and only then the configuration names it.
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
  const { packageBytes, vouched } = examined;
  const stored: FileChange[] = [
    { path: paths.packageFile(locked.package), bytes: packageBytes, mode: STORED_MODE },
  ];
  for (const { signer, bundle, attestation } of vouched) {
    const [file, mode] = [paths.bundleFile(locked.package, signer), STORED_MODE];
    stored.push({ path: file, bytes: bundle.bytes, mode });
    if (attestation)
      stored.push({
        path: paths.attestationFile(locked.package, signer),
        bytes: attestation.bytes,
        mode,
      });
  }
  files.makeFolder(paths.storeFolder);
  files.writeFiles([
    ...stored,
    { path: paths.lockFile, bytes: formatLockfile({ lockfile_version: 1, engine, plugins }) },
    { path: paths.configFile, bytes: approval.configurationText },
  ]);
  removeUnused(plugins, paths, files);
  return locked;
}

function lockedOf({ source, grants, examined, nowMs }: Approval): LockedPlugin {
  const { manifest, digests, requested, package: digest } = examined.opened;
  return {
    name: manifest.name,
    version: manifest.version,
    source,
    package: digest,
    digests,
    requested,
    granted: digestOf(grants),
    signers: examined.vouched.map(({ signer }) => signer),
    approvedAt: new Date(nowMs).toISOString(),
  };
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
  files.writeFiles([
    { path: paths.configFile, bytes: configurationText },
    { path: paths.lockFile, bytes: formatLockfile({ lockfile_version: 1, engine, plugins }) },
  ]);
  removeUnused(plugins, paths, files);
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
