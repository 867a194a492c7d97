import type { JsonValue } from "@glovebox/host-api/json";
import { digestOfBytes, isDigest } from "../../../plugin/canonical.ts";
import type { Cursor } from "../../../plugin/cursor.ts";
import { readDocument } from "../../../plugin/document.ts";
import type { Digest } from "../../../plugin/formats.ts";
import type { JsonLimits } from "../../../plugin/json.ts";
import { quoteText } from "../../../plugin/text.ts";
import { LAYERS_MAX, MANIFEST_BYTES_MAX, REFERRERS_MAX } from "../limits.ts";
import { RegistryError, type RegistryErrorCode } from "./errors.ts";
import { INDEX_TYPES, MANIFEST_TYPES } from "./media-types.ts";

/** A reference to bytes by their digest. Its size is whoever's word who wrote the manifest. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly artifactType?: string;
  /** `linux/amd64`, where an index says it. */
  readonly platform?: string;
}

/** A manifest of the OCI image specification 1.1, or Docker's version 2, as far as it is used here. */
export type Manifest = ImageManifest | ImageIndex;

export interface ImageManifest {
  readonly kind: "image";
  readonly artifactType: string | undefined;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject: Descriptor | undefined;
}

export interface ImageIndex {
  readonly kind: "index";
  readonly manifests: readonly Descriptor[];
}

/** A manifest's bytes and what they are. */
export interface FetchedManifest {
  /** Of the bytes. */
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly manifest: Manifest;
}

const LIMITS: JsonLimits = { bytesMax: MANIFEST_BYTES_MAX, depthMax: 16, nodesMax: 50_000 };
const MEDIA_TYPE = {
  lengthMin: 3,
  lengthMax: 255,
  pattern: /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$/,
  shape: "a media type",
};
const PLATFORM_WORD = { lengthMax: 100 };

/**
 * Reads a manifest that a registry served. Everything in it is hostile: sizes, counts, media types.
 * What is an image to one reader and an index to another (CVE-2021-41190) is refused: the header, the document's own
 * `mediaType` and its members must say the same. Throws `ERR_REGISTRY_MANIFEST`.
 */
export function parseManifest(bytes: Uint8Array, contentType: string | undefined): FetchedManifest {
  const said = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  return readRegistryJson(bytes, "ERR_REGISTRY_MANIFEST", (root) => {
    if (root.member("schemaVersion").value !== 2) throw malformed("its schemaVersion is not 2");
    const own = root.member("mediaType").value;
    const [mediaType] = [said, own].filter((type) => typeof type === "string" && isKnown(type));
    if (typeof mediaType !== "string")
      throw malformed("its media type is neither that of a manifest nor of an index");
    if (own !== undefined && own !== mediaType)
      throw malformed("its header and its mediaType differ");
    const isIndex = INDEX_TYPES.has(mediaType);
    const strange = isIndex ? ["config", "layers", "fsLayers"] : ["manifests", "fsLayers"];
    if (strange.some((key) => root.member(key).value !== undefined))
      throw malformed("it is both an image and an index");
    const manifest = isIndex ? readIndex(root) : readImage(root);
    return { digest: digestOfBytes(bytes), bytes, mediaType, manifest };
  });
}

/** Reads JSON of a registry's. Whatever is wrong with it has `code`. */
export function readRegistryJson<Result>(
  bytes: Uint8Array,
  code: RegistryErrorCode,
  read: (root: Cursor) => Result,
): Result {
  const invalid = (message: string): RegistryError =>
    new RegistryError(code, `What the registry answers is malformed: ${message}.`);
  return readDocument(bytes, { limits: LIMITS, invalid, hidden: invalid }, read);
}

function readIndex(root: Cursor): ImageIndex {
  return {
    kind: "index",
    manifests: root.member("manifests").items(0, REFERRERS_MAX).map(readDescriptor),
  };
}

function readImage(root: Cursor): ImageManifest {
  const artifactType = root.member("artifactType");
  const subject = root.member("subject");
  return {
    kind: "image",
    artifactType: artifactType.isAbsent() ? undefined : artifactType.string(MEDIA_TYPE),
    config: readDescriptor(root.member("config")),
    layers: root.member("layers").items(0, LAYERS_MAX).map(readDescriptor),
    subject: subject.isAbsent() ? undefined : readDescriptor(subject),
  };
}

function readDescriptor(member: Cursor): Descriptor {
  member.require(["mediaType", "digest", "size"]);
  const artifactType = member.member("artifactType");
  const platform = member.member("platform");
  return {
    mediaType: member.member("mediaType").string(MEDIA_TYPE),
    digest: readDigest(member.member("digest")),
    sizeBytes: readSize(member.member("size")),
    ...(artifactType.isAbsent() ? {} : { artifactType: artifactType.string(MEDIA_TYPE) }),
    ...(platform.isAbsent() ? {} : { platform: readPlatform(platform) }),
  };
}

function readPlatform(member: Cursor): string {
  return ["os", "architecture"].map((key) => member.member(key).string(PLATFORM_WORD)).join("/");
}

function readDigest(member: Cursor): Digest {
  const { value } = member;
  if (isDigest(value)) return value;
  member.problem(`${describe(value)} is not a SHA-256 digest`);
  return "sha256:";
}

function readSize(member: Cursor): number {
  const { value } = member;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  member.problem("a size is not a whole number");
  return 0;
}

function describe(value: JsonValue | undefined): string {
  return typeof value === "string" ? quoteText(value) : typeof value;
}

function isKnown(type: string): boolean {
  return MANIFEST_TYPES.has(type) || INDEX_TYPES.has(type);
}

function malformed(why: string): RegistryError {
  return new RegistryError("ERR_REGISTRY_MANIFEST", `The registry's manifest is refused: ${why}.`);
}
