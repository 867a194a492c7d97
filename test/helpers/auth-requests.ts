import assert from "node:assert/strict";
import type { Principal } from "../../runtime/policy/principal.ts";
import type { Authenticator, Challenge } from "../../runtime/server/http/authenticate.ts";
import type { HttpRequest } from "../../runtime/server/http/exchange.ts";

export type Headers = readonly (readonly [name: string, value: string])[];

/** A request as the listener hands it over: names in lower case, and what came twice joined by a comma. */
export function requestWith(headers: Headers, facts: Partial<HttpRequest> = {}): HttpRequest {
  const joined: Record<string, string> = Object.create(null);
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    joined[key] = key in joined ? `${joined[key]}, ${value}` : value;
  }
  return {
    method: "POST",
    target: "/mcp",
    headers: joined,
    remoteAddress: "203.0.113.9",
    isEncrypted: true,
    clientCertificate: undefined,
    ...facts,
  };
}

export function bearer(token: string): Headers {
  return [["Authorization", `Bearer ${token}`]];
}

export async function accepted(
  authenticator: Authenticator,
  headers: Headers,
  facts: Partial<HttpRequest> = {},
): Promise<Principal> {
  const outcome = await authenticator.authenticate(requestWith(headers, facts));
  if (outcome.kind === "challenge") assert.fail(`refused: ${outcome.challenge.message}`);
  return outcome.principal;
}

export async function refused(
  authenticator: Authenticator,
  headers: Headers,
  facts: Partial<HttpRequest> = {},
): Promise<Challenge> {
  const outcome = await authenticator.authenticate(requestWith(headers, facts));
  if (outcome.kind === "principal") assert.fail("was accepted");
  return outcome.challenge;
}

/** The `error` of a challenge, and undefined where there is none. */
export function errorOf({ challenges }: Challenge): string | undefined {
  return /error="([^"]*)"/.exec(challenges[0] ?? "")?.[1];
}
