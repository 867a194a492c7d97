import assert from "node:assert/strict";
import type {
  Authenticator,
  AuthOutcome,
  RequestFacts,
} from "../../runtime/server/auth/authenticate.ts";
import type { Challenge } from "../../runtime/server/auth/challenge.ts";
import type { Principal } from "../../runtime/policy/principal.ts";

export type Headers = readonly (readonly [name: string, value: string])[];

/** A request as a server sees it, before its body. */
export function requestWith(headers: Headers, facts: Partial<RequestFacts> = {}): RequestFacts {
  return {
    method: "POST",
    url: "/mcp",
    rawHeaders: headers.flat(),
    remoteAddress: "203.0.113.9",
    ...facts,
  };
}

export function bearer(token: string): Headers {
  return [["Authorization", `Bearer ${token}`]];
}

export async function ask(
  authenticator: Authenticator,
  headers: Headers,
  facts: Partial<RequestFacts> = {},
): Promise<AuthOutcome> {
  return authenticator.authenticate(requestWith(headers, facts));
}

export async function accepted(
  authenticator: Authenticator,
  headers: Headers,
  facts: Partial<RequestFacts> = {},
): Promise<Principal> {
  const { principal, challenge } = await ask(authenticator, headers, facts);
  assert.ok(principal, `refused: ${challenge?.status} ${challenge?.body}`);
  return principal;
}

export async function refused(
  authenticator: Authenticator,
  headers: Headers,
  facts: Partial<RequestFacts> = {},
): Promise<Challenge> {
  const { challenge } = await ask(authenticator, headers, facts);
  assert.ok(challenge, "was accepted");
  return challenge;
}

/** The `error` of a challenge, and undefined where there is none. */
export function errorOf({ wwwAuthenticate = "" }: Challenge): string | undefined {
  return /error="([^"]*)"/.exec(wwwAuthenticate)?.[1];
}
