import { parseAddress } from "@glovebox/host-api/http/addresses";
import { Deadline } from "@glovebox/host-api/http/deadline";
import { headerValue, type Header } from "@glovebox/host-api/http/headers";
import { makeLookups, type Lookup } from "@glovebox/host-api/http/lookups";
import { addressOf, parseTarget, type Target } from "@glovebox/host-api/http/url";
import { HostError } from "@glovebox/host-api/errors";
import type { HttpPowerResponse } from "@glovebox/host-api/powers";
import { SourceError } from "./errors.ts";
import { HEADER_BYTES_MAX, REDIRECTS_MAX, type SourceLimits } from "./limits.ts";
import type { SourcePowers } from "./powers.ts";
import { isLocalName } from "./source-text.ts";
import { assertNotInward, zoneOfHost, type Zone } from "./zones.ts";

export interface SourceRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT";
  readonly target: Target;
  readonly headers?: readonly Header[];
  /** Sent to the target's own origin, and to nobody that it redirects to. */
  readonly authorization?: string | undefined;
  readonly body?: Uint8Array;
}

/** The head of an answer, and its body as it comes. It must be read to its end or cancelled. */
export interface SourceResponse {
  readonly status: number;
  /** Of the address that answered, after redirects. */
  readonly target: Target;
  header(name: string): string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  cancel(): void;
}

const USER_AGENT: Header = ["user-agent", "glovebox"];
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Node's and undici's codes for what went wrong. Nothing else of an error's words is shown: a server may have written them. */
const ERROR_CODE = /^[A-Z][A-Z0-9_]{2,60}$/;

/**
 * Requests of one fetch, all under one deadline, by rules that hold for each hop: https, or http to this very machine;
 * never further inside than the first host, which the operator named; no credentials to another origin.
 */
export class SourceClient implements Disposable {
  readonly #powers: SourcePowers;
  readonly #limits: SourceLimits;
  readonly #deadline: Deadline;
  readonly #lookUp: Lookup;
  /** Where the operator's own host is: known after the first lookup. */
  #zone: Zone | undefined;

  constructor(powers: SourcePowers, limits: SourceLimits) {
    this.#powers = powers;
    this.#limits = limits;
    this.#deadline = new Deadline(new AbortController().signal, limits.totalMsMax);
    this.#lookUp = makeLookups(powers);
  }

  /** Sends a request, and follows at most five redirects where it reads. Throws `SourceError`. */
  async send(first: SourceRequest): Promise<SourceResponse> {
    let request = first;
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#sendOnce(request);
      if (!REDIRECTS.has(response.status)) return response;
      const location = response.header("location");
      response.cancel();
      if (location === undefined)
        throw new SourceError("ERR_SOURCE_REDIRECT", "A redirect does not say where to.");
      if (redirects >= REDIRECTS_MAX)
        throw new SourceError(
          "ERR_SOURCE_REDIRECT",
          `There are more than ${REDIRECTS_MAX} redirects.`,
        );
      if (request.method !== "GET" && request.method !== "HEAD")
        throw new SourceError("ERR_SOURCE_REDIRECT", "A write is redirected.");
      request = redirected(request, location);
    }
  }

  /** Waits before another try; the deadline counts on. */
  async pause(ms: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    const abort = (): void => reject(this.#failure(undefined));
    this.#deadline.signal.addEventListener("abort", abort, { once: true });
    try {
      if (this.#deadline.signal.aborted) abort();
      await promise;
    } finally {
      clearTimeout(timer);
      this.#deadline.signal.removeEventListener("abort", abort);
    }
  }

  /** Whether time is up: then nothing is worth another try. */
  get isOver(): boolean {
    return this.#deadline.signal.aborted;
  }

  [Symbol.dispose](): void {
    this.#deadline[Symbol.dispose]();
  }

  async #sendOnce(request: SourceRequest): Promise<SourceResponse> {
    const { target } = request;
    if (target.scheme === "http" && !isLocalName(target.host))
      throw new SourceError(
        "ERR_SOURCE_INSECURE",
        `\`${target.host}\` is asked for by plain http.`,
      );
    // What is sent goes at its own pace: only the total counts for it.
    const lift = request.body ? () => {} : this.#deadline.limit(this.#limits.idleMsMax);
    try {
      const addresses = await this.#resolve(target.host);
      const response = await this.#powers.sendHttp({
        url: target.href,
        method: request.method,
        headers: headersOf(request),
        body: request.body && { bytes: request.body },
        addresses,
        signal: this.#deadline.signal,
        connectMsMax: this.#limits.connectMsMax,
        headerBytesMax: HEADER_BYTES_MAX,
      });
      return this.#response(target, response);
    } catch (error) {
      throw this.#failure(error, target.host);
    } finally {
      lift();
    }
  }

  async #resolve(host: string) {
    const address = addressOf(host);
    const literal = parseAddress(address);
    const addresses =
      literal === undefined
        ? await this.#lookUp(host, this.#deadline.signal)
        : [{ address, family: literal.kind() === "ipv4" ? (4 as const) : (6 as const) }];
    const zone = zoneOfHost(host, addresses);
    this.#zone ??= zone;
    assertNotInward(host, zone, this.#zone);
    return addresses;
  }

  #response(target: Target, response: HttpPowerResponse): SourceResponse {
    return {
      status: response.status,
      target,
      header: (name) => headerValue(response.headers, name),
      body: this.#chunks(response),
      cancel: () => response.cancel(),
    };
  }

  /** What a body throws is a `SourceError` when time is up, and `Cut` when the connection ended before it did. */
  async *#chunks(response: HttpPowerResponse): AsyncGenerator<Uint8Array> {
    let lift = this.#deadline.limit(this.#limits.idleMsMax);
    try {
      for await (const chunk of response.body) {
        lift();
        yield chunk;
        lift = this.#deadline.limit(this.#limits.idleMsMax);
      }
    } catch (cause) {
      throw this.isOver ? this.#failure(cause) : new Cut(cause);
    } finally {
      lift();
      response.cancel();
    }
  }

  #failure(error: unknown, host = "The server"): unknown {
    if (this.isOver)
      return new SourceError("ERR_SOURCE_TIMED_OUT", "It took too long.", { cause: error });
    if (!(error instanceof HostError)) return error;
    if (error.tag === "timed-out")
      return new SourceError("ERR_SOURCE_TIMED_OUT", `\`${host}\` does not answer.`, {
        cause: error,
      });
    if (error.tag === "too-large") {
      const message = `The head of an answer of \`${host}\` is larger than ${HEADER_BYTES_MAX} bytes.`;
      return new SourceError("ERR_SOURCE_ANSWER", message, { cause: error });
    }
    const code = codeOf(error);
    const message = `\`${host}\` cannot be reached${code === undefined ? "" : ` (${code})`}.`;
    return new SourceError("ERR_SOURCE_UNREACHABLE", message, { cause: error });
  }
}

