import type { JsonValue } from "@glovebox/host-api/json";
import { collectReasons, throwReasons, type GloveboxError } from "../errors.ts";
import { canonicalText, digestOf, digestOfBytes } from "../plugin/canonical.ts";
import type { ComponentInspection } from "../plugin/component/inspect.ts";
import type { ComponentRules } from "../plugin/component/verify-component.ts";
import type { LockedPlugin, Manifest, Signer, ToolSurface } from "../plugin/formats.ts";
import { describeChangedTools } from "../plugin/changed-tools.ts";
import { diffGrants, type DescribeGrant } from "../plugin/grants.ts";
import { parseManifest, verifyToolsDeclared, type GrantParsers } from "../plugin/manifest.ts";
import { signerId } from "../plugin/signer.ts";
import { digestSurface, readOffers } from "../plugin/offers.ts";
import { parseSurface } from "../plugin/surface.ts";
import { verifyCode } from "../plugin/verify-code.ts";
import { deriveSurface } from "../plugin/wit/derive-tools.ts";
import type {
  Expectation,
  OpenedPlugin,
  PluginBytes,
  SignatureFile,
  VerifiedPlugin,
} from "./installed.ts";
import { readPackage } from "./package.ts";
import type { PassedComponents } from "./passed-components.ts";
import { PinError, pinError, type PinErrorCode } from "./pin-errors.ts";
import type { Source, SourceParts } from "./read-source.ts";
import { revocationOf, verifyNotRevoked, type Trust } from "./signatures/trust.ts";
import { verifySigners, type Verdict } from "./signatures/verify.ts";

/** What verification needs beside the bytes. */
export interface VerifyRules extends ComponentRules {
  readonly capabilities: GrantParsers;
  readonly trust: Trust;
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
  const offers = readOffers(parts.offers);
  verifyToolsDeclared(manifest, surface);
  const component = digestOfBytes(parts.component);
  const digests = {
    component,
    surface: digestSurface(surface, offers),
    manifest: digestOf(manifest),
  };
  const packed = digestOfBytes(bytes);
  verifyNotRevoked({ ...digests, package: packed }, rules.trust.revoked);
  const requested = Object.keys(manifest.capabilities);
  const key = { component, requested, ...(shape && { shape, surface: digests.surface }) };
  if (!rules.passed?.has(key)) {
    const inspection = verifyCode(parts.component, manifest, rules);
    if (shape === "wit" && inspection) verifyDerived(surface, inspection);
    rules.passed?.add(key);
  }
  return {
    package: packed,
    manifest,
    surface,
    offers,
    component: parts.component,
    componentBytes: parts.component.length,
    digests,
    requested: digestOf(manifest.capabilities),
  };
}

/**
 * Checks that the tools of a component that says by its types what they are have those names and types: calls are made by
 * them. Their descriptions are compared when they are approved, and pinned: how those are written where the author wrote
 * none may change with a release of this program. Throws `ERR_SURFACE_NOT_OF_COMPONENT`.
 */
function verifyDerived(surface: ToolSurface, inspection: ComponentInspection): void {
  if (digestOf(typesOf(deriveSurface(inspection))) === digestOf(typesOf(surface))) return;
  const message = "The package's tools.json has other tools than the component's types.";
  throw new PinError("ERR_SURFACE_NOT_OF_COMPONENT", message);
}

function typesOf(surface: ToolSurface): JsonValue {
  return surface.map(({ name, inputSchema, outputSchema = null }) => [
    name,
    inputSchema,
    outputSchema,
  ]);
}

/** Checks every signature over an opened plugin. Nobody vouches for it when development lets it run unsigned. */
export function verifyVouched(
  opened: OpenedPlugin,
  { package: packed, bundles }: Pick<PluginBytes, "package" | "bundles">,
  unsigned: boolean,
  rules: VerifyRules,
): Verdict {
  if (unsigned && bundles.length === 0) return { vouched: [], judged: [] };
  const { name, version } = opened.manifest;
  const actual = { name, version, digests: opened.digests, package: packed };
  return verifySigners(bundles, actual, rules.trust);
}

/**
 * Checks all of a signature that can be checked before the component was asked for its tools, so that nobody's code is run
 * to learn that nobody vouches for it. The tool surface is left to `verifyVouched`.
 */
export function verifyParts(parts: SourceParts, unsigned: boolean, rules: VerifyRules): void {
  const manifest = parseManifestOf(parts, rules);
  const { name, version } = manifest;
  const digests = {
    component: digestOfBytes(parts.component),
    surface: "sha256:",
    manifest: digestOf(manifest),
  } as const;
  const { component, manifest: described } = digests;
  verifyNotRevoked({ component, manifest: described }, rules.trust.revoked);
  if (unsigned && parts.bundles.length === 0) return;
  const reasons = collectReasons([
    () => verifySigners(parts.bundles, { name, version, digests }, rules.trust),
  ]);
  throwReasons(reasons.filter(({ code }) => code !== "ERR_SIGNATURE_OTHER_SURFACE"));
}

