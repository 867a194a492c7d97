import { HostError } from "../errors.ts";
import type { HttpPowerResponse } from "../powers.ts";
import { headerValue } from "./headers.ts";

/**
 * Reads a response's whole body, decoded, within `bytesMax` on the wire and again after decoding.
 * Body and headers are the server's. Only no encoding and one layer of gzip are read: stacked encodings
 * multiply (CVE-2026-22036). The decoder never holds more than a chunk, so a bomb ends at the cap.
 *
 * @throws HostError `too-large`, `refused-by-policy` for an encoding, `unreachable` for a broken body
 */
export async function readBody(response: HttpPowerResponse, bytesMax: number): Promise<Uint8Array> {
  const encoding = (headerValue(response.headers, "content-encoding") ?? "").trim().toLowerCase();
  if (encoding === "" || encoding === "identity") return await collect(response.body, bytesMax);
  if (encoding === "gzip") return await gunzip(await collect(response.body, bytesMax), bytesMax);
  throw new HostError("refused-by-policy", "the response has an encoding that is not read");
}

/** An empty body is empty in every encoding: answers to HEAD announce gzip and carry nothing. */
async function gunzip(bytes: Uint8Array<ArrayBuffer>, bytesMax: number): Promise<Uint8Array> {
  if (bytes.length === 0) return bytes;
  try {
    return await collect(
      new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")),
      bytesMax,
    );
  } catch (error) {
    if (error instanceof HostError) throw error;
    throw new HostError("unreachable", "the response is not valid gzip", { cause: error });
  }
}

const FIRST_BYTES = 64 * 1024;
/** Chunks cost time each, however small: a server that sends single bytes would keep the broker from other calls. */
const CHUNKS_MAX = 65_536;

/** Gathers chunks into one growing buffer: a list of them would cost a hundred bytes for each byte sent alone. */
async function collect(
  chunks: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let buffer = new Uint8Array(Math.min(FIRST_BYTES, bytesMax));
  let sizeBytes = 0;
  let count = 0;
  for await (const chunk of chunks) {
    count += 1;
    if (count > CHUNKS_MAX) throw new HostError("too-large", "the response has too many chunks");
    const neededBytes = sizeBytes + chunk.length;
    if (neededBytes > bytesMax)
      throw new HostError("too-large", `the response is over ${bytesMax} bytes`);
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
