/** Media types of the OCI image specification 1.1, of Docker, and of those who put WebAssembly into registries. */

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const MANIFEST_TYPES: ReadonlySet<string> = new Set([
  OCI_MANIFEST,
  "application/vnd.docker.distribution.manifest.v2+json",
]);
export const INDEX_TYPES: ReadonlySet<string> = new Set([
  OCI_INDEX,
  "application/vnd.docker.distribution.manifest.list.v2+json",
]);
export const ACCEPTED_MANIFESTS = [...MANIFEST_TYPES, ...INDEX_TYPES].join(", ");

/** "Guidance for an empty descriptor": two bytes that every artifact without a configuration shares. */
export const EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
export const EMPTY_BYTES: Uint8Array = new TextEncoder().encode("{}");

/** Our package: an artifact of one layer, the `.tgz` that `glovebox pack` wrote. */
export const PLUGIN_ARTIFACT = "application/vnd.glovebox.plugin.v1";
export const PLUGIN_LAYER = "application/vnd.glovebox.plugin.package.v1.tar+gzip";

/** A component or module as a layer of its own: CNCF's layout, Wassette's, and older tools'. */
export const WASM_LAYERS: ReadonlySet<string> = new Set([
  "application/wasm",
  "application/vnd.wasm.content.layer.v1+wasm",
  "application/vnd.wasm.component.v1",
  "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm",
]);
/** Wassette's policy beside a component. */
export const POLICY_LAYERS: ReadonlySet<string> = new Set([
  "application/vnd.wasm.policy.v1+yaml",
  "application/vnd.wassette.policy+yaml",
  "application/x-yaml",
  "text/yaml",
]);

/** Layers of an ordinary image, in which hyper-mcp keeps `/plugin.wasm`. */
export const TAR_LAYERS: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.layer.v1.tar",
  "application/vnd.docker.image.rootfs.diff.tar",
]);
export const TAR_GZIP_LAYERS: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.layer.v1.tar+gzip",
  "application/vnd.docker.image.rootfs.diff.tar.gzip",
]);

/** What `cosign` and `@sigstore/oci` attach a Sigstore bundle as. */
export const SIGSTORE_BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
export const MINISIGN_SIGNATURE = "application/vnd.glovebox.signature.minisign.v1";
