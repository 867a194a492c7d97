import type { JsonValue } from "@glovebox/host-api/json";
import { digestOf } from "./plugin/canonical.ts";
import type { LockedPlugin } from "./plugin/formats.ts";
import { formatLockfile, parseLockfile } from "./plugin/lockfile.ts";
import type { Examined } from "./examine.ts";
import type { FilePowers } from "./supply/file-powers.ts";
import type { WorkspacePaths } from "./workspace-paths.ts";

const LOCKFILE_BYTES_MAX = 4 * 1024 * 1024;

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
 * Writes what was approved. The order makes every crash harmless: the package is stored under its own digest first,
 * then the lockfile knows it, and only then the configuration names it. A lock entry that no configuration names is unused.
 */
export function writeApproval(approval: Approval, paths: WorkspacePaths, files: FilePowers): LockedPlugin {
  const { alias, examined } = approval;
  const { opened, packageBytes, bundle } = examined;
  const locked: LockedPlugin = {
    name: opened.manifest.name,
    version: opened.manifest.version,
    source: approval.source,
    package: opened.package,
    digests: opened.digests,
    requested: opened.requested,
    granted: digestOf(approval.grants),
    signer: examined.signer,
    approvedAt: new Date(approval.nowMs).toISOString(),
  };
  files.makeFolder(`${paths.folder}/store`);
  files.writeFile(paths.packageFile(opened.package), packageBytes, 0o600);
  if (bundle) files.writeFile(paths.bundleFile(opened.package), bundle, 0o600);
  else files.remove(paths.bundleFile(opened.package));
  writeLocked(paths, files, approval.engine, (plugins) => ({ ...plugins, [alias]: locked }));
  files.writeFile(paths.configFile, approval.configurationText);
  return locked;
}

/** Takes a plugin out: first the configuration stops naming it, then the lockfile forgets it. Its data folder stays. */
export function writeRemoval(alias: string, configurationText: string, engine: EngineVersions, paths: WorkspacePaths, files: FilePowers): void {
  files.writeFile(paths.configFile, configurationText);
  writeLocked(paths, files, engine, (plugins) => Object.fromEntries(Object.entries(plugins).filter(([name]) => name !== alias)));
  removeUnused(paths, files);
}

function writeLocked(
  paths: WorkspacePaths,
  files: FilePowers,
  engine: EngineVersions,
  change: (plugins: Readonly<Record<string, LockedPlugin>>) => Readonly<Record<string, LockedPlugin>>,
): void {
  const bytes = files.readFile(paths.lockFile, LOCKFILE_BYTES_MAX);
  const plugins = bytes ? parseLockfile(bytes, paths.lockFile).plugins : {};
  files.writeFile(paths.lockFile, formatLockfile({ lockfile_version: 1, engine, plugins: change(plugins) }));
}

/** Packages in the store that the lockfile no longer names. */
function removeUnused(paths: WorkspacePaths, files: FilePowers): void {
  const bytes = files.readFile(paths.lockFile, LOCKFILE_BYTES_MAX);
  if (!bytes) return;
  const used = new Set(
    Object.values(parseLockfile(bytes, paths.lockFile).plugins).flatMap((plugin) => [
      paths.packageFile(plugin.package),
      paths.bundleFile(plugin.package),
    ]),
  );
  for (const name of files.list(`${paths.folder}/store`)) {
    const file = `${paths.folder}/store/${name}`;
    if (!used.has(file)) files.remove(file);
  }
}
