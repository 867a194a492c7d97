import { RegistryError } from "./errors.ts";
import type { Descriptor, ImageIndex, ImageManifest } from "./manifest.ts";
import {
  MANIFEST_TYPES,
  PLUGIN_ARTIFACT,
  PLUGIN_LAYER,
  POLICY_LAYERS,
  TAR_GZIP_LAYERS,
  TAR_LAYERS,
  WASM_LAYERS,
} from "./media-types.ts";

/** Where in an artifact the plugin is. */
export type Layout =
  /** Our package, as `glovebox publish` pushes it. */
  | { readonly kind: "package"; readonly layer: Descriptor }
  /** A component or module as a layer: CNCF's layout, and Wassette's with a policy beside it. */
  | { readonly kind: "wasm"; readonly layer: Descriptor; readonly policy: Descriptor | undefined }
  /** An ordinary image with `/plugin.wasm` in one of its layers, as hyper-mcp's are. */
  | { readonly kind: "image"; readonly layers: readonly Descriptor[] };

/**
 * Decides what an artifact is, by the media types of its layers. What could be read in two ways is none: readers differ on
 * whether the first or the last of two layers counts. Throws `ERR_REGISTRY_ARTIFACT`.
 */
export function decideLayout({ artifactType, layers }: ImageManifest): Layout {
  const [first, ...further] = layers;
  if (first === undefined) throw none("it has no layer");
  const packages = layers.filter(({ mediaType }) => mediaType === PLUGIN_LAYER);
  if (packages.length > 0 || artifactType === PLUGIN_ARTIFACT) {
    if (first.mediaType !== PLUGIN_LAYER || further.length > 0)
      throw none("a package of ours is one layer, and there is another");
    return { kind: "package", layer: first };
  }
  const [wasm, secondWasm] = layers.filter(({ mediaType }) => WASM_LAYERS.has(mediaType));
  if (secondWasm !== undefined) throw none("it has two layers of WebAssembly");
  if (wasm !== undefined) {
    const [policy, secondPolicy] = layers.filter(({ mediaType }) => POLICY_LAYERS.has(mediaType));
    if (secondPolicy !== undefined) throw none("it has two policies");
    return { kind: "wasm", layer: wasm, policy };
  }
  const strange = layers.find(
    ({ mediaType }) => !TAR_LAYERS.has(mediaType) && !TAR_GZIP_LAYERS.has(mediaType),
  );
  if (strange !== undefined) throw none(`it has a layer of type ${strange.mediaType}`);
  return { kind: "image", layers };
}

/**
 * Decides which manifest of an index is meant: the only one, else the only one for `wasm`, else that for `linux/amd64`, as
 * hyper-mcp has it. Build tools put attestations beside, for no platform: they are not counted.
 * Throws `ERR_REGISTRY_ARTIFACT`.
 */
export function decideManifest({ manifests }: ImageIndex): Descriptor {
  const images = manifests.filter(
    ({ mediaType, platform }) => MANIFEST_TYPES.has(mediaType) && platform !== "unknown/unknown",
  );
  const candidates = [
    images,
    images.filter(({ platform }) => platform?.endsWith("/wasm")),
    images.filter(({ platform }) => platform === "linux/amd64"),
  ];
  for (const found of candidates) {
    const [only] = found;
    if (only !== undefined && found.every(({ digest }) => digest === only.digest)) return only;
  }
  throw none(`its index leads to ${images.length} artifacts, and none stands out`);
}

function none(why: string): RegistryError {
  return new RegistryError("ERR_REGISTRY_ARTIFACT", `The artifact is no plugin: ${why}.`);
}
