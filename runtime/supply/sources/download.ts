import type { Header } from "@glovebox/host-api/http/headers";
import { Collected, contentLength, Cut, type SourceClient, type SourceResponse } from "./client.ts";
import { SourceError } from "./errors.ts";

/** What a download may be, and who is told how far it is. */
export interface DownloadTerms {
  /** For messages and for a terminal. */
  readonly what: string;
  readonly bytesMax: number;
  /** Known beforehand, from a manifest: it must be met exactly. */
  readonly bytesExact?: number;
  /** The address names the bytes by their digest, so that what follows later cannot be of another file. */
  readonly namedByDigest: boolean;
  readonly triesMax: number;
  readonly onProgress: (step: string) => void;
}

/** Sends the request, with these headers added, and answers only when the status is 200 or 206. */
export type OpenDownload = (headers: readonly Header[]) => Promise<SourceResponse>;

const PROGRESS_BYTES = 256 * 1024;
const PAUSE_MS = 200;
/** RFC 9110: a strong validator. A weak one may stay the same for other bytes. */
const STRONG_ETAG = /^"[\x21\x23-\x7e]{0,256}"$/;
const CONTENT_RANGE = /^bytes ([0-9]{1,15})-([0-9]{1,15})\/([0-9]{1,15})$/;

/**
 * Downloads a file into memory. When the connection is cut it goes on where it was, by a range request under the same strong
 * ETag; from the start where the server has none. Each try counts, whatever it brought.
 * Throws `ERR_SOURCE_TOO_LARGE`, `ERR_SOURCE_TRUNCATED`, `ERR_SOURCE_ANSWER`, and whatever `open` throws.
 */
export async function download(
  client: SourceClient,
  open: OpenDownload,
  terms: DownloadTerms,
): Promise<Uint8Array> {
  const { what, bytesExact, triesMax } = terms;
  const collected = new Collected(Math.min(terms.bytesMax, bytesExact ?? Infinity), what);
  if (bytesExact !== undefined && bytesExact > terms.bytesMax)
    throw new SourceError(
      "ERR_SOURCE_TOO_LARGE",
      `${what} is larger than ${terms.bytesMax} bytes.`,
    );
  let etag: string | undefined;
  for (let tries = 1; ; tries += 1) {
    let response: SourceResponse | undefined;
    try {
      const from = etag === undefined && !terms.namedByDigest ? 0 : collected.length;
      response = await open(rangeHeaders(from, etag));
      if (response.status === 206) assertContinues(response, from, etag, what);
      else collected.clear();
      etag = strongEtag(response);
      const total = totalOf(response, collected, terms);
      await collect(response, collected, total, terms);
      if (bytesExact !== undefined && collected.length < bytesExact)
        throw new SourceError("ERR_SOURCE_TRUNCATED", `${what} is shorter than it was said to be.`);
      return collected.bytes();
    } catch (error) {
      if (!isInterruption(error, tries)) throw error;
      if (tries >= triesMax) {
        const message = `${what} was cut off ${tries} times.`;
        throw new SourceError("ERR_SOURCE_TRUNCATED", message, { cause: error });
      }
    } finally {
      response?.cancel();
    }
    await client.pause(PAUSE_MS * 2 ** tries);
  }
}

/** Whether it is worth another try: the connection ended, or whoever was there a moment ago is not just now. */
function isInterruption(error: unknown, tries: number): boolean {
  if (error instanceof Cut) return true;
  return tries > 1 && error instanceof SourceError && error.code === "ERR_SOURCE_UNREACHABLE";
}

async function collect(
  response: SourceResponse,
  collected: Collected,
  total: number | undefined,
  { what, onProgress }: DownloadTerms,
): Promise<void> {
  let shown = -PROGRESS_BYTES;
  for await (const chunk of response.body) {
    collected.add(chunk);
    if (collected.length - shown < PROGRESS_BYTES) continue;
    shown = collected.length;
    const of = total === undefined ? "" : ` of ${formatMib(total)}`;
    onProgress(`Fetching ${what}: ${formatMib(shown)}${of} MiB`);
  }
}

/** The whole file's length as the server and the manifest say it. They must agree with each other and with the limits. */
function totalOf(
  response: SourceResponse,
  collected: Collected,
  { what, bytesExact }: DownloadTerms,
): number | undefined {
  const further = contentLength(response);
  collected.expect(further);
  const total = further === undefined ? undefined : collected.length + further;
  if (total !== undefined && bytesExact !== undefined && total < bytesExact)
    throw new SourceError("ERR_SOURCE_TRUNCATED", `${what} is shorter than it was said to be.`);
  return total ?? bytesExact;
}

function rangeHeaders(from: number, etag: string | undefined): readonly Header[] {
  if (from === 0) return [];
  const condition: readonly Header[] = etag === undefined ? [] : [["if-range", etag]];
  return [["range", `bytes=${from}-`], ...condition];
}

/** A part must begin where the last one ended, go to the end, and be of the same file. */
function assertContinues(
  response: SourceResponse,
  from: number,
  etag: string | undefined,
  what: string,
): void {
  const [, first, last, total] = CONTENT_RANGE.exec(response.header("content-range") ?? "") ?? [];
  const isRest = from > 0 && Number(first) === from && Number(last) === Number(total) - 1;
  if (isRest && (etag === undefined || strongEtag(response) === etag)) return;
  throw new SourceError("ERR_SOURCE_ANSWER", `What the server sends of ${what} is another part.`);
}

function strongEtag(response: SourceResponse): string | undefined {
  const etag = response.header("etag");
  return etag !== undefined && STRONG_ETAG.test(etag) ? etag : undefined;
}

function formatMib(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
