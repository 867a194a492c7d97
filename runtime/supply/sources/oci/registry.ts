import type { Header } from "@glovebox/host-api/http/headers";
import { parseTarget, type Target } from "@glovebox/host-api/http/url";
import { digestOfBytes, isDigest } from "../../../plugin/canonical.ts";
import type { Digest } from "../../../plugin/formats.ts";
import { isSameOrigin, readWhole, type SourceRequest, type SourceResponse } from "../client.ts";
import { download } from "../download.ts";
import { SourceError } from "../errors.ts";
import { refusedBy } from "../https.ts";
import { MANIFEST_BYTES_MAX } from "../limits.ts";
import type { RemoteSetting } from "../remote.ts";
import type { OciSource } from "../source-text.ts";
import { Authorizer, type Actions } from "./authorizer.ts";
import { RegistryError } from "./errors.ts";
import { parseManifest, type Descriptor, type FetchedManifest } from "./manifest.ts";
import { ACCEPTED_MANIFESTS } from "./media-types.ts";

/** One repository of a registry (OCI distribution specification 1.1). What it answers is compared with its digest. */
export class Registry {
  readonly source: OciSource;
  readonly #setting: RemoteSetting;
  readonly #authorizer: Authorizer;

  constructor(source: OciSource, setting: RemoteSetting, actions: Actions = "pull") {
    this.source = source;
    this.#setting = setting;
    this.#authorizer = new Authorizer(source, setting, actions);
  }

  /** The manifest or index of a tag or a digest. Undefined when there is none. Its digest is that of its bytes. */
  async manifest(reference: string): Promise<FetchedManifest | undefined> {
    const what = `The manifest \`${reference}\``;
    const response = await this.send({
      method: "GET",
      path: `manifests/${reference}`,
      headers: [["accept", ACCEPTED_MANIFESTS]],
    });
    if (response.status === 404) {
      response.cancel();
      return undefined;
    }
    if (response.status !== 200) throw this.#refused(response, what);
    const bytes = await readWhole(response, MANIFEST_BYTES_MAX, what);
    const digest = digestOfBytes(bytes);
    if (isDigest(reference)) assertDigest(reference, digest, what);
    const claimed = response.header("docker-content-digest");
    if (claimed !== undefined && claimed.startsWith("sha256:") && claimed !== digest)
      throw new SourceError(
        "ERR_SOURCE_DIGEST",
        `${what} is ${digest}, and the registry says another.`,
      );
    return parseManifest(bytes, response.header("content-type"));
  }

  /** A manifest that another one names, of exactly the size that it says. Throws where there is none. */
  async manifestOf({ digest, sizeBytes, mediaType }: Descriptor): Promise<FetchedManifest> {
    const fetched = await this.manifest(digest);
    if (fetched === undefined)
      throw new SourceError("ERR_SOURCE_NOT_FOUND", `The registry has no manifest ${digest}.`);
    if (fetched.bytes.length !== sizeBytes || fetched.mediaType !== mediaType)
      throw new RegistryError(
        "ERR_REGISTRY_MANIFEST",
        `${digest} is not of the size or type that it was said to be.`,
      );
    return fetched;
  }

  /** A blob, of exactly the size that its descriptor says and with its digest. */
  async blob({ digest, sizeBytes }: Descriptor, bytesMax: number): Promise<Uint8Array> {
    const { client, limits, onProgress } = this.#setting;
    const what = `${this.source.repository} ${digest.slice(0, 19)}…`;
    const open = async (headers: readonly Header[]): Promise<SourceResponse> => {
      const response = await this.send({ method: "GET", path: `blobs/${digest}`, headers });
      if (response.status === 200 || response.status === 206) return response;
      throw this.#refused(response, what);
    };
    const bytes = await download(client, open, {
      what,
      bytesMax,
      bytesExact: sizeBytes,
      namedByDigest: true,
      triesMax: limits.triesMax,
      onProgress,
    });
    assertDigest(digest, digestOfBytes(bytes), what);
    return bytes;
  }

  /** Sends a request to this repository, with credentials when the registry asks for them. */
  send({ path, ...request }: RegistryRequest): Promise<SourceResponse> {
    return this.sendTo(this.target(path), request);
  }

  /** The same to an address that the registry named, on its own origin. */
  async sendTo(target: Target, request: Omit<SourceRequest, "target">): Promise<SourceResponse> {
    const { client } = this.#setting;
    const send = async (): Promise<SourceResponse> =>
      client.send({ ...request, target, authorization: this.#authorizer.header });
    const response = await send();
    // Only the registry itself is answered: what it redirects to has no claim on its credentials.
    if (response.status !== 401 || !isSameOrigin(response.target, target)) return response;
    response.cancel();
    await this.#authorizer.answer(response.header("www-authenticate"));
    return send();
  }

  /** An address below this repository's. */
  target(path: string): Target {
    const { origin, repository } = this.source;
    return parseTarget(`${origin.href}v2/${repository}/${path}`);
  }

  #refused(response: SourceResponse, what: string): SourceError {
    response.cancel();
    return refusedBy(response, what);
  }
}

export interface RegistryRequest extends Omit<SourceRequest, "target" | "authorization"> {
  /** Below `/v2/NAME/`. */
  readonly path: string;
}

function assertDigest(named: Digest, actual: Digest, what: string): void {
  if (named === actual) return;
  throw new SourceError("ERR_SOURCE_DIGEST", `${what} is ${actual}, and ${named} was asked for.`);
}