/** The manifest of what is not packed yet, with its own file in what is wrong with it. */
export function parseManifestOf(
  { manifest, manifestFile = "plugin.json" }: SourceParts,
  { capabilities }: Pick<VerifyRules, "capabilities">,
): Manifest {
  return parseManifest(manifest, manifestFile, capabilities);
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
      const verdict = verifyVouched(opened, bytes, expected.unsigned, rules);
      signers = verdict.vouched.map(({ signer }) => signer);
      verifySignersApproved(verdict, expected);
    },
    () => {
      const { signers: approved, origin } = expected.locked;
      if (origin?.manifest)
        verifyNotRevoked({ "registry's manifest": origin.manifest }, rules.trust.revoked);
      for (const signer of approved) {
        const revoked = revocationOf(signer, rules.trust.revoked);
        if (revoked) throw revoked;
      }
    },
  ]);
  throwReasons(distinct(reasons));
  // The component's bytes are let go: they are read again, and compared again, when the plugin is first called.
  const { component: _, ...kept } = opened;
  return { ...kept, alias: expected.alias, locked: expected.locked, signers };
}

/** The first of those in the same words: whose key was revoked is known from the signature and from the lockfile. */
function distinct(reasons: readonly GloveboxError[]): readonly GloveboxError[] {
  return reasons.filter(
    ({ code, message }, index) =>
      reasons.findIndex((one) => one.code === code && one.message === message) === index,
  );
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
export function verifySource(
  source: Source,
  expected: Expectation,
  rules: VerifyRules,
  endorsements: readonly SignatureFile[] = [],
): void {
  if (source.kind === "package") {
    // What the operator signed is kept by him alone: the source is somebody else's.
    const bundles = [...source.bundles, ...endorsements];
    verifyInstalled({ ...source, bundles }, expected, rules);
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
function verifyPins(opened: OpenedPlugin, { alias, locked, surface }: Expectation): void {
  const { manifest, digests } = opened;
  const tools = surface && describeChangedTools(surface, opened.surface);
  const parts = collectReasons([
    () => assertSame("ERR_COMPONENT_CHANGED", alias, locked.digests.component, digests.component),
    () => assertSame("ERR_SURFACE_CHANGED", alias, locked.digests.surface, digests.surface, tools),
    () => assertSame("ERR_CAPABILITIES_CHANGED", alias, locked.requested, opened.requested),
    () => assertSame("ERR_MANIFEST_CHANGED", alias, locked.digests.manifest, digests.manifest),
  ]);
  throwReasons(parts);
  const name = `${manifest.name} ${manifest.version}`;
  assertSame("ERR_MANIFEST_CHANGED", alias, `${locked.name} ${locked.version}`, name);
  assertSame("ERR_PACKAGE_CHANGED", alias, locked.package, opened.package);
}

/**
 * The signature of everyone who was approved must still be there, though it need not count any more: keys are rotated
 * by letting the old one end. Somebody more takes nothing away, but where nobody had signed it is a change.
 */
function verifySignersApproved({ vouched, judged }: Verdict, { alias, locked }: Expectation): void {
  const there = [
    ...vouched.map(({ signer }) => signer),
    ...judged.flatMap(({ signer, refusal }) => (signer && refusal ? [signer] : [])),
  ];
  const missing = locked.signers.filter((signer) => !there.some((one) => isSame(signer, one)));
  if (missing.length === 0 && (locked.signers.length > 0 || there.length === 0)) return;
  const [approved, found] = [missing, there].map(
    (some) => some.map((signer) => short(signerId(signer))).join(", ") || "nobody",
  );
  const message = `Plugin \`${alias}\` has another signer than was approved: signed by ${found}, and approved was ${approved}.`;
  throw pinError("ERR_SIGNER_CHANGED", alias, message);
}

/** The same signer, who says the same of the build. */
function isSame(approved: Signer, actual: Signer): boolean {
  const [one, other] = [approved, actual].map((signer) =>
    signer.kind === "identity" ? canonicalText(signer.provenance ?? null) : "",
  );
  return signerId(approved) === signerId(actual) && one === other;
}

const WHAT = {
  ERR_COMPONENT_CHANGED: "component",
  ERR_SURFACE_CHANGED: "set of tool definitions",
  ERR_CAPABILITIES_CHANGED: "set of requested capabilities",
  ERR_MANIFEST_CHANGED: "manifest",
  ERR_PACKAGE_CHANGED: "package",
} as const satisfies Partial<Record<PinErrorCode, string>>;

function assertSame(
  code: keyof typeof WHAT,
  alias: string,
  approved: string,
  actual: string,
  details?: string,
): void {
  if (approved === actual) return;
  const message = `Plugin \`${alias}\` has another ${WHAT[code]} than was approved: ${short(actual)}, approved was ${short(approved)}${details ? `; ${details}` : ""}.`;
  throw pinError(code, alias, message);
}

function short(text: string): string {
  return text.startsWith("sha256:") ? `${text.slice(0, 19)}…` : text;
}
