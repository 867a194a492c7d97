import type { CapabilityName } from "@glovebox/host-api/capability";
import { toScanned } from "./firewall/scan/scanned-tool.ts";
import { diffSurfaces, type SurfaceChange } from "./firewall/surface-diff.ts";
import { digestOf } from "./plugin/canonical.ts";
import { compareVersions } from "./plugin/compare-versions.ts";
import { inspectComponent } from "./plugin/component/inspect.ts";
import { inspectServlet, isCoreModule } from "./plugin/extism/inspect-servlet.ts";
import type { CapabilityRequest, Manifest, Signer } from "./plugin/formats.ts";
import { signerId } from "./plugin/signer.ts";
import type { OpenedPlugin } from "./supply/installed.ts";

/** One release of a plugin, as far as two of them are compared. */
export interface Release {
  readonly opened: OpenedPlugin;
  readonly signers: readonly Signer[];
}

/** What was, and what is. Undefined on the side where there is nothing. */
export interface Pair<Value> {
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

/** Everything in which a release differs from the approved one. */
export interface ReleaseChange {
  readonly version: Pair<string>;
  readonly isSame: boolean;
  /** How the versions stand to each other. `same`, where bytes differ, is what an honest author never does. */
  readonly order: "newer" | "older" | "same";
  /** Parts with another digest, the package as a whole last. */
  readonly digests: readonly ({ readonly part: string } & Pair<string>)[];
  /** Other facts of the manifest, such as its licence: strangers' texts. */
  readonly facts: readonly ({ readonly what: string } & Pair<string>)[];
  readonly sizeBytes: Pair<number>;
  readonly signersGone: readonly Signer[];
  readonly signersNew: readonly Signer[];
  readonly capabilities: readonly ({ readonly name: CapabilityName } & Pair<CapabilityRequest>)[];
  readonly importsGone: readonly string[];
  readonly importsNew: readonly string[];
  readonly surface: readonly SurfaceChange[];
}

const FACTS = ["name", "license", "title", "description", "homepage"] as const;

/** Compares the approved release with another one of the same plugin. Pure: both were opened and nothing of them is run. */
export function compareReleases(before: Release, after: Release): ReleaseChange {
  const [old, now] = [before.opened, after.opened];
  const order = compareVersions(now.manifest.version, old.manifest.version);
  const digests = [
    { part: "component", before: old.digests.component, after: now.digests.component },
    { part: "tool surface", before: old.digests.surface, after: now.digests.surface },
    { part: "manifest", before: old.digests.manifest, after: now.digests.manifest },
    { part: "package", before: old.package, after: now.package },
  ].filter((part) => part.before !== part.after);
  const gone = without(before.signers, after.signers);
  const fresh = without(after.signers, before.signers);
  const [imports, importsNow] = [importsOf(old.component), importsOf(now.component)];
  return {
    version: { before: old.manifest.version, after: now.manifest.version },
    isSame: digests.length === 0 && gone.length === 0 && fresh.length === 0,
    order: order > 0 ? "newer" : order < 0 ? "older" : "same",
    digests,
    facts: diffFacts(old.manifest, now.manifest),
    sizeBytes: { before: old.componentBytes, after: now.componentBytes },
    signersGone: gone,
    signersNew: fresh,
    capabilities: diffCapabilities(old.manifest.capabilities, now.manifest.capabilities),
    importsGone: imports.filter((name) => !importsNow.includes(name)),
    importsNew: importsNow.filter((name) => !imports.includes(name)),
    surface: diffSurfaces(toScanned(old.surface, old.offers), toScanned(now.surface, now.offers)),
  };
}

function diffFacts(before: Manifest, after: Manifest): ReleaseChange["facts"] {
  return FACTS.map((what) => ({ what, before: before[what], after: after[what] })).filter(
    (fact) => fact.before !== fact.after,
  );
}

function diffCapabilities(
  before: Manifest["capabilities"],
  after: Manifest["capabilities"],
): ReleaseChange["capabilities"] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<CapabilityName>;
  return [...names]
    .map((name) => ({ name, before: before[name], after: after[name] }))
    .filter((pair) => digestOf(pair.before ?? null) !== digestOf(pair.after ?? null));
}

/** The same signer under another trust entry is the same signer. */
function without(signers: readonly Signer[], others: readonly Signer[]): readonly Signer[] {
  const known = new Set(others.map(signerId));
  return signers.filter((signer) => !known.has(signerId(signer)));
}

/** Interfaces with their versions, or the functions of an Extism plugin. What was opened can be inspected: a failure is not "none". */
function importsOf(component: Uint8Array): readonly string[] {
  if (isCoreModule(component)) return inspectServlet(component).imports.toSorted();
  return inspectComponent(component)
    .imports.map(({ name, version }) => (version === undefined ? name : `${name}@${version}`))
    .toSorted();
}
