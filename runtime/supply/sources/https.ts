import { parseTarget, type Target } from "@glovebox/host-api/http/url";
import { digestOfBytes } from "../../plugin/canonical.ts";
import type { Digest } from "../../plugin/formats.ts";
import { BUNDLE_BYTES_MAX, PACKAGE_BYTES_MAX, type Source } from "../read-source.ts";
import { readWhole, type SourceClient, type SourceResponse } from "./client.ts";
import { download } from "./download.ts";
import { SourceError } from "./errors.ts";
import type { SourceLimits } from "./limits.ts";
import type { HttpsSource } from "./source-text.ts";

export interface RemoteSetting {
  readonly client: SourceClient;
  readonly limits: SourceLimits;
  readonly onProgress: (step: string) => void;
}

/** What a server answers that has no such file; some storage says so with 403, to whoever may not list it. */
const NOTHING: ReadonlySet<number> = new Set([403, 404, 410]);

/**
 * Fetches a package or a component from a web server, and the signature beside it.
 * Throws `ERR_SOURCE_DIGEST` where the source names another digest.
 */
export async function fetchHttps(source: HttpsSource, setting: RemoteSetting): Promise<Source> {
  const bytes = await fetchFile(source, setting);
  const kind = kindOf(bytes);
  setting.onProgress("Looking for the signature beside it");
  const bundle = await fetchBeside(source.target, ".sigstore.json", setting);
  const file = source.text;
  return kind === "package"
    ? { kind, file, package: bytes, bundle }
    : { kind, file, component: bytes, bundle };
}

/** What a web source is now. Nothing is fetched where it names its digest. */
export async function resolveHttps(
  source: HttpsSource,
  setting: RemoteSetting,
): Promise<{ of: "package" | "component"; digest: Digest }> {
  const bytes = await fetchFile(source, setting);
  const of = kindOf(bytes) === "package" ? "package" : "component";
  return { of, digest: digestOfBytes(bytes) };
}

async function fetchFile(
  { target, digest }: HttpsSource,
  { client, limits, onProgress }: RemoteSetting,
): Promise<Uint8Array> {
  const what = target.path.split("/").at(-1) || target.host;
  const bytes = await download(
    client,
    async (headers) => {
      const response = await client.send({ method: "GET", target, headers });
      if (response.status === 200 || response.status === 206) return response;
      response.cancel();
      throw refusedBy(response, what);
    },
    {
      what,
      bytesMax: PACKAGE_BYTES_MAX,
      namedByDigest: false,
      triesMax: limits.triesMax,
      onProgress,
    },
  );
  const actual = digestOfBytes(bytes);
  if (digest === undefined || digest === actual) return bytes;
  throw new SourceError(
    "ERR_SOURCE_DIGEST",
    `${what} is ${actual}, and the source names ${digest}.`,
  );
}

/** A small file beside another. Undefined when there is none. */
async function fetchBeside(
  target: Target,
  ending: string,
  { client }: RemoteSetting,
): Promise<Uint8Array | undefined> {
  const url = new URL(target.href);
  url.pathname += ending;
  const response = await client.send({ method: "GET", target: parseTarget(url.href) });
  const isPage = /^text\/html\b/i.test(response.header("content-type") ?? "");
  if (response.status === 200 && !isPage)
    return readWhole(response, BUNDLE_BYTES_MAX, "The signature");
  response.cancel();
  if (isPage || NOTHING.has(response.status)) return undefined;
  throw refusedBy(response, "the signature");
}

/** What bytes are, by how they begin: a server's word for it counts nothing. */
function kindOf(bytes: Uint8Array): "package" | "bare" {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "package";
  if (isWasm(bytes)) return "bare";
  throw new SourceError(
    "ERR_SOURCE_KIND",
    "It begins neither as a package nor as WebAssembly does.",
  );
}

export function isWasm(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, 4), Uint8Array.of(0, 0x61, 0x73, 0x6d)) === 0;
}

/** What a status says that is no success. */
export function refusedBy({ status, target }: SourceResponse, what: string): SourceError {
  const words = `\`${target.host}\` answers ${status} for ${what}.`;
  if (status === 404 || status === 410) return new SourceError("ERR_SOURCE_NOT_FOUND", words);
  if (status === 401 || status === 403) return new SourceError("ERR_SOURCE_NOT_AUTHORIZED", words);
  return new SourceError("ERR_SOURCE_ANSWER", words);
}
