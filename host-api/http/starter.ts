import type { CallScope } from "../capability.ts";
import { HostError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { Powers } from "../powers.ts";
import type { Deadline } from "./deadline.ts";
import type { HttpGrant } from "./grant.ts";
import { parseRequestHeaders } from "./headers.ts";
import { CONNECT_MS_MAX, type Hop, type Journey } from "./hops.ts";
import { makeLookups } from "./lookups.ts";
import type { Residency } from "./region.ts";
import type { RequestBody } from "./request-body.ts";
import { METHODS } from "./rule.ts";
import { openSecrets } from "./secrets.ts";
import { parseTarget } from "./url.ts";

/** Requests of one plugin that run at once, in all its calls together. */
const REQUESTS_MAX = 8;

/** How a plugin's requests begin: under its grant, and at most so many at once. */
export interface Starter {
  /** Takes one of the plugin's places. Throws `HostError` `limit-exceeded`. The answer gives it back. */
  takePlace(): () => void;
  /** What the hops of a new request share. */
  begin(deadline: Deadline, call: CallScope, connectMsMax?: number): Journey;
  readonly timeoutMs: number;
}

export function makeStarter(grant: HttpGrant, powers: Powers, residency: Residency): Starter {
  const lookUp = makeLookups(powers);
  let running = 0;
  return {
    timeoutMs: grant.timeoutMs,
    takePlace() {
      if (running >= REQUESTS_MAX)
        throw new HostError("limit-exceeded", "too many requests at once");
      running += 1;
      return () => (running -= 1);
    },
    begin: ({ signal }, { connects }, connectMsMax = CONNECT_MS_MAX) => {
      const secrets = openSecrets(grant, powers);
      return { grant, residency, connects, powers, lookUp, secrets, signal, connectMsMax };
    },
  };
}

/** Narrows what the runner sent: `[method, url, headers]`. Throws `HostError`. */
export function parseHop(
  [method, url, headers]: readonly JsonValue[],
  body: RequestBody | undefined,
): Hop {
  if (typeof url !== "string") throw new HostError("invalid-argument", "not a request");
  if (!METHODS.some((known) => known === method) || typeof method !== "string") {
    throw new HostError("invalid-argument", "unknown method");
  }
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    throw new HostError("invalid-argument", `${method} carries no body`);
  }
  return {
    method,
    target: parseTarget(url),
    headers: parseRequestHeaders(headers),
    body,
    mayUseSecret: true,
  };
}
