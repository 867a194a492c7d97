import { collectReasons, EXIT, reasonsOf, type GloveboxError } from "../../errors.ts";
import { digestOfBytes } from "../../plugin/canonical.ts";
import { compareVersions } from "../../plugin/compare-versions.ts";
import type { Digest, LockedPlugin, Manifest } from "../../plugin/formats.ts";
import type { Source } from "../../supply/read-source.ts";
import { fetchSource, resolveSource } from "../../supply/sources/fetch-source.ts";
import { isRemoteSource } from "../../supply/sources/source-text.ts";
import {
  openPackage,
  parseManifestOf,
  verifySource,
  type VerifyRules,
} from "../../supply/verify-installed.ts";
import {
  configuredPlugin,
  lockedAs,
  readEndorsements,
  rulesIn,
  type Workspace,
} from "../../workspace.ts";
import { readApprovedRelease } from "./approved-release.ts";
import type { CommandCall } from "../command.ts";
import { sourceSetting } from "./fetch-here.ts";

/**
 * How a plugin's source stands to what is pinned.
 * `current`: the pinned bytes. `newer`, `older`: another version. `changed`: other bytes or signatures under the same version.
 * `refused`: what is there cannot be opened at all. `unpinned`: nobody approved it. `gone`: a local source is not there.
 * `unreachable`: it could not be asked.
 */
export type SourceState =
  | "current"
  | "newer"
  | "older"
  | "changed"
  | "refused"
  | "unpinned"
  | "gone"
  | "unreachable";

export interface SourceComparison {
  readonly alias: string;
  readonly source: string;
  readonly state: SourceState;
  readonly pinned: { readonly version: string; readonly digest: Digest } | null;
  readonly found: { readonly version: string | null; readonly digest: Digest } | null;
  /** What differs, as a start would say it of these bytes. */
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
}

/** Compares what is pinned with what the source has now. Nothing is run, stored or changed, and nothing is thrown that was foreseen. */
export async function compareSource(
  alias: string,
  workspace: Workspace,
  call: CommandCall,
): Promise<SourceComparison> {
  const { source } = configuredPlugin(workspace, alias);
  const locked = lockedAs(alias, workspace);
  const pinned = locked ? { version: locked.version, digest: locked.package } : null;
  const about = { alias, source, pinned };
  if (!locked) return { ...about, state: "unpinned", found: null, reasons: [] };
  try {
    const setting = sourceSetting(workspace, call);
    if (isRemoteSource(source)) {
      const resolved = await resolveSource(source, setting);
      if (resolved && resolved.digest === pinnedDigest(resolved.of, locked)) return current();
    }
    const found = await fetchSource(source, setting);
    if (!found) return { ...about, state: "gone", found: null, reasons: [] };
    return { ...about, ...judge(alias, found, locked, workspace, call) };
  } catch (error) {
    const reasons = reasonsOf(error);
    // What a source may not be, such as other bytes than it names itself, is no failure of the network.
    const isRefused = reasons.some(({ exit }) => exit === EXIT.refused);
    const state = isRefused ? "refused" : "unreachable";
    return { ...about, state, found: null, reasons: toWords(reasons) };
  }

  function current(): SourceComparison {
    return { ...about, state: "current", found: pinned, reasons: [] };
  }
}

function pinnedDigest(
  of: "manifest" | "package" | "component",
  { origin, package: digest, digests }: LockedPlugin,
): Digest | undefined {
  if (of === "manifest") return origin?.manifest;
  return of === "package" ? digest : digests.component;
}

function judge(
  alias: string,
  found: Source,
  locked: LockedPlugin,
  workspace: Workspace,
  { machine }: CommandCall,
): Pick<SourceComparison, "state" | "found" | "reasons"> {
  const { unsigned } = configuredPlugin(workspace, alias);
  const rules = rulesIn(workspace, machine.files);
  const endorsements = readEndorsements(workspace.paths, locked, machine.files);
  const digest =
    found.kind === "package" ? digestOfBytes(found.package) : digestOfBytes(found.component);
  let manifest: Manifest | undefined;
  const unreadable = collectReasons([
    () => {
      manifest = readManifest(found, rules);
    },
  ]);
  const seen = { version: manifest?.version ?? null, digest };
  if (unreadable.length > 0) return { state: "refused", found: seen, reasons: toWords(unreadable) };
  const approved = readApprovedRelease(alias, workspace, machine.files);
  const expected = {
    alias,
    locked,
    unsigned,
    ...(approved && { surface: approved.opened.surface }),
  };
  const reasons = collectReasons([() => verifySource(found, expected, rules, endorsements)]);
  if (reasons.length === 0) return { state: "current", found: seen, reasons: [] };
  const order = manifest ? compareVersions(manifest.version, locked.version) : 0;
  const state = order > 0 ? "newer" : order < 0 ? "older" : "changed";
  return { state, found: seen, reasons: toWords(reasons) };
}

/** Undefined for what has none of ours. */
function readManifest(found: Source, rules: VerifyRules): Manifest | undefined {
  if (found.kind === "package") return openPackage(found.package, rules).manifest;
  if (found.kind === "parts") return parseManifestOf(found, rules);
  return undefined;
}

function toWords(reasons: readonly GloveboxError[]): SourceComparison["reasons"] {
  return reasons.map(({ code, message }) => ({ code, message }));
}
