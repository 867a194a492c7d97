import type { Digest } from "../../../plugin/formats.ts";
import type { SignatureFile } from "../../installed.ts";
import { SIGNATURE_BYTES_MAX } from "../../signatures/signature-files.ts";
import { readWhole } from "../client.ts";
import { refusedBy } from "../https.ts";
import { SIGNERS_MAX } from "../../../plugin/formats.ts";
import { MANIFEST_BYTES_MAX } from "../limits.ts";
import { RegistryError } from "./errors.ts";
import { parseManifest, type Descriptor } from "./manifest.ts";
import { MINISIGN_SIGNATURE, OCI_INDEX, SIGSTORE_BUNDLE } from "./media-types.ts";
import type { Registry } from "./registry.ts";

/** What is fetched of all that refers to an artifact. What other tools attach is not ours to judge. */
const FORMATS: ReadonlyMap<string, SignatureFile["format"]> = new Map([
  [SIGSTORE_BUNDLE, "sigstore"],
  [MINISIGN_SIGNATURE, "minisign"],
]);

/** Whether a registry lists referrers itself, and what it lists. */
export interface Referrers {
  readonly byApi: boolean;
  readonly manifests: readonly Descriptor[];
}

/**
 * The signatures that are attached to an artifact, unverified. Anybody who may push there may attach some.
 * Throws `ERR_REGISTRY_SIGNATURES` where they are malformed, of another artifact, or more than are looked at.
 */
export async function fetchSignatures(
  registry: Registry,
  subject: Digest,
): Promise<readonly SignatureFile[]> {
  const { manifests } = await listReferrers(registry, subject);
  const attached = manifests.filter(({ artifactType }) => FORMATS.has(artifactType ?? ""));
  if (attached.length > SIGNERS_MAX)
    throw refused(`there are ${attached.length} of them, and at most ${SIGNERS_MAX} are looked at`);
  const signatures: SignatureFile[] = [];
  for (const descriptor of attached)
    signatures.push(await fetchSignature(registry, descriptor, subject));
  return signatures;
}

/**
 * Everything that refers to `subject`: by the referrers API, and from the tag `sha256-<hex>` where a registry lacks it
 * (distribution specification 1.1, "Listing Referrers" and "Referrers Tag Schema").
 */
export async function listReferrers(registry: Registry, subject: Digest): Promise<Referrers> {
  const response = await registry.send({
    method: "GET",
    path: `referrers/${subject}`,
    headers: [["accept", OCI_INDEX]],
  });
  if (response.status === 200) {
    const bytes = await readWhole(response, MANIFEST_BYTES_MAX, "The list of signatures");
    return {
      byApi: true,
      manifests: indexOf(parseManifest(bytes, response.header("content-type"))),
    };
  }
  response.cancel();
  if (response.status !== 404 && response.status !== 405)
    throw refusedBy(response, "the list of signatures");
  const tagged = await registry.manifest(referrersTag(subject));
  return { byApi: false, manifests: tagged ? indexOf(tagged) : [] };
}

/** The tag under which a registry without the referrers API keeps what refers to an artifact. */
// debt("GB-032"): a tag that two may write at once.
export function referrersTag(subject: Digest): string {
  return subject.replace(":", "-");
}

function indexOf({ manifest }: ReturnType<typeof parseManifest>): readonly Descriptor[] {
  if (manifest.kind === "index") return manifest.manifests;
  throw refused("their list is an image");
}

async function fetchSignature(
  registry: Registry,
  descriptor: Descriptor,
  subject: Digest,
): Promise<SignatureFile> {
  const { manifest } = await registry.manifestOf(descriptor);
  if (manifest.kind !== "image" || manifest.subject?.digest !== subject)
    throw refused("one of them refers to another artifact");
  const [layer, second] = manifest.layers;
  const format = FORMATS.get(layer?.mediaType ?? "");
  if (layer === undefined || second !== undefined || format === undefined)
    throw refused("one of them is not one layer");
  return {
    file: descriptor.digest,
    format,
    bytes: await registry.blob(layer, SIGNATURE_BYTES_MAX),
  };
}

function refused(why: string): RegistryError {
  return new RegistryError("ERR_REGISTRY_SIGNATURES", `The signatures are refused: ${why}.`);
}
