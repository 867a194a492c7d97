import type { Digest } from "./formats.ts";

/** Whose signatures count, and for which plugins: one entry of `trust` in the configuration. */
export type TrustEntry = KeyTrust | IdentityTrust | MinisignTrust;

// debt("GB-003"): who signed says nothing of what a plugin is for.
interface TrustRules {
  readonly name: string;
  /** Globs over the plugin's name; `*` stands for any characters. */
  readonly plugins: readonly string[];
  /** The first and the last day on which its signatures count, UTC. */
  readonly from?: string;
  readonly until?: string;
  /**
   * Names of entries that must have signed as well.
   * Whoever is named so counts for nothing alone where the entry that names him counts.
   */
  readonly cosigners?: readonly string[];
}

export interface KeyTrust extends TrustRules {
  readonly kind: "key";
  /** Base64 of SPKI bytes (RFC 5280): Ed25519 or ECDSA P-256. */
  readonly publicKey: string;
}

/** Compared letter by letter with what stands in the certificate. Nothing in it is a pattern. */
export interface IdentityTrust extends TrustRules {
  readonly kind: "identity";
  readonly issuer: string;
  readonly subject: string;
  /** What built it, which an attestation by the same identity must say. */
  readonly provenance?: ProvenanceRule;
}

export interface MinisignTrust extends TrustRules {
  readonly kind: "minisign";
  /** The second line of a minisign `.pub` file. */
  readonly publicKey: string;
}

export interface ProvenanceRule {
  /** `https://github.com/acme/time` */
  readonly repository: string;
  /** `.github/workflows/release.yml` */
  readonly workflow: string;
}

/** What the operator will have nothing to do with any more, whatever else is trusted or pinned. */
export interface Revocations {
  readonly keys: readonly (Revocation & { readonly key: Digest })[];
  readonly identities: readonly (Revocation & {
    readonly issuer: string;
    readonly subject: string;
  })[];
  /** Of a component, a manifest, a package, or a registry's manifest. */
  readonly digests: readonly (Revocation & { readonly digest: Digest })[];
}

export interface Revocation {
  readonly reason: string;
  /** When it was revoked, for people: it holds for whatever was signed before, too. */
  readonly date: string;
}

export const NOTHING_REVOKED: Revocations = { keys: [], identities: [], digests: [] };
