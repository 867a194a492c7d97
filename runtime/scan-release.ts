import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { Release } from "./compare-releases.ts";
import { GloveboxError, Refusals } from "./errors.ts";
import type { Finding } from "./firewall/scan/finding.ts";
import { scanTools, type ScanContext } from "./firewall/scan/scan-tools.ts";
import { toScanned } from "./firewall/scan/scanned-tool.ts";
import { digestOfBytes } from "./plugin/canonical.ts";
import type { LockedPlugin, ToolSurface } from "./plugin/formats.ts";
import { signerId } from "./plugin/signer.ts";
import { exposedNameOf } from "./policy/expose.ts";
import type { FilePowers } from "./supply/file-powers.ts";
import { readStatedTools } from "./supply/stated-tools.ts";
import { readStored, type Workspace } from "./workspace.ts";

/** A plugin that is installed beside the one that is looked at. */
export interface Neighbour {
  readonly alias: string;
  readonly locked: LockedPlugin;
  /** Undefined where its approved package is not in the store. */
  readonly surface: ToolSurface | undefined;
  /** What the operator and clients call its tools. */
  readonly called: readonly string[];
}

/** What the scanner says of a release among its neighbours. The same plugin under another name is not held against itself. */
export function scanRelease(
  release: Pick<Release, "signers"> & { readonly opened: Omit<Release["opened"], "component"> },
  neighbours: readonly Neighbour[],
): readonly Finding[] {
  const others = neighbours.filter((neighbour) => !isSamePlugin(neighbour.locked, release));
  return scanTools(toScanned(release.opened.surface, release.opened.offers), contextOf(others));
}

/** What the scanner is to know of installed plugins. */
export function contextOf(neighbours: readonly Neighbour[]): ScanContext {
  return {
    others: neighbours.flatMap(({ surface = [] }) => toScanned(surface)),
    called: neighbours.flatMap(({ called }) => called),
    missing: neighbours.flatMap(({ alias, surface }) => (surface ? [] : [alias])),
  };
}

/**
 * The plugins that are installed under other names than `alias`. What is not in the store as approved is not served, but the
 * next `restore` brings it back: it is a neighbour of which nothing can be read.
 */
export function readNeighbours(
  alias: string,
  workspace: Workspace,
  files: FilePowers,
): readonly Neighbour[] {
  return Object.entries(workspace.locked).flatMap(([name, locked]) => {
    if (name === alias) return [];
    const surface = readApprovedTools(name, locked, workspace, files);
    // What is not even configured is not served, whatever comes back.
    if (!surface && !Object.hasOwn(workspace.configuration.plugins, name)) return [];
    return [{ alias: name, locked, surface, called: namesOf(name, surface ?? [], workspace) }];
  });
}

function readApprovedTools(
  alias: string,
  locked: LockedPlugin,
  { paths }: Workspace,
  files: FilePowers,
): ToolSurface | undefined {
  try {
    const stored = readStored(paths, alias, locked, files).package;
    if (digestOfBytes(stored) !== locked.package) return undefined;
    return readStatedTools(stored, CAPABILITIES).surface;
  } catch (error) {
    if (error instanceof GloveboxError || error instanceof Refusals) return undefined;
    throw error;
  }
}

function namesOf(
  alias: string,
  surface: ToolSurface,
  { configuration }: Workspace,
): readonly string[] {
  const { toolNames, plainNames } = configuration.plugins[alias] ?? {};
  return surface.flatMap(({ name }) => {
    const own = toolNames?.[name] ?? name;
    return [own, exposedNameOf(alias, own, plainNames)];
  });
}

/** A name is anybody's: it is the same plugin when one of its signers vouched for both, or the component is the same. */
function isSamePlugin(
  locked: LockedPlugin,
  { opened, signers }: Parameters<typeof scanRelease>[0],
): boolean {
  if (locked.digests.component === opened.digests.component) return true;
  const known = new Set(locked.signers.map(signerId));
  return (
    locked.name === opened.manifest.name && signers.some((signer) => known.has(signerId(signer)))
  );
}
