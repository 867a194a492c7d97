import type { JsonObject } from "@glovebox/host-api/json";
import type { Principal } from "../../policy/principal.ts";
import type { HttpRequest } from "./exchange.ts";

/**
 * What is said to a client that may not come in (401), that may not do this (403), whose credentials came in a way that
 * is not accepted (400), or whom nobody can check now (503: its credentials may be good).
 * `challenges` become `WWW-Authenticate` headers, RFC 9110 section 11.6.1; a 403 without any has none.
 */
export interface Challenge {
  readonly status: 400 | 401 | 403 | 503;
  readonly challenges: readonly string[];
  /** Seconds, for `Retry-After`. */
  readonly retryAfter?: number;
  /** For the person who reads the body. Nothing of a token stands in it. */
  readonly message: string;
}

export type Authentication =
  | { readonly kind: "principal"; readonly principal: Principal }
  | { readonly kind: "challenge"; readonly challenge: Challenge };

/** Who the server lets in. One implementation for each mode of `server.auth`. Fails closed: what it throws is a 401. */
export interface Authenticator {
  /** On whose behalf a request comes, from its head alone. Asked for each request; answers at once where it can. */
  authenticate(request: HttpRequest): Authentication | Promise<Authentication>;
  /** Whether the principal may call and see the tool: undefined, or the challenge that names what is missing. */
  decideTool(principal: Principal, exposedName: string): Challenge | undefined;
  /** The document of RFC 9728, where there is an authorization server. */
  readonly metadata?: JsonObject;
}

/** Whether a connection comes from this machine. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}
