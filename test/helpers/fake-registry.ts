import { createHash } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

export const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const INDEX = "application/vnd.oci.image.index.v1+json";
export const WASM_CONFIG = "application/vnd.wasm.config.v0+json";
export const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** A descriptor as it stands in a manifest, true or not. */
export interface LooseDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly platform?: object;
}

export interface Stored {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** What a registry wants before it answers. */
export interface TokenService {
  /** The value of `WWW-Authenticate`. */
  readonly challenge: string;
  /** What is let in. */
  readonly authorization: string;
}

/**
 * A registry that keeps everything in memory and says what a test wants it to: for what a real one does not do, or never would.
 * `own` may answer a request in its place.
 */
export class FakeRegistry {
  readonly blobs = new Map<string, Uint8Array>();
  /** By tag and by digest. */
  readonly manifests = new Map<string, Stored>();
  /** By subject. Undefined: the registry lacks the referrers API. */
  referrers: Map<string, LooseDescriptor[]> | undefined;
  access: TokenService | undefined;
  /** Each request's method and path, and what it showed for credentials. */
  readonly log: { readonly line: string; readonly authorization: string | undefined }[] = [];
  own: ((request: IncomingMessage, response: ServerResponse) => boolean | void) | undefined;

  readonly handle: RequestListener = (request, response): void => {
    const { authorization } = request.headers;
    this.log.push({ line: `${request.method} ${request.url}`, authorization });
    if (this.own?.(request, response) === true) return;
    const { pathname } = new URL(request.url ?? "", "http://registry");
    if (this.access && pathname.startsWith("/v2/") && authorization !== this.access.authorization)
      response.writeHead(401, { "www-authenticate": this.access.challenge }).end();
    else this.#route(request, response, pathname);
  };

  #route(request: IncomingMessage, response: ServerResponse, pathname: string): void {
    const [, kind = "", reference = ""] =
      /^\/v2\/[a-z0-9/._-]+?\/(manifests|blobs|referrers)\/(.+)$/.exec(pathname) ?? [];
    this.#answer(request, response, kind, reference);
  }

  /** Keeps a blob, and answers its descriptor. */
  blob(bytes: Uint8Array, mediaType: string): LooseDescriptor {
    const digest = sha256(bytes);
    this.blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  }

  /** Keeps a manifest under its digest, and under a tag where one is given. */
  manifest(value: object, tag?: string, type = MANIFEST): LooseDescriptor {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = sha256(bytes);
    for (const reference of tag === undefined ? [digest] : [digest, tag])
      this.manifests.set(reference, { type, bytes });
    return { mediaType: type, digest, size: bytes.length };
  }

  /** An artifact of these layers. */
  artifact(layers: readonly LooseDescriptor[], tag?: string, more: object = {}): LooseDescriptor {
    const config = this.blob(Buffer.from("{}"), "application/vnd.oci.empty.v1+json");
    return this.manifest({ schemaVersion: 2, mediaType: MANIFEST, config, layers, ...more }, tag);
  }

  /** One component as a layer, as CNCF has it. */
  component(bytes: Uint8Array, tag?: string): LooseDescriptor {
    const config = this.blob(Buffer.from('{"architecture":"wasm"}'), WASM_CONFIG);
    return this.artifact([this.blob(bytes, "application/wasm")], tag, { config });
  }

  /** Attaches a signature, in the list where there is one, else by the tag. */
  attach(bytes: Uint8Array, subject: LooseDescriptor): void {
    const layers = [this.blob(bytes, BUNDLE)];
    const own = this.artifact(layers, undefined, { artifactType: BUNDLE, subject });
    this.refer({ ...own, artifactType: BUNDLE }, subject.digest);
  }

  refer(descriptor: LooseDescriptor, subject: string): void {
    if (this.referrers) {
      this.referrers.set(subject, [...(this.referrers.get(subject) ?? []), descriptor]);
      return;
    }
    const tag = subject.replace(":", "-");
    const before = this.manifests.get(tag);
    const { manifests } = before
      ? (JSON.parse(Buffer.from(before.bytes).toString()) as { manifests: object[] })
      : { manifests: [] };
    const index = { schemaVersion: 2, mediaType: INDEX, manifests: [...manifests, descriptor] };
    this.manifest(index, tag, INDEX);
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    kind: string,
    reference: string,
  ): void {
    if (kind === "blobs" && reference.startsWith("uploads/"))
      return void this.#upload(request, response);
    if (kind === "manifests" && request.method === "PUT")
      return void this.#keep(request, response, reference);
    if (kind === "referrers" && this.referrers) {
      const manifests = this.referrers.get(reference) ?? [];
      return void response
        .setHeader("content-type", INDEX)
        .end(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
    }
    const manifest = kind === "manifests" ? this.manifests.get(reference) : undefined;
    if (manifest) return void response.setHeader("content-type", manifest.type).end(manifest.bytes);
    const blob = kind === "blobs" ? this.blobs.get(reference) : undefined;
    if (blob) return void response.setHeader("content-length", blob.length).end(blob);
    response.writeHead(404).end();
  }

  async #upload(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://registry");
    if (request.method === "POST")
      return void response.writeHead(202, { location: `${url.pathname}1?state=a%20b` }).end();
    const bytes = await buffer(request);
    const isWhole =
      url.searchParams.get("digest") === sha256(bytes) && url.searchParams.has("state");
    if (isWhole) this.blobs.set(sha256(bytes), bytes);
    response.writeHead(isWhole ? 201 : 400).end();
  }

  async #keep(
    request: IncomingMessage,
    response: ServerResponse,
    reference: string,
  ): Promise<void> {
    const bytes = await buffer(request);
    const stored = { type: request.headers["content-type"] ?? "", bytes };
    this.manifests.set(reference, stored);
    const { subject, artifactType } = JSON.parse(bytes.toString()) as {
      subject?: LooseDescriptor;
      artifactType?: string;
    };
    if (subject && this.referrers) {
      const own = { mediaType: stored.type, digest: sha256(bytes), size: bytes.length };
      this.refer({ ...own, ...(artifactType && { artifactType }) }, subject.digest);
      response.setHeader("oci-subject", subject.digest);
    }
    response.writeHead(201).end();
  }
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
