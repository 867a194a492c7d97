import { collectReasons, throwReasons } from "../errors.ts";
import { digestOf, digestOfBytes } from "../plugin/canonical.ts";
import type { ComponentInspection } from "../plugin/component/inspect.ts";
import type { ComponentRules } from "../plugin/component/verify-component.ts";
import type { LockedPlugin, Signer, ToolSurface } from "../plugin/formats.ts";
import { diffGrants, type DescribeGrant } from "../plugin/grants.ts";
import { parseManifest, verifyToolsDeclared, type GrantParsers } from "../plugin/manifest.ts";
import { signerId } from "../plugin/signer.ts";
import { parseSurface } from "../plugin/surface.ts";
import { verifyCode } from "../plugin/verify-code.ts";
import { deriveSurface } from "../plugin/wit/derive-tools.ts";
import type {
  Expectation,
  OpenedPlugin,
  PluginBytes,
  SignatureFile,
  VerifiedPlugin,
  Vouched,
} from "./installed.ts";
import { readPackage } from "./package.ts";
import type { PassedComponents } from "./passed-components.ts";
import { PinError, pinError, type PinErrorCode } from "./pin-errors.ts";
import type { Source, SourceParts } from "./read-source.ts";
import { verifySigners, type TrustedKey } from "./verify.ts";

/** What verification needs beside the bytes. */
export interface VerifyRules extends ComponentRules {
  readonly capabilities: GrantParsers;
  readonly trust: readonly TrustedKey[];
  /** Where components need not be inspected again whose very bytes were. */
  readonly passed?: PassedComponents;
}

/**
 * Opens a package: bounded unpacking in memory, every part parsed, every digest computed from the bytes themselves.
 * It says what the package is, not that anyone vouches for it.
 */
export function openPackage(bytes: Uint8Array, rules: VerifyRules): OpenedPlugin {
  const parts = readPackage(bytes);
  const manifest = parseManifest(parts.manifest, "plugin.json", rules.capabilities);
  const { shape } = manifest;
  const surface = parseSurface(parts.surface, "tools.json", shape);
  verifyToolsDeclared(manifest, surface);
  const component = digestOfBytes(parts.component);
  const requested = Object.keys(manifest.capabilities);
  const key = { component, requested, ...(shape && { shape, surface: digestOf(surface) }) };
  if (!rules.passed?.has(key)) {
    const inspection = verifyCode(parts.component, manifest, rules);
    if (shape === "wit" && inspection) verifyDerived(surface, inspection);
    rules.passed?.add(key);
  }
  return {
    package: digestOfBytes(bytes),
    manifest,
    surface,
    component: parts.component,
    componentBytes: parts.component.length,
    digests: {
      component,
      surface: digestOf(surface),
      manifest: digestOf(manifest),
    },
    requested: digestOf(manifest.capabilities),
  };
}

/** Checks that the tools of a component that says by its types what they are, are those. Throws `ERR_SURFACE_NOT_OF_COMPONENT`. */
function verifyDerived(surface: ToolSurface, inspection: ComponentInspection): void {
  if (digestOf(deriveSurface(inspection)) === digestOf(surface)) return;
  const message = "The package's tools.json has other tool definitions than the component's types.";
  throw new PinError("ERR_SURFACE_NOT_OF_COMPONENT", message);
}

/** Checks every signature over an opened plugin. Nobody vouches for it when development lets it run unsigned. */
export function verifyVouched(
  opened: OpenedPlugin,
  bundles: readonly SignatureFile[],
  unsigned: boolean,
  rules: VerifyRules,
): readonly Vouched[] {
  if (unsigned && bundles.length === 0) return [];
  const { name, version } = opened.manifest;
  return verifySigners(bundles, { name, version, digests: opened.digests }, rules.trust);
}

/**
 * Checks all of a signature that can be checked before the component was asked for its tools, so that nobody's code is run
 * to learn that nobody vouches for it. The tool surface is left to `verifyVouched`.
 */
export function verifyParts(parts: SourceParts, unsigned: boolean, rules: VerifyRules): void {
  if (unsigned && parts.bundles.length === 0) return;
  const manifest = parseManifest(parts.manifest, "plugin.json", rules.capabilities);
  const { name, version } = manifest;
  const digests = {
    component: digestOfBytes(parts.component),
    surface: "sha256:",
    manifest: digestOf(manifest),
  } as const;
  const reasons = collectReasons([
    () => verifySigners(parts.bundles, { name, version, digests }, rules.trust),
  ]);
  throwReasons(reasons.filter(({ code }) => code !== "ERR_SIGNATURE_OTHER_SURFACE"));
}

/**
 * The verification of an installed plugin, from its bytes: what it is must be what was approved, somebody who is trusted
 * for it must have signed it, and that must be who was approved. Throws every reason at once.
 */
export function verifyInstalled(
  bytes: PluginBytes,
  expected: Expectation,
  rules: VerifyRules,
): VerifiedPlugin {
  const opened = openApproved(bytes.package, expected, rules);
  let signers: readonly Signer[] = [];
  const reasons = collectReasons([
    () => verifyPins(opened, expected),
    () => {
      const vouched = verifyVouched(opened, bytes.bundles, expected.unsigned, rules);
      signers = vouched.map(({ signer }) => signer);
      verifySignersApproved(signers, expected);
    },
  ]);
  throwReasons(reasons);
  // The component's bytes are let go: they are read again, and compared again, when the plugin is first called.
  const { component: _, ...kept } = opened;
  return { ...kept, alias: expected.alias, locked: expected.locked, signers };
}

