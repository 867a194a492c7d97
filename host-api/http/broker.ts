import type { CallScope, CapabilityBroker, HostAnswer, HostRequest } from "../capability.ts";
import { HostError } from "../errors.ts";
import type { HttpPowerResponse, Powers, ResolvedAddress } from "../powers.ts";
import { isReachable, parseAddress } from "./addresses.ts";
import { readBody } from "./decode.ts";
import type { HttpGrant } from "./grant.ts";
import {
  guestHeaders,
  headerValue,
  headersForOtherOrigin,
  parseRequestHeaders,
} from "./headers.ts";
import type { Header } from "./headers.ts";
import { REQUEST_BYTES_MAX } from "./limits.ts";
import { makeLookups, type Lookup } from "./lookups.ts";
import { decideRequest } from "./match.ts";
import { METHODS } from "./rule.ts";
import type { HttpRule } from "./rule.ts";
import { assertSecretsReadable, openSecrets } from "./secrets.ts";
import type { RequestSecrets } from "./secrets.ts";
import { addressOf, parseTarget } from "./url.ts";
import type { Target } from "./url.ts";

/** Requests of one plugin that run at once, in all its calls together. */
const REQUESTS_MAX = 8;
const CONNECT_MS_MAX = 10_000;
const RESPONSE_HEADER_BYTES_MAX = 16 * 1024;
const USER_AGENT: Header = ["user-agent", "glovebox"];
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** One hop: what the guest asked for, or what a server's redirect made of it. */
interface Hop {
  readonly method: string;
  readonly target: Target;
  readonly headers: readonly Header[];
  readonly body: Uint8Array | undefined;
  /** False once a redirect led to another origin; it stays false. */
  readonly mayUseSecret: boolean;
}

/** What the hops of one request share. */
interface Exchange {
  readonly grant: HttpGrant;
  readonly powers: Powers;
  readonly lookUp: Lookup;
  readonly secrets: RequestSecrets;
  readonly signal: AbortSignal;
}

/**
 * The authority to send HTTP requests under one grant. It keeps nothing between requests: no connection, no cookie,
 * no open body. An answer is read, decoded and searched for secrets as a whole before the guest sees its first byte.
 *
 * `http.send`: args `[method, url, [[name, value], …]]`, body = the request's; answers `{status, url, headers}` and
 * the response's body.
 *
 * @throws GrantError when a secret of the grant cannot be read
 */
export function makeHttpBroker(grant: HttpGrant, powers: Powers): CapabilityBroker {
  assertSecretsReadable(grant, powers);
  const lookUp = makeLookups(powers);
  let running = 0;
  const send = async (request: HostRequest, call: CallScope): Promise<HostAnswer> => {
    if (running >= REQUESTS_MAX) throw new HostError("limit-exceeded", "too many requests at once");
    running += 1;
    try {
      const hop = parseRequest(request);
      const secrets = openSecrets(grant, powers);
      return await withDeadline(call.signal, grant.timeoutMs, (signal) =>
        follow({ grant, powers, lookUp, secrets, signal }, hop),
      );
    } finally {
      running -= 1;
    }
  };
  return { operations: { "http.send": send } };
}

/** Narrows what the runner sent. Throws `HostError`. */
function parseRequest({ args, body }: HostRequest): Hop {
  const [method, url, headers] = args;
  if (args.length !== 3 || typeof url !== "string")
    throw new HostError("invalid-argument", "not a request");
  if (!METHODS.some((known) => known === method) || typeof method !== "string") {
    throw new HostError("invalid-argument", "unknown method");
  }
  if (body.length > REQUEST_BYTES_MAX)
    throw new HostError("too-large", "the request's body is too large");
  if (body.length > 0 && (method === "GET" || method === "HEAD")) {
    throw new HostError("invalid-argument", `${method} carries no body`);
  }
  return {
    method,
    target: parseTarget(url),
    headers: parseRequestHeaders(headers),
    body: body.length === 0 ? undefined : body,
    mayUseSecret: true,
  };
}

/** Sends the first hop and follows redirects, each hop under the same checks as the first. */
async function follow(exchange: Exchange, first: Hop): Promise<HostAnswer> {
  let hop = first;
  for (let redirects = 0; ; redirects += 1) {
    const response = await sendHop(exchange, hop);
    try {
      const location = REDIRECTS.has(response.status)
        ? headerValue(response.headers, "location")
        : undefined;
      if (location === undefined) return await readAnswer(exchange, hop, response);
      if (redirects >= exchange.grant.redirectsMax)
        throw new HostError("refused-by-policy", "too many redirects");
      assertNoSecret(exchange.secrets.appearsInText(location));
      hop = redirectedHop(hop, response.status, location);
    } finally {
      response.cancel();
    }
  }
}

