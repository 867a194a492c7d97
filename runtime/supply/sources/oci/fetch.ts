import type { Digest } from "../../../plugin/formats.ts";
import {
  COMPONENT_BYTES_MAX,
  PACKAGE_BYTES_MAX,
  type Source,
  type SourceBare,
} from "../../read-source.ts";
import { SourceError } from "../errors.ts";
import { isWasm } from "../https.ts";
import { IMAGE_BYTES_MAX, POLICY_BYTES_MAX } from "../limits.ts";
import type { RemoteSetting } from "../remote.ts";
import type { OciSource } from "../source-text.ts";
import { RegistryError } from "./errors.ts";
import { findInLayer } from "./image-layer.ts";
import { decideLayout, decideManifest, type Layout } from "./layout.ts";
import type { Descriptor, FetchedManifest, ImageManifest } from "./manifest.ts";
import { TAR_GZIP_LAYERS } from "./media-types.ts";
import { fetchSignatures } from "./referrers.ts";
import { Registry } from "./registry.ts";

/**
 * Pulls an artifact: manifest → layout → layers → attached signatures. The tag is asked for once; everything behind it is
 * asked for by digest, and has it, so that a tag which moves meanwhile changes nothing.
 */
export async function fetchOci(source: OciSource, setting: RemoteSetting): Promise<Source> {
  const registry = new Registry(source, setting);
  const top = await fetchTop(registry, setting);
  const [image, digest] = await imageOf(registry, top);
  const found = await fetchLayers(registry, decideLayout(image));
  setting.onProgress("Looking for attached signatures");
  const bundles = [...(await fetchSignatures(registry, digest))];
  if (top.digest !== digest) bundles.push(...(await fetchSignatures(registry, top.digest)));
  return {
    ...found,
    file: source.text,
    bundles,
    origin: { manifest: top.digest },
  };
}

/** What a tag names now: the manifest alone is fetched. */
export async function resolveOci(
  source: OciSource,
  setting: RemoteSetting,
): Promise<{ of: "manifest"; digest: Digest }> {
  const { digest } = await fetchTop(new Registry(source, setting), setting);
  return { of: "manifest", digest };
}

async function fetchTop(
  registry: Registry,
  { onProgress }: RemoteSetting,
): Promise<FetchedManifest> {
  const { repository, tag, digest, registry: host } = registry.source;
  const reference = digest ?? tag ?? "";
  onProgress(`Asking ${host} for ${repository} ${reference}`);
  const top = await registry.manifest(reference);
  if (top) return top;
  throw new SourceError(
    "ERR_SOURCE_NOT_FOUND",
    `\`${host}\` has no \`${repository}\` ${reference}.`,
  );
}

async function imageOf(
  registry: Registry,
  top: FetchedManifest,
): Promise<readonly [image: ImageManifest, digest: Digest]> {
  if (top.manifest.kind === "image") return [top.manifest, top.digest];
  const { manifest, digest } = await registry.manifestOf(decideManifest(top.manifest));
  if (manifest.kind === "image") return [manifest, digest];
  throw new RegistryError("ERR_REGISTRY_ARTIFACT", "The artifact is an index within an index.");
}

type Found =
  | { kind: "package"; package: Uint8Array }
  | Pick<SourceBare, "kind" | "component" | "policy">;

async function fetchLayers(registry: Registry, layout: Layout): Promise<Found> {
  if (layout.kind === "package")
    return { kind: "package", package: await registry.blob(layout.layer, PACKAGE_BYTES_MAX) };
  const component =
    layout.kind === "wasm"
      ? await registry.blob(layout.layer, COMPONENT_BYTES_MAX)
      : await findInImage(registry, layout.layers);
  if (!isWasm(component))
    throw new SourceError("ERR_SOURCE_KIND", "What should be WebAssembly does not begin as such.");
  if (layout.kind !== "wasm" || layout.policy === undefined) return { kind: "bare", component };
  return { kind: "bare", component, policy: await registry.blob(layout.policy, POLICY_BYTES_MAX) };
}

/** The file in whichever layer has it. All are looked at: readers differ on which of two would count. */
async function findInImage(registry: Registry, layers: readonly Descriptor[]): Promise<Uint8Array> {
  const total = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total > IMAGE_BYTES_MAX)
    throw new SourceError(
      "ERR_SOURCE_TOO_LARGE",
      `The image has more than ${IMAGE_BYTES_MAX} bytes.`,
    );
  const found: Uint8Array[] = [];
  for (const layer of layers) {
    const bytes = await registry.blob(layer, IMAGE_BYTES_MAX);
    const file = findInLayer(bytes, TAR_GZIP_LAYERS.has(layer.mediaType), COMPONENT_BYTES_MAX);
    if (file !== undefined) found.push(Uint8Array.from(file));
  }
  const [component, second] = found;
  if (component !== undefined && second === undefined) return component;
  const why = component ? "more than one layer has" : "no layer has";
  throw new RegistryError(
    "ERR_REGISTRY_ARTIFACT",
    `The artifact is no plugin: ${why} /plugin.wasm.`,
  );
}