/** Opens the very bytes that were approved. Throws `ERR_PACKAGE_CHANGED` for others. */
export function openPinned(
  bytes: Uint8Array,
  { alias, locked }: Pick<Expectation, "alias" | "locked">,
  rules: VerifyRules,
): OpenedPlugin {
  assertSame("ERR_PACKAGE_CHANGED", alias, locked.package, digestOfBytes(bytes));
  return openPackage(bytes, rules);
}

/** The component of a plugin that was verified before, from its bytes as they are now. Throws `ERR_PACKAGE_CHANGED`. */
export function reopenComponent(
  bytes: PluginBytes,
  { alias, locked }: Pick<VerifiedPlugin, "alias" | "locked">,
): Uint8Array {
  assertSame("ERR_PACKAGE_CHANGED", alias, locked.package, digestOfBytes(bytes.package));
  return readPackage(bytes.package).component;
}

/**
 * Checks that a source which is still there holds what was approved, so that nobody goes on trusting a file that changed.
 * Unpacked parts have no tool surface, and their signature is that of the
 * package; but the same component has the same ones.
 */
export function verifySource(source: Source, expected: Expectation, rules: VerifyRules): void {
  if (source.kind === "package") {
    verifyInstalled(source, expected, rules);
    return;
  }
  const { alias, locked } = expected;
  if (source.kind === "bare") {
    // Its manifest followed from these bytes, and from what the operator said when it was approved.
    const { component } = locked.digests;
    assertSame("ERR_COMPONENT_CHANGED", alias, component, digestOfBytes(source.component));
    return;
  }
  const manifest = parseManifest(source.manifest, "plugin.json", rules.capabilities);
  const component = digestOfBytes(source.component);
  const reasons = collectReasons([
    () => assertSame("ERR_COMPONENT_CHANGED", alias, locked.digests.component, component),
    () =>
      assertSame(
        "ERR_CAPABILITIES_CHANGED",
        alias,
        locked.requested,
        digestOf(manifest.capabilities),
      ),
    () => assertSame("ERR_MANIFEST_CHANGED", alias, locked.digests.manifest, digestOf(manifest)),
  ]);
  throwReasons(reasons);
}

/** Checks that the configuration grants what was approved, no more and no less. Throws `ERR_GRANTS_CHANGED`, and says what differs. */
export function verifyGrants(
  alias: string,
  locked: LockedPlugin,
  grants: LockedPlugin["grants"],
  describe: DescribeGrant,
): void {
  const changes = diffGrants(locked.grants, grants, describe);
  if (changes.length === 0) return;
  const message = `Plugin \`${alias}\` has other grants than were approved: ${changes.join("; ")}.`;
  throw pinError("ERR_GRANTS_CHANGED", alias, message);
}

/** Opens bytes that may have been changed: what cannot be opened any more is refused as changed, with the cause kept. */
function openApproved(
  bytes: Uint8Array,
  { alias, locked }: Expectation,
  rules: VerifyRules,
): OpenedPlugin {
  try {
    return openPackage(bytes, rules);
  } catch (cause) {
    if (digestOfBytes(bytes) === locked.package) throw cause;
    const words = cause instanceof Error ? cause.message : "it cannot be read";
    const message = `The package of \`${alias}\` was changed, and cannot be opened any more: ${words}.`;
    throw pinError("ERR_PACKAGE_CHANGED", alias, message, { cause });
  }
}

/** Every part that is not the approved one. The package as a whole is named only when no part of it is: then its licence or README is. */
function verifyPins(opened: OpenedPlugin, { alias, locked }: Expectation): void {
  const { manifest, digests } = opened;
  const parts = collectReasons([
    () => assertSame("ERR_COMPONENT_CHANGED", alias, locked.digests.component, digests.component),
    () => assertSame("ERR_SURFACE_CHANGED", alias, locked.digests.surface, digests.surface),
    () => assertSame("ERR_CAPABILITIES_CHANGED", alias, locked.requested, opened.requested),
    () => assertSame("ERR_MANIFEST_CHANGED", alias, locked.digests.manifest, digests.manifest),
  ]);
  throwReasons(parts);
  const name = `${manifest.name} ${manifest.version}`;
  assertSame("ERR_MANIFEST_CHANGED", alias, `${locked.name} ${locked.version}`, name);
  assertSame("ERR_PACKAGE_CHANGED", alias, locked.package, opened.package);
}

/** Everyone who was approved must still vouch for it. Somebody more takes nothing away, but where nobody did it is a change. */
function verifySignersApproved(signers: readonly Signer[], { alias, locked }: Expectation): void {
  const actual = signers.map(signerId);
  const missing = locked.signers.filter((signer) => !actual.includes(signerId(signer)));
  if (locked.signers.length > 0 && missing.length === 0) return;
  const [approved, found] = [missing, signers].map(
    (some) => some.map((signer) => short(signerId(signer))).join(", ") || "nobody",
  );
  assertSame("ERR_SIGNER_CHANGED", alias, approved ?? "", found ?? "");
}

const WHAT = {
  ERR_COMPONENT_CHANGED: "component",
  ERR_SURFACE_CHANGED: "set of tool definitions",
  ERR_CAPABILITIES_CHANGED: "set of requested capabilities",
  ERR_MANIFEST_CHANGED: "manifest",
  ERR_PACKAGE_CHANGED: "package",
  ERR_SIGNER_CHANGED: "signer",
} as const satisfies Partial<Record<PinErrorCode, string>>;

function assertSame(
  code: keyof typeof WHAT,
  alias: string,
  approved: string,
  actual: string,
): void {
  if (approved === actual) return;
  const message = `Plugin \`${alias}\` has another ${WHAT[code]} than was approved: ${short(actual)}, approved was ${short(approved)}.`;
  throw pinError(code, alias, message);
}

function short(text: string): string {
  return text.startsWith("sha256:") ? `${text.slice(0, 19)}…` : text;
}
