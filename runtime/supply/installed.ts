import type {
  Digest,
  LockedPlugin,
  Manifest,
  Offers,
  PluginDigests,
  Signer,
  ToolSurface,
} from "../plugin/formats.ts";

/** A signature that came with a package. Anyone may have made it. */
export interface SignatureFile {
  /** Where it was read, for messages: a path, or the digest of a referrer. */
  readonly file: string;
  readonly format: "sigstore" | "minisign";
  readonly bytes: Uint8Array;
  /** The operator made it, and keeps it in lockfile and store: nobody expects it beside the source. */
  readonly endorsed?: true;
}

/** A signature that holds, by someone who is trusted for this plugin. */
export interface Vouched {
  readonly signer: Signer;
  readonly bundle: SignatureFile;
  /** What the same identity attested of the build. */
  readonly attestation?: SignatureFile;
}

/** The bytes of one plugin as they came from a source or from the store. Nothing in them is trusted yet. */
export interface PluginBytes {
  /** Where the package was read, for messages. */
  readonly file: string;
  /** The package, `.tgz`. */
  readonly package: Uint8Array;
  /** Every signature that came with it. More than `SIGNERS_MAX` are refused. */
  readonly bundles: readonly SignatureFile[];
}

/** A plugin whose bytes were parsed and whose digests were computed from them. Nobody vouched for it yet. */
export interface OpenedPlugin {
  readonly package: Digest;
  readonly manifest: Manifest;
  readonly surface: ToolSurface;
  readonly offers: Offers;
  readonly component: Uint8Array;
  readonly componentBytes: number;
  readonly digests: PluginDigests;
  /** Digest of the capability requests, as parsed. */
  readonly requested: Digest;
}

/** A plugin that passed every check against the lockfile, the signature and the trust entries. */
export interface VerifiedPlugin extends Omit<OpenedPlugin, "component"> {
  readonly alias: string;
  readonly locked: LockedPlugin;
  readonly signers: readonly Signer[];
}

/** What was approved of a plugin, and how strict the operator is about it now. */
export interface Expectation {
  readonly alias: string;
  readonly locked: LockedPlugin;
  /** Development only: no signature is asked for. */
  readonly unsigned: boolean;
  /** The approved tool definitions, where they are at hand: then a refusal says which of them differ. */
  readonly surface?: ToolSurface;
}
