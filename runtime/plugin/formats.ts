import type { CapabilityName } from "@glovebox/host-api/capability";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import type { Shape } from "./shape.ts";

/** `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`;

/** What the author asks for, per capability: the grant that would do, and why. `want` is as `parseGrant` reads it; null where a derived manifest cannot say. */
export interface CapabilityRequest {
  readonly want: JsonValue;
  readonly reason: string;
}

/** `plugin.json`: the author's words. Parsed strictly; never trusted beyond its signature. */
export interface Manifest {
  readonly manifest_version: 1;
  /** How the tools are told and called. `plugin` when it is left out. */
  readonly shape?: Shape;
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly title?: string;
  readonly description: string;
  readonly homepage?: string;
  /** Names of all tools; must equal what the component lists. */
  readonly tools: readonly string[];
  readonly capabilities: Readonly<Partial<Record<CapabilityName, CapabilityRequest>>>;
}

/** One tool as the model reads it. */
export interface ToolDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: ToolAnnotations;
}

export interface ToolAnnotations {
  readonly title?: string;
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** All tools of a plugin, sorted by name. Its RFC 8785 digest is what the signature and the lockfile pin. */
export type ToolSurface = readonly ToolDefinition[];

/** A resource as clients list it. The address is the plugin's own: two plugins with one address do not start together. */
export interface ResourceDefinition {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
}

/** Resources by a pattern of addresses. */
export interface TemplateDefinition extends Omit<ResourceDefinition, "uri"> {
  readonly uriTemplate: string;
}

export interface PromptDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments?: readonly PromptArgument[];
}

export interface PromptArgument {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly required?: boolean;
}

/**
 * What a plugin offers beside its tools, each list sorted. A model reads it as it reads tools, so it is part of the surface:
 * shown, scanned and pinned with them. A plugin that offers nothing has the digest of its tools alone.
 */
export interface Offers {
  readonly resources: readonly ResourceDefinition[];
  readonly templates: readonly TemplateDefinition[];
  readonly prompts: readonly PromptDefinition[];
  /** Whether it suggests values for the arguments of prompts and the variables of templates. */
  readonly completes: boolean;
}

export const NO_OFFERS: Offers = { resources: [], templates: [], prompts: [], completes: false };

/** The digests that a signature binds together. */
export interface PluginDigests {
  readonly component: Digest;
  readonly surface: Digest;
  readonly manifest: Digest;
}

/** Who vouched for a plugin, after verification. `trust` is the name of the trust entry that admitted them. */
export type Signer = KeySigner | IdentitySigner | MinisignSigner;

export interface KeySigner {
  readonly kind: "key";
  /** Digest of the public key's SPKI bytes. */
  readonly key: Digest;
  readonly trust: string;
  /** The operator signed what somebody else made: the lockfile and the store have the signature, and not the source. */
  readonly endorsed?: true;
}

/** An identity that a Sigstore certificate was made out to: nobody holds a lasting key. */
export interface IdentitySigner {
  readonly kind: "identity";
  /** Who says that it is this subject: the address of an OpenID Connect issuer. */
  readonly issuer: string;
  /** An e-mail address, or the address of a workflow. */
  readonly subject: string;
  readonly trust: string;
  /** What built it, where the same identity attested that. */
  readonly provenance?: Provenance;
}

/** What an attestation says of a build: SLSA v1, as workflows on GitHub have it. */
export interface Provenance {
  /** `https://github.com/acme/time` */
  readonly repository: string;
  /** `.github/workflows/release.yml` */
  readonly workflow: string;
  /** The commit that was built, where it is said. */
  readonly revision?: string;
}

export interface MinisignSigner {
  readonly kind: "minisign";
  /** Digest of the public key as SPKI bytes: the same key has one name, whatever it signs with. */
  readonly key: Digest;
  readonly trust: string;
}

/** Plugins with more signatures are refused. */
export const SIGNERS_MAX = 8;

/** What a remote source resolved to when it was approved, beyond what is stored of it. */
export interface Origin {
  /** Digest of what a registry's tag named: an OCI manifest, or an index of them. */
  readonly manifest?: Digest;
}

/** A signature of the operator's own. It is verified as any other: that it stands here proves nothing. */
export interface Endorsement {
  /** Digest of the public key; one of the approved signers, which is marked as `endorsed`. */
  readonly key: Digest;
  /** Base64 of the Sigstore bundle. */
  readonly bundle: string;
}

/** One entry of `glovebox.lock.json`: what was approved. */
export interface LockedPlugin {
  readonly name: string;
  readonly version: string;
  /** The licence of a manifest that may have been derived: to derive it again takes the operator's word. The package proves it. */
  readonly license?: string;
  readonly source: string;
  readonly origin?: Origin;
  /** Digest of the stored package bytes (`.glovebox/store`). */
  readonly package: Digest;
  readonly digests: PluginDigests;
  /** Digest of the manifest's capability requests, as parsed. */
  readonly requested: Digest;
  /** The operator's grants, as parsed: widening them needs approval again, and whoever is refused is told what changed. */
  readonly grants: Readonly<Partial<Record<CapabilityName, JsonValue>>>;
  /** Everyone who vouched for it when it was approved, by identity; nobody where it runs unsigned. */
  readonly signers: readonly Signer[];
  /** What the operator signed, kept where version control keeps it: no source has it. */
  readonly endorsements?: readonly Endorsement[];
  /** Ids of the scanner's findings of high severity, in order, that the operator accepted by name for this release. */
  readonly accepted?: readonly string[];
  readonly approvedAt: string;
}

export interface Lockfile {
  readonly lockfile_version: 1;
  /** What the digests were made with: a change is shown, and re-verified. */
  readonly engine: { readonly glovebox: string; readonly jco: string };
  readonly plugins: Readonly<Record<string, LockedPlugin>>;
  /** Digest of everything else in the file: finds hand edits and merge damage, not an attacker. */
  readonly integrity: Digest;
}
