import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { Release } from "./compare-releases.ts";
import { GloveboxError, Refusals } from "./errors.ts";
import type { Finding } from "./firewall/scan/finding.ts";
import { scanTools } from "./firewall/scan/scan-tools.ts";
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
  readonly locked: LockedPlugin;
  readonly surface: ToolSurface;
  /** What the operator and clients call its tools. */
  readonly called: readonly string[];
}

/** What the scanner says of a release among its neighbours. The same plugin under another name is not held against itself. */
export function scanRelease(
  release: Pick<Release, "signers"> & { readonly opened: Omit<Release["opened"], "component"> },
  neighbours: readonly Neighbour[],
): readonly Finding[] {
  const others = neighbours.filter((neighbour) => !isSamePlugin(neighbour.locked, release));
  return scanTools(toScanned(release.opened.surface), {
    others: others.flatMap(({ surface }) => toScanned(surface)),
    called: others.flatMap(({ called }) => called),
  });
}

/** The tools that are installed under other names than `alias`. What is not in the store as approved is left out: no start serves it. */
export function readNeighbours(
  alias: string,
  workspace: Workspace,
  files: FilePowers,
): readonly Neighbour[] {
  return Object.entries(workspace.locked).flatMap(([name, locked]) => {
    if (name === alias) return [];
    try {
      const stored = readStored(workspace.paths, name, locked, files).package;
      if (digestOfBytes(stored) !== locked.package) return [];
      const { surface } = readStatedTools(stored, CAPABILITIES);
      return [{ locked, surface, called: namesOf(name, surface, workspace) }];
    } catch (error) {
      if (error instanceof GloveboxError || error instanceof Refusals) return [];
      throw error;
    }
  });
}

function namesOf(
  alias: string,
  surface: ToolSurface,
  { configuration }: Workspace,
): readonly string[] {
  const { toolNames } = configuration.plugins[alias] ?? {};
  return surface.flatMap(({ name }) => {
    const own = toolNames?.[name] ?? name;
    return [own, exposedNameOf(alias, own)];
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
