import type { CallScope } from "../capability.ts";
import { HostError } from "../errors.ts";
import type { HttpPowerResponse, Powers, ResolvedAddress } from "../powers.ts";
import { isReachable, parseAddress } from "./addresses.ts";
import type { HttpGrant } from "./grant.ts";
import { guestHeaders, headerValue, headersForOtherOrigin } from "./headers.ts";
import type { Header } from "./headers.ts";
import type { Lookup } from "./lookups.ts";
import { decideRequest } from "./match.ts";
import { destinationOf, refusalOfRegion, type Residency } from "./region.ts";
import type { RequestBody } from "./request-body.ts";
import type { HttpRule } from "./rule.ts";
import { assertNoSecret, type RequestSecrets } from "./secrets.ts";
import { addressOf, parseTarget } from "./url.ts";
import type { Target } from "./url.ts";

export const CONNECT_MS_MAX = 10_000;
const RESPONSE_HEADER_BYTES_MAX = 16 * 1024;
const USER_AGENT: Header = ["user-agent", "glovebox"];
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** One hop: what the guest asked for, or what a server's redirect made of it. */
export interface Hop {
  readonly method: string;
  readonly target: Target;
  readonly headers: readonly Header[];
  readonly body: RequestBody | undefined;
  /** False once a redirect led to another origin; it stays false. */
  readonly mayUseSecret: boolean;
}

/** What the hops of one request share. */
export interface Journey {
  readonly grant: HttpGrant;
  readonly residency: Residency;
  readonly connects: CallScope["connects"];
  readonly powers: Powers;
  readonly lookUp: Lookup;
  readonly secrets: RequestSecrets;
  readonly signal: AbortSignal;
  readonly connectMsMax: number;
}

/** Where the redirects ended. The response must be read to its end or cancelled. */
export interface Arrival {
  readonly url: string;
  readonly response: HttpPowerResponse;
}

/** Sends the first hop and follows redirects, each hop under the same checks as the first. */
export async function travel(journey: Journey, first: Hop): Promise<Arrival> {
  let hop = first;
  for (let redirects = 0; ; redirects += 1) {
    const response = await sendHop(journey, hop);
    try {
      const location = REDIRECTS.has(response.status)
        ? headerValue(response.headers, "location")
        : undefined;
      if (location === undefined) return { url: hop.target.href, response };
      if (redirects >= journey.grant.redirectsMax)
        throw new HostError("refused-by-policy", "too many redirects");
      assertNoSecret(journey.secrets.appearsInText(location));
      hop = redirectedHop(hop, response.status, location);
    } catch (error) {
      response.cancel();
      throw error;
    }
    response.cancel();
  }
}

/**
 * What the guest may read of headers or trailers. All are searched for secrets, not only those that go on: a secret in
 * any shows what kind of server this is. Throws `HostError`.
 */
export function readHeaders(
  headers: readonly Header[],
  secrets: RequestSecrets,
): readonly Header[] {
  assertNoSecret(
    secrets.appearsInText(headers.map(([name, value]) => `${name}: ${value}`).join("\n")),
  );
  return guestHeaders(headers);
}

/** Checks one hop against the grant, resolves its host, checks every address, and only then connects. */
async function sendHop(
  { grant, residency, connects, powers, lookUp, secrets, signal, connectMsMax }: Journey,
  hop: Hop,
): Promise<HttpPowerResponse> {
  // Before any lookup: a name that is not granted must not even be asked for.
  const decision = decideRequest(grant, hop.method, hop.target);
  if (!decision.allowed) throw new HostError("refused-by-policy", decision.reason);
  const destination = destinationOf(residency, hop.target);
  const outside = refusalOfRegion(destination, residency);
  if (outside !== undefined) throw new HostError("refused-by-policy", outside);
  const addresses = await resolve(lookUp, hop.target.host, signal);
  if (addresses.length === 0) throw new HostError("unreachable", "the host has no address");
  if (!addresses.every(({ address }) => isReachable(address, grant.private))) {
    throw new HostError("refused-by-policy", "the host has an address that is not public");
  }
  signal.throwIfAborted();
  // First it is noted: what goes wrong on the way may have been sent all the same.
  connects?.(destination);
  return await powers.sendHttp({
    url: hop.target.href,
    method: hop.method,
    headers: hopHeaders(hop, decision.rule, secrets),
    body: hop.body?.content(),
    addresses,
    signal,
    connectMsMax,
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