/** Checks one hop against the grant, resolves its host, checks every address, and only then connects. */
async function sendHop(
  { grant, powers, lookUp, secrets, signal }: Exchange,
  hop: Hop,
): Promise<HttpPowerResponse> {
  // Before any lookup: a name that is not granted must not even be asked for.
  const decision = decideRequest(grant, hop.method, hop.target);
  if (!decision.allowed) throw new HostError("refused-by-policy", decision.reason);
  const addresses = await resolve(lookUp, hop.target.host, signal);
  if (addresses.length === 0) throw new HostError("unreachable", "the host has no address");
  if (!addresses.every(({ address }) => isReachable(address, grant.private))) {
    throw new HostError("refused-by-policy", "the host has an address that is not public");
  }
  signal.throwIfAborted();
  return await powers.sendHttp({
    url: hop.target.href,
    method: hop.method,
    headers: hopHeaders(hop, decision.rule, secrets),
    body: hop.body,
    addresses,
    signal,
    connectMsMax: CONNECT_MS_MAX,
    headerBytesMax: RESPONSE_HEADER_BYTES_MAX,
  });
}

async function resolve(
  lookUp: Lookup,
  host: string,
  signal: AbortSignal,
): Promise<readonly ResolvedAddress[]> {
  const address = addressOf(host);
  const literal = parseAddress(address);
  if (literal === undefined) return await lookUp(host, signal);
  return [{ address, family: literal.kind() === "ipv4" ? 4 : 6 }];
}

/** The guest's headers, the broker's own, and last the secret's, which overrides what the guest said. */
function hopHeaders(hop: Hop, rule: HttpRule, secrets: RequestSecrets): readonly Header[] {
  const secret = hop.mayUseSecret ? secrets.headerFor(rule) : undefined;
  const guests = hop.headers.filter(([name]) => name !== secret?.[0]);
  const named = guests.some(([name]) => name === "user-agent") ? guests : [...guests, USER_AGENT];
  return [...named, ["accept-encoding", "gzip"], ...(secret === undefined ? [] : [secret])];
}

/** What a redirect makes of a hop, by the fetch standard; stricter where trust would travel. */
function redirectedHop(hop: Hop, status: number, location: string): Hop {
  const url = URL.parse(location, hop.target.href);
  if (url === null) throw new HostError("refused-by-policy", "a redirect leads nowhere");
  const target = parseRedirect(url.href);
  if (hop.target.scheme === "https" && target.scheme === "http") {
    throw new HostError("refused-by-policy", "a redirect leads from https to http");
  }
  const becomesGet =
    (status === 303 && hop.method !== "HEAD") ||
    ((status === 301 || status === 302) && hop.method === "POST");
  const kept = becomesGet
    ? hop.headers.filter(([name]) => !name.startsWith("content-"))
    : hop.headers;
  const sameOrigin =
    target.scheme === hop.target.scheme &&
    target.host === hop.target.host &&
    target.port === hop.target.port;
  return {
    method: becomesGet ? "GET" : hop.method,
    target,
    headers: sameOrigin ? kept : headersForOtherOrigin(kept),
    body: becomesGet ? undefined : hop.body,
    mayUseSecret: hop.mayUseSecret && sameOrigin,
  };
}

/** The server wrote this address, so its faults are not the guest's invalid argument. */
function parseRedirect(href: string): Target {
  try {
    return parseTarget(href);
  } catch (cause) {
    throw new HostError("refused-by-policy", "a redirect leads to an address that is not plain", {
      cause,
    });
  }
}

async function readAnswer(
  { grant, secrets, signal }: Exchange,
  hop: Hop,
  response: HttpPowerResponse,
): Promise<HostAnswer> {
  const body = await readBody(response, grant.responseBytesMax);
  // All headers are searched, not only those that go on: a secret in any shows what kind of server this is.
  const head = response.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  assertNoSecret(secrets.appearsInText(head) || (await secrets.appearsIn(body, signal)));
  const headers = guestHeaders(response.headers).map(([name, value]) => [name, value]);
  return { value: { status: response.status, url: hop.target.href, headers }, body };
}

function assertNoSecret(appears: boolean): void {
  if (appears)
    throw new HostError("refused-by-policy", "the answer repeats a secret of the operator's");
}

/** Runs `work` until the call ends or the time is up, whichever is first. Every failure leaves as a `HostError`. */
async function withDeadline<Result>(
  callSignal: AbortSignal,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const stop = () =>
    controller.abort(new HostError("timed-out", "the request took too long, or its call ended"));
  if (callSignal.aborted) stop();
  callSignal.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(stop, timeoutMs);
  try {
    return await work(controller.signal);
  } catch (cause) {
    if (cause instanceof HostError) throw cause;
    if (controller.signal.aborted)
      throw new HostError("timed-out", "the request took too long", { cause });
    throw new HostError("unreachable", "the request failed", { cause });
  } finally {
    clearTimeout(timer);
    callSignal.removeEventListener("abort", stop);
  }
}
