import { Refusals } from "../errors.ts";
import { digestOf, digestOfBytes } from "../plugin/canonical.ts";
import { verifyComponent, type ComponentRules } from "../plugin/component/verify-component.ts";
import type { LockedPlugin, Manifest, Signer } from "../plugin/formats.ts";
import { parseManifest, verifyToolsDeclared, type GrantParsers } from "../plugin/manifest.ts";
import { parseSurface } from "../plugin/surface.ts";
import type { Expectation, OpenedPlugin, PluginBytes, VerifiedPlugin } from "./installed.ts";
import { SupplyError } from "./errors.ts";
import { readPackage } from "./package.ts";
import { PinError, type PinErrorCode } from "./pin-errors.ts";
import type { Source } from "./read-source.ts";
import { verifyBundle, type TrustedKey } from "./verify.ts";

/** What verification needs beside the bytes. */
export interface VerifyRules extends ComponentRules {
  readonly capabilities: GrantParsers;
  readonly trust: readonly TrustedKey[];
}

/**
 * Opens a package: bounded unpacking in memory, every part parsed, every digest computed from the bytes themselves.
 * It says what the package is, not that anyone vouches for it.
 */
export function openPackage(bytes: Uint8Array, rules: VerifyRules): OpenedPlugin {
  const parts = readPackage(bytes);
  const manifest = parseManifest(parts.manifest, "plugin.json", rules.capabilities);
  const surface = parseSurface(parts.surface, "tools.json");
  verifyToolsDeclared(manifest, surface);
  verifyComponent(parts.component, manifest, rules);
  return {
    package: digestOfBytes(bytes),
    manifest,
    surface,
    component: parts.component,
    digests: {
      component: digestOfBytes(parts.component),
      surface: digestOf(surface),
      manifest: digestOf(manifest),
    },
    requested: digestOf(manifest.capabilities),
  };
}

/** Checks the signature over an opened plugin. Null when development lets it run unsigned. */
export function verifySigner(opened: OpenedPlugin, bundle: Uint8Array | undefined, unsigned: boolean, rules: VerifyRules): Signer | null {
  if (unsigned && bundle === undefined) return null;
  const { name, version } = opened.manifest;
  return verifyBundle(bundle ?? null, { name, version, digests: opened.digests }, rules.trust);
}

/**
 * Checks all of a signature that can be checked before the component was asked for its tools, so that nobody's code is run
 * to learn that nobody vouches for it. The tool surface is left to `verifySigner`.
 */
export function verifyParts(parts: Extract<Source, { kind: "parts" }>, unsigned: boolean, rules: VerifyRules): void {
  if (unsigned && parts.bundle === undefined) return;
  const manifest = parseManifest(parts.manifest, "plugin.json", rules.capabilities);
  const { name, version } = manifest;
  const digests = { component: digestOfBytes(parts.component), surface: "sha256:", manifest: digestOf(manifest) } as const;
  try {
    verifyBundle(parts.bundle ?? null, { name, version, digests }, rules.trust);
  } catch (error) {
    const reasons = error instanceof Refusals ? error.reasons : [error];
    const others = reasons.filter((reason) => !(reason instanceof SupplyError && reason.code === "ERR_SIGNATURE_OTHER_SURFACE"));
    if (others.length > 0) throw others.length === 1 ? others[0] : error;
  }
}

/**
 * The ordered verification of an installed plugin, from its bytes:
 * approved at all → same component → same tool surface → same requests → same manifest → same package →
 * a valid signature by a key that is trusted for it → the approved signer → the approved grants.
 * Throws at the first thing that differs.
 */
export function verifyInstalled(bytes: PluginBytes, expectation: Expectation, rules: VerifyRules): VerifiedPlugin {
  const { alias, locked, unsigned } = expectation;
  if (!locked) throw pinError("ERR_NOT_PINNED", alias, "is configured, but the lockfile does not know it");
  const opened = openApproved(bytes.package, alias, locked, rules);

  assertSame("ERR_COMPONENT_CHANGED", alias, "component", locked.digests.component, opened.digests.component);
  assertSame("ERR_SURFACE_CHANGED", alias, "tool definitions", locked.digests.surface, opened.digests.surface);
  assertSame("ERR_CAPABILITIES_CHANGED", alias, "requested capabilities", locked.requested, opened.requested);
  assertSame("ERR_MANIFEST_CHANGED", alias, "manifest", locked.digests.manifest, opened.digests.manifest);
  assertIdentity(alias, locked, opened.manifest);
  assertSame("ERR_PACKAGE_CHANGED", alias, "package", locked.package, opened.package);

  const signer = verifySigner(opened, bytes.bundle, unsigned, rules);
  if ((signer?.key ?? null) !== (locked.signer?.key ?? null))
    throw pinError("ERR_SIGNER_CHANGED", alias, `is signed by ${signer?.key ?? "nobody"}, and ${locked.signer?.key ?? "nobody"} was approved`);
  assertSame("ERR_GRANTS_CHANGED", alias, "grants in the configuration", locked.granted, digestOf(expectation.grants));
  return { ...opened, alias, locked, signer };
}

/**
 * Checks that a source which is still there holds what was approved, so that nobody goes on trusting a file that changed.
 * A package is verified whole; unpacked parts have no tool surface, but the same component has the same one.
 */
export function verifySource(source: Source, verified: VerifiedPlugin, expectation: Expectation, rules: VerifyRules): void {
  const { alias, locked } = verified;
  if (source.kind === "package") {
    if (digestOfBytes(source.package) !== locked.package || source.bundle === undefined) verifyInstalled(source, expectation, rules);
    return;
  }
  const manifest = parseManifest(source.manifest, "plugin.json", rules.capabilities);
  assertSame("ERR_COMPONENT_CHANGED", alias, "component", locked.digests.component, digestOfBytes(source.component));
  assertSame("ERR_CAPABILITIES_CHANGED", alias, "requested capabilities", locked.requested, digestOf(manifest.capabilities));
  assertSame("ERR_MANIFEST_CHANGED", alias, "manifest", locked.digests.manifest, digestOf(manifest));
}

/** Opens bytes that may have been changed: what cannot be opened any more is refused as changed, with the cause kept. */
function openApproved(bytes: Uint8Array, alias: string, locked: LockedPlugin, rules: VerifyRules): OpenedPlugin {
  try {
    return openPackage(bytes, rules);
  } catch (cause) {
    if (digestOfBytes(bytes) === locked.package) throw cause;
    const words = cause instanceof Error ? cause.message : "it cannot be read";
    throw new PinError("ERR_PACKAGE_CHANGED", `The package of \`${alias}\` was changed and cannot be opened any more: ${words}.`, {
      place: { path: alias },
      cause,
    });
  }
}

function assertSame(code: PinErrorCode, alias: string, what: string, approved: string, actual: string): void {
  if (approved !== actual) throw pinError(code, alias, `has other ${what} than were approved (${short(actual)}, approved ${short(approved)})`);
}

function assertIdentity(alias: string, locked: LockedPlugin, manifest: Manifest): void {
  if (locked.name !== manifest.name || locked.version !== manifest.version)
    throw pinError("ERR_MANIFEST_CHANGED", alias, `is ${manifest.name} ${manifest.version}, and the lockfile says ${locked.name} ${locked.version}`);
}

function pinError(code: PinErrorCode, alias: string, words: string): PinError {
  return new PinError(code, `Plugin \`${alias}\` ${words}.`, { place: { path: alias } });
}

function short(digest: string): string {
  return `${digest.slice(0, 19)}…`;
}
