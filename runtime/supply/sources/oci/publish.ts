import { digestOfBytes } from "../../../plugin/canonical.ts";
import type { Digest, Manifest as PluginManifest } from "../../../plugin/formats.ts";
import type { SignatureFile } from "../../installed.ts";
import { isSameOrigin, parseLocation, type SourceResponse } from "../client.ts";
import { SourceError } from "../errors.ts";
import { refusedBy } from "../https.ts";
import { RegistryError } from "./errors.ts";
import { parseManifest, type Descriptor } from "./manifest.ts";
import {
  EMPTY_BYTES,
  EMPTY_TYPE,
  MINISIGN_SIGNATURE,
  OCI_INDEX,
  OCI_MANIFEST,
  PLUGIN_ARTIFACT,
  PLUGIN_LAYER,
  SIGSTORE_BUNDLE,
} from "./media-types.ts";
import { listReferrers, referrersTag } from "./referrers.ts";
import type { Registry } from "./registry.ts";

/** What is published: a package, whose it is, and its signatures. */
export interface Publication {
  readonly package: Uint8Array;
  readonly manifest: Pick<PluginManifest, "name" | "version" | "license">;
  readonly signatures: readonly SignatureFile[];
}

/** What a publication is in a registry. The same files always make the same bytes. */
export interface Artifact {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly blobs: readonly Blob[];
  readonly signatures: readonly Attachment[];
}

interface Blob {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** A signature as a manifest of its own, which refers to the artifact. */
interface Attachment {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  readonly blob: Blob;
}

const SIGNATURE_TYPES: Readonly<Record<SignatureFile["format"], string>> = {
  sigstore: SIGSTORE_BUNDLE,
  minisign: MINISIGN_SIGNATURE,
};
const EMPTY: Blob = blobOf(EMPTY_TYPE, EMPTY_BYTES);

/** Makes the artifact of a package: one layer, annotations from its manifest, and no time, so that its digest is its content's. */
export function makeArtifact({ package: bytes, manifest, signatures }: Publication): Artifact {
  const layer = blobOf(PLUGIN_LAYER, bytes);
  const { name, version, license } = manifest;
  const body = toBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: PLUGIN_ARTIFACT,
    config: toJson(EMPTY.descriptor),
    layers: [toJson(layer.descriptor)],
    annotations: {
      "org.opencontainers.image.title": name,
      "org.opencontainers.image.version": version,
      "org.opencontainers.image.licenses": license,
    },
  });
  const subject = blobOf(OCI_MANIFEST, body).descriptor;
  return {
    digest: subject.digest,
    bytes: body,
    blobs: [EMPTY, layer],
    signatures: signatures.map((signature) => attach(signature, subject)),
  };
}

/** What a publication changes in a registry, and what was there already. */
export interface Published {
  readonly digest: Digest;
  /** Of each signature's own manifest. */
  readonly signatures: readonly Digest[];
  readonly tag: "new" | "unchanged" | "moved";
}

export interface PublishSetting {
  /** Point the tag at this artifact although it names another. */
  readonly force: boolean;
  /** Look what would change, and change nothing. */
  readonly dryRun: boolean;
  readonly onProgress: (step: string) => void;
}

/**
 * Pushes an artifact: blobs, then its manifest by digest, then its signatures, and its tag last. Whoever pulls the tag
 * finds everything there, and what is interrupted has changed nothing that anyone asks for.
 * Throws `ERR_REGISTRY_TAG_TAKEN` before anything is pushed, when the tag names another artifact.
 */
export async function publishArtifact(
  registry: Registry,
  tag: string,
  artifact: Artifact,
  { force, dryRun, onProgress }: PublishSetting,
): Promise<Published> {
  const before = await registry.manifest(tag);
  const state =
    before === undefined ? "new" : before.digest === artifact.digest ? "unchanged" : "moved";
  if (state === "moved" && !force)
    throw new RegistryError(
      "ERR_REGISTRY_TAG_TAKEN",
      `The tag ${tag} names ${before?.digest}, and this is ${artifact.digest}.`,
    );
  const signatures = artifact.signatures.map(({ descriptor }) => descriptor.digest);
  const published: Published = { digest: artifact.digest, signatures, tag: state };
  if (dryRun) return published;
  for (const blob of artifact.blobs) await pushBlob(registry, blob, onProgress);
  onProgress("Pushing the manifest");
  await pushManifest(registry, artifact.digest, OCI_MANIFEST, artifact.bytes);
  await attachSignatures(registry, artifact, onProgress);
  if (state !== "unchanged") await pushManifest(registry, tag, OCI_MANIFEST, artifact.bytes);
  await assertServed(registry, tag, artifact.digest);
  return published;
}

