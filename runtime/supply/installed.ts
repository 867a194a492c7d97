import type { JsonValue } from "@glovebox/host-api/json";
import type { Digest, LockedPlugin, Manifest, PluginDigests, Signer, ToolSurface } from "../plugin/formats.ts";

/** The bytes of one plugin as they came from a source or from the store. Nothing in them is trusted yet. */
export interface PluginBytes {
  /** The package, `.tgz`. */
  readonly package: Uint8Array;
  /** The Sigstore bundle beside it, when there is one. */
  readonly bundle: Uint8Array | undefined;
}

/** A plugin whose bytes were parsed and whose digests were computed from them. Nobody vouched for it yet. */
export interface OpenedPlugin {
  readonly package: Digest;
  readonly manifest: Manifest;
  readonly surface: ToolSurface;
  readonly component: Uint8Array;
  readonly digests: PluginDigests;
  /** Digest of the capability requests, as parsed. */
  readonly requested: Digest;
}

/** A plugin that passed every check against the lockfile, the signature and the trust entries. */
export interface VerifiedPlugin extends OpenedPlugin {
  readonly alias: string;
  readonly locked: LockedPlugin;
  readonly signer: Signer | null;
}

/** What the operator's words say of a plugin, as far as verification compares them. */
export interface Expectation {
  readonly alias: string;
  readonly locked: LockedPlugin | undefined;
  readonly grants: JsonValue;
  /** Development only: no signature is asked for. */
  readonly unsigned: boolean;
}
