import { HostError } from "../errors.ts";
import type { HttpPowerResponse } from "../powers.ts";
import { headerValue } from "./headers.ts";

/**
 * A response's body as it comes, decoded, within `bytesMax` on the wire and again after decoding.
 * Body and headers are the server's. Only no encoding and one layer of gzip are read: stacked encodings
 * multiply (CVE-2026-22036). The decoder never holds more than a chunk, so a bomb ends at the cap.
 *
 * @throws HostError `too-large`, `refused-by-policy` for an encoding, `unreachable` for a broken body
 */
export function decodedChunks(
  response: HttpPowerResponse,
  bytesMax: number,
): AsyncIterable<Uint8Array> {
  const encoding = (headerValue(response.headers, "content-encoding") ?? "").trim().toLowerCase();
  const raw = capped(response.body, bytesMax);
  if (encoding === "" || encoding === "identity") return raw;
  if (encoding === "gzip") return capped(gunzip(raw), bytesMax);
  throw new HostError("refused-by-policy", "the response has an encoding that is not read");
}

/** The whole of it. */
export async function readBody(response: HttpPowerResponse, bytesMax: number): Promise<Uint8Array> {
  return await collect(decodedChunks(response, bytesMax), bytesMax);
}

/** An empty body is empty in every encoding: answers to HEAD announce gzip and carry nothing. */
async function* gunzip(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isEmpty = true;
  let rawFailure: unknown;
  async function* watched(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    try {
      for await (const chunk of raw) {
        isEmpty &&= chunk.length === 0;
        // A copy, because the decoder takes no bytes of a pooled buffer.
        yield chunk.slice();
      }
    } catch (error) {
      rawFailure = error;
      throw error;
    }
  }
  try {
    yield* ReadableStream.from(watched()).pipeThrough(new DecompressionStream("gzip"));
  } catch (error) {
    if (rawFailure !== undefined) throw rawFailure;
    if (isEmpty) return;
    throw new HostError("unreachable", "the response is not valid gzip", { cause: error });
  }
}

const FIRST_BYTES = 64 * 1024;
/** Chunks cost time each, however small: a server that sends single bytes would keep the broker from other calls. */
const CHUNKS_MAX = 65_536;

async function* capped(
  chunks: AsyncIterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  let count = 0;
  for await (const chunk of chunks) {
    count += 1;
    if (count > CHUNKS_MAX) throw new HostError("too-large", "the response has too many chunks");
    sizeBytes += chunk.length;
    if (sizeBytes > bytesMax)
      throw new HostError("too-large", `the response is over ${bytesMax} bytes`);
    yield chunk;
  }
}

/** Gathers chunks into one growing buffer: a list of them would cost a hundred bytes for each byte sent alone. */
async function collect(chunks: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Uint8Array> {
  let buffer = new Uint8Array(Math.min(FIRST_BYTES, bytesMax));
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    const neededBytes = sizeBytes + chunk.length;
    if (neededBytes > buffer.length) {
      const larger = new Uint8Array(Math.min(bytesMax, Math.max(neededBytes, 2 * buffer.length)));
      larger.set(buffer.subarray(0, sizeBytes));
      buffer = larger;
    }
    buffer.set(chunk, sizeBytes);
    sizeBytes = neededBytes;
  }
  return buffer.slice(0, sizeBytes);
}