async function attachSignatures(
  registry: Registry,
  { digest, signatures }: Artifact,
  onProgress: (step: string) => void,
): Promise<void> {
  if (signatures.length === 0) return;
  for (const { blob, descriptor, bytes } of signatures) {
    await pushBlob(registry, EMPTY, onProgress);
    await pushBlob(registry, blob, onProgress);
    onProgress("Pushing a signature");
    await pushManifest(registry, descriptor.digest, OCI_MANIFEST, bytes);
  }
  // A registry that lists referrers has listed these by now. For others, the tag of the subject is the list.
  const { byApi, manifests } = await listReferrers(registry, digest);
  const listed = new Set(manifests.map((listedOne) => listedOne.digest));
  const missing = signatures.filter(({ descriptor }) => !listed.has(descriptor.digest));
  if (missing.length === 0) return;
  if (byApi)
    throw new RegistryError(
      "ERR_REGISTRY_REFUSED",
      "The registry does not list the signatures that it took.",
    );
  const before = await registry.manifest(referrersTag(digest));
  const entries = before?.manifest.kind === "index" ? rawEntries(before.bytes) : [];
  const index = toBytes({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [...entries, ...missing.map(({ descriptor }) => toJson(descriptor))],
  });
  // What was read back must be what others will read.
  parseManifest(index, OCI_INDEX);
  await pushManifest(registry, referrersTag(digest), OCI_INDEX, index);
}

/** The entries as they are, with what other tools wrote into them. They were parsed before. */
function rawEntries(bytes: Uint8Array): readonly unknown[] {
  const { manifests } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { manifests: unknown[] };
  return manifests;
}

async function pushBlob(
  registry: Registry,
  { descriptor, bytes }: Blob,
  onProgress: (step: string) => void,
): Promise<void> {
  const { digest } = descriptor;
  const there = await registry.send({ method: "HEAD", path: `blobs/${digest}` });
  there.cancel();
  // Whatever else storage behind a redirect says of this question, sending it again does no harm.
  if (there.status === 200) return;
  onProgress(`Pushing ${(bytes.length / 1024 / 1024).toFixed(1)} MiB`);
  const session = await registry.send({ method: "POST", path: "blobs/uploads/" });
  session.cancel();
  const location = session.header("location");
  if (session.status !== 202 || location === undefined) throw refusedToTake(session, "an upload");
  const base = registry.target("blobs/uploads/");
  const target = parseLocation(location, base);
  // With its own address the registry would have the operator's credentials sent wherever it likes.
  if (!isSameOrigin(target, base))
    throw new SourceError("ERR_SOURCE_REDIRECT", "An upload is to go to another server.");
  const url = new URL(target.href);
  url.searchParams.set("digest", digest);
  const response = await registry.sendTo(parseLocation(url.href, base), {
    method: "PUT",
    headers: [["content-type", "application/octet-stream"]],
    body: bytes,
  });
  response.cancel();
  if (response.status !== 201) throw refusedToTake(response, `blob ${digest}`);
}

async function pushManifest(
  registry: Registry,
  reference: string,
  mediaType: string,
  bytes: Uint8Array,
): Promise<void> {
  const response = await registry.send({
    method: "PUT",
    path: `manifests/${reference}`,
    headers: [["content-type", mediaType]],
    body: bytes,
  });
  response.cancel();
  if (response.status !== 201) throw refusedToTake(response, `the manifest ${reference}`);
}

/** What the registry serves under the tag now, byte by byte: somebody else may have pushed at the same time. */
async function assertServed(registry: Registry, tag: string, digest: Digest): Promise<void> {
  const served = await registry.manifest(tag);
  if (served?.digest === digest) return;
  const message = `The tag ${tag} names ${served?.digest ?? "nothing"} after it was pushed, and not ${digest}.`;
  throw new RegistryError("ERR_REGISTRY_REFUSED", message);
}

function attach({ format, bytes }: SignatureFile, subject: Descriptor): Attachment {
  const artifactType = SIGNATURE_TYPES[format];
  const blob = blobOf(artifactType, bytes);
  const body = toBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType,
    config: toJson(EMPTY.descriptor),
    layers: [toJson(blob.descriptor)],
    subject: toJson(subject),
  });
  return {
    bytes: body,
    blob,
    descriptor: { ...blobOf(OCI_MANIFEST, body).descriptor, artifactType },
  };
}

function blobOf(mediaType: string, bytes: Uint8Array): Blob {
  return {
    bytes,
    descriptor: { mediaType, digest: digestOfBytes(bytes), sizeBytes: bytes.length },
  };
}

function toJson({ mediaType, digest, sizeBytes, artifactType }: Descriptor): object {
  return { mediaType, digest, size: sizeBytes, ...(artifactType && { artifactType }) };
}

function toBytes(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function refusedToTake(response: SourceResponse, what: string): Error {
  const { status, target } = response;
  if (status === 401 || status === 403 || status === 404) return refusedBy(response, what);
  const words = `\`${target.host}\` answers ${status} to ${what}.`;
  return new RegistryError("ERR_REGISTRY_REFUSED", words);
}
