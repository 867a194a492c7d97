import dns from "node:dns/promises";
import net from "node:net";
import type { LookupFunction } from "node:net";
import { Readable } from "node:stream";
import { HostError } from "@glovebox/host-api/errors";
import type {
  HttpPowerBody,
  HttpPowerRequest,
  HttpPowerResponse,
  ResolvedAddress,
} from "@glovebox/host-api/powers";
import { Client } from "undici";

/** What the machine may add to every connection. Defaults: the certificates that Node trusts. */
export interface HttpPowerOptions {
  /** PEM certificates to trust instead of Node's own. */
  readonly certificates?: string;
}

/**
 * Resolves a name to all its addresses, as the machine does (hosts file included). Decides nothing about them.
 * It cannot be stopped: a lookup holds one of the few threads that do them until the system gives up.
 *
 * @throws HostError `unreachable`
 */
export async function resolveHost(host: string): Promise<readonly ResolvedAddress[]> {
  try {
    const found = await dns.lookup(host, { all: true, order: "verbatim" });
    return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
  } catch (cause) {
    throw new HostError("unreachable", "the name does not resolve", { cause });
  }
}

/**
 * Makes the power to send one request over a connection of its own.
 *
 * The connection goes to one of `request.addresses` and nowhere else, while TLS still proves the host's name.
 * Nothing is shared between requests: no pool, no TLS session, no proxy from the environment, no HTTP/2.
 * `NODE_TLS_REJECT_UNAUTHORIZED` does not count here.
 */
export function makeSendHttp(
  options: HttpPowerOptions = {},
): (request: HttpPowerRequest) => Promise<HttpPowerResponse> {
  return async (request) => {
    const url = new URL(request.url);
    assertPinned(url, request.addresses);
    const client = new Client(url.origin, {
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: request.headerBytesMax,
      // The request's signal is the deadline for everything after the connection.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: request.connectMsMax,
        lookup: pinnedLookup(request.addresses),
        maxCachedSessions: 0,
        rejectUnauthorized: true,
        ...(options.certificates === undefined ? {} : { ca: options.certificates }),
      },
    });
    try {
      return await sendOnce(client, url, request);
    } catch (error) {
      discard(client);
      throw failure(error, request.signal);
    }
  };
}

async function sendOnce(
  client: Client,
  url: URL,
  request: HttpPowerRequest,
): Promise<HttpPowerResponse> {
  const { body: sent } = request;
  const length =
    sent !== undefined && "chunks" in sent && sent.lengthBytes !== undefined
      ? ["content-length", String(sent.lengthBytes)]
      : [];
  const response = await client.request({
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: [...request.headers.flat(), ...length],
    body: streamOf(sent) ?? null,
    signal: request.signal,
    reset: true,
  });
  const { body } = response;
  // A body that is cancelled reports it as an error to nobody: that must not end the process.
  body.on("error", () => {});
  return {
    status: response.statusCode,
    headers: pairsOf(response.headers),
    body: chunksOf(body, request.signal),
    trailers: () => pairsOf(response.trailers),
    cancel() {
      body.destroy();
      discard(client);
    },
  };
}

function streamOf(body: HttpPowerBody | undefined): Uint8Array | Readable | undefined {
  if (body === undefined || "bytes" in body) return body?.bytes;
  const stream = Readable.from(body.chunks, { objectMode: false, highWaterMark: 0 });
  // A body that ends badly after its answer came reports it to nobody: that must not end the process.
  return stream.on("error", () => {});
}

function pairsOf(headers: Readonly<Record<string, string | string[] | undefined>>) {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? ""]).map((one) => [name, one] as const),
  );
}

async function* chunksOf(
  body: AsyncIterable<unknown>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) if (chunk instanceof Uint8Array) yield chunk;
  } catch (error) {
    throw failure(error, signal);
  }
}

/** For a host that is itself an address no lookup is ever made: what was pinned must be that address. */
function assertPinned(url: URL, addresses: readonly ResolvedAddress[]): void {
  const host = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
  const isPinned =
    net.isIP(host) === 0 ? addresses.length > 0 : addresses.some(({ address }) => address === host);
  if (!isPinned)
    throw new HostError("refused-by-policy", "the address is not one of those that were checked");
}

/** Answers every lookup with the addresses that were checked, whatever a resolver would say now. */
function pinnedLookup(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const fitting = addresses.filter(
      ({ family }) => !options.family || family === Number(options.family),
    );
    const [first] = fitting;
    // Never in the caller's own turn: a lookup is asynchronous.
    queueMicrotask(() => {
      if (first === undefined) callback(new Error("no address of this family"), "");
      else if (options.all === true) callback(null, [...fitting]);
      else callback(null, first.address, first.family);
    });
  };
}

function discard(client: Client): void {
  client.destroy().catch(() => {});
}

const TAGS: Readonly<Record<string, "timed-out" | "too-large">> = {
  UND_ERR_CONNECT_TIMEOUT: "timed-out",
  UND_ERR_HEADERS_OVERFLOW: "too-large",
  HPE_HEADER_OVERFLOW: "too-large",
};

function failure(error: unknown, signal: AbortSignal): HostError {
  if (error instanceof HostError) return error;
  if (signal.aborted)
    return new HostError("timed-out", "the request was stopped", { cause: error });
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return new HostError(TAGS[code] ?? "unreachable", "the request failed", { cause: error });
}