/** The connection ended within an answer's body. */
export class Cut extends Error {
  override readonly name = "Cut";
  constructor(cause: unknown) {
    super("the connection ended within an answer", { cause });
  }
}

/** Reads a body whole, at most `bytesMax` of it. Throws `ERR_SOURCE_TOO_LARGE` or `ERR_SOURCE_TRUNCATED`. */
export async function readWhole(
  response: SourceResponse,
  bytesMax: number,
  what: string,
): Promise<Uint8Array> {
  const collected = new Collected(bytesMax, what);
  try {
    collected.expect(contentLength(response));
    for await (const chunk of response.body) collected.add(chunk);
    return collected.bytes();
  } catch (error) {
    if (!(error instanceof Cut)) throw error;
    throw new SourceError("ERR_SOURCE_TRUNCATED", `${what} was cut off.`, { cause: error });
  } finally {
    response.cancel();
  }
}

/** What an answer says its body's length is. A hint: only counting holds. Throws `ERR_SOURCE_ANSWER`. */
export function contentLength(response: SourceResponse): number | undefined {
  const encoding = response.header("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity")
    throw new SourceError(
      "ERR_SOURCE_ANSWER",
      "The body is encoded, though that was not asked for.",
    );
  const text = response.header("content-length");
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,15}$/.test(text))
    throw new SourceError("ERR_SOURCE_ANSWER", "The length of an answer is not a number.");
  return Number(text);
}

/** Bytes as they come, in one array: a chunk of a single byte must not cost an object that stays. */
export class Collected {
  readonly #bytesMax: number;
  readonly #what: string;
  #buffer = Buffer.alloc(0);
  #length = 0;

  constructor(bytesMax: number, what: string) {
    this.#bytesMax = bytesMax;
    this.#what = what;
  }

  get length(): number {
    return this.#length;
  }

  /** Refuses at once what says that it is too large. It may still be larger than it says. */
  expect(furtherBytes: number | undefined): void {
    if (furtherBytes === undefined) return;
    if (this.#length + furtherBytes > this.#bytesMax) throw this.#tooLarge();
  }

  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#bytesMax) throw this.#tooLarge();
    if (length > this.#buffer.length) {
      const room = Math.min(this.#bytesMax, Math.max(length, 2 * this.#buffer.length, 64 * 1024));
      const larger = Buffer.allocUnsafeSlow(room);
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = length;
  }

  clear(): void {
    this.#length = 0;
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #tooLarge(): SourceError {
    const message = `${this.#what} is larger than ${this.#bytesMax} bytes.`;
    return new SourceError("ERR_SOURCE_TOO_LARGE", message);
  }
}

function headersOf({ headers = [], authorization }: SourceRequest): readonly Header[] {
  const credentials: readonly Header[] =
    authorization === undefined ? [] : [["authorization", authorization]];
  return [...headers, USER_AGENT, ["accept-encoding", "identity"], ...credentials];
}

/** The server wrote `location`: an address of its choice, under all rules of the first one. */
function redirected(request: SourceRequest, location: string): SourceRequest {
  const { target, authorization, ...rest } = request;
  const next = parseLocation(location, target);
  if (next.scheme === "http" && target.scheme === "https")
    throw new SourceError("ERR_SOURCE_INSECURE", "A redirect leads from https to http.");
  const isSame = isSameOrigin(next, target);
  return { ...rest, target: next, authorization: isSame ? authorization : undefined };
}

export function isSameOrigin(one: Target, other: Target): boolean {
  return one.scheme === other.scheme && one.host === other.host && one.port === other.port;
}

/** An address in a server's header, which may be relative to the one that was asked. Throws `ERR_SOURCE_REDIRECT`. */
export function parseLocation(location: string, base: Target): Target {
  try {
    return parseTarget(URL.parse(location, base.href)?.href ?? "");
  } catch (cause) {
    throw new SourceError("ERR_SOURCE_REDIRECT", "A redirect leads to what is no plain address.", {
      cause,
    });
  }
}

function codeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1)
    if ("code" in at && typeof at.code === "string" && ERROR_CODE.test(at.code)) return at.code;
  return undefined;
}
