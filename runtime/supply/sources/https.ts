import { parseTarget, type Target } from "@glovebox/host-api/http/url";
import { digestOfBytes } from "../../plugin/canonical.ts";
import type { Digest } from "../../plugin/formats.ts";
import type { SignatureFile } from "../installed.ts";
import { PACKAGE_BYTES_MAX, type Source } from "../read-source.ts";
import { SIGNATURE_BYTES_MAX } from "../signatures/signature-files.ts";
import { readWhole, type SourceResponse } from "./client.ts";
import { download } from "./download.ts";
import { SourceError } from "./errors.ts";
import type { RemoteSetting } from "./remote.ts";
import type { HttpsSource } from "./source-text.ts";

/** What a server answers that has no such file; some storage says so with 403, to whoever may not list it. */
const NOTHING: ReadonlySet<number> = new Set([403, 404, 410]);

// debt("GB-031"): a web server lists nothing, and no proxy is asked.
const SIGNATURES = [
  [".sigstore.json", "sigstore"],
  [".minisig", "minisign"],
] as const;

/**
 * Fetches a package or a component from a web server, and the signatures beside it.
 * Throws `ERR_SOURCE_DIGEST` where the source names another digest.
 */
export async function fetchHttps(source: HttpsSource, setting: RemoteSetting): Promise<Source> {
  const bytes = await fetchFile(source, setting);
  const kind = kindOf(bytes);
  setting.onProgress("Looking for signatures beside it");
  const bundles = await fetchSignatures(source.target, setting);
  const file = source.text;
  return kind === "package"
    ? { kind, file, package: bytes, bundles }
    : { kind, file, component: bytes, bundles };
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

/**
 * The signatures beside a file: under its own name, and no further ones, because a web server lists nothing. Where there
 * is nothing some servers answer with a page; that a signature is missing is for those to judge who verify.
 */
async function fetchSignatures(
  target: Target,
  { client }: RemoteSetting,
): Promise<readonly SignatureFile[]> {
  const found: SignatureFile[] = [];
  for (const [ending, format] of SIGNATURES) {
    const url = new URL(target.href);
    url.pathname += ending;
    const response = await client.send({ method: "GET", target: parseTarget(url.href) });
    const isPage = /^text\/html\b/i.test(response.header("content-type") ?? "");
    if (response.status === 200 && !isPage) {
      const bytes = await readWhole(response, SIGNATURE_BYTES_MAX, "The signature");
      found.push({ file: url.href, format, bytes });
      continue;
    }
    response.cancel();
    if (!isPage && !NOTHING.has(response.status)) throw refusedBy(response, "the signature");
  }
  return found;
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
