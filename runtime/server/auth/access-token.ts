import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";
import {
  isPrincipalName,
  isTenantName,
  makePrincipal,
  type Principal,
} from "../../policy/principal.ts";
import type { TokenAuth } from "../../policy/server/auth-configuration.ts";

/** What a token is bound to, beside being held: a key of the client's own (RFC 9449), a certificate (RFC 8705), or both. */
export interface Binding {
  /** SHA-256 thumbprint of the key that signs proofs. */
  readonly proofKey?: string;
  /** SHA-256 of the client's certificate, base64url. */
  readonly certificate?: string;
}

export interface VerifiedToken {
  readonly principal: Principal;
  readonly binding: Binding;
  /** When it ends, clocks' difference included. */
  readonly endsMs: number;
}

/** A token that is not accepted. `message` is for the client: it says nothing of the token. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
}

/** Of RFC 9068, 2.2. */
const REQUIRED_CLAIMS = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] as const;
const SCOPES_MAX = 256;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;
const HEADER_CHARS_MAX = 2048;
const DIGEST = /^[A-Za-z0-9_-]{43}$/;

/**
 * Verifies an access token as RFC 9068, 4 orders: type, issuer, audience, algorithm, signature and times; then reads whose
 * it is by the configuration. Throws `TokenRefused`, jose's errors, or what `findKey` throws.
 */
export async function verifyAccessToken(
  token: string,
  auth: TokenAuth,
  findKey: JWTVerifyGetKey,
  nowMs: number,
): Promise<VerifiedToken> {
  const [header = "", , signature, more] = token.split(".", 4);
  if (header.length > HEADER_CHARS_MAX || !signature || more !== undefined)
    throw new TokenRefused("The access token is not a signed JWT.");
  const { payload } = await jwtVerify(token, findKey, {
    issuer: auth.issuer,
    audience: auth.audience,
    typ: "at+jwt",
    algorithms: [...auth.algorithms],
    requiredClaims: [...REQUIRED_CLAIMS, ...auth.claims],
    clockTolerance: auth.skewSeconds,
    currentDate: new Date(nowMs),
  });
  const skewMs = auth.skewSeconds * 1000;
  const { iat = Infinity, exp = -Infinity } = payload;
  if (iat * 1000 > nowMs + skewMs) throw new TokenRefused("The access token is from the future.");
  return {
    principal: principalOf(payload, auth),
    binding: bindingOf(payload),
    endsMs: exp * 1000 + skewMs,
  };
}

/** What a client is told of whatever verification threw. */
export function explainRefusal(error: unknown): string | undefined {
  if (error instanceof TokenRefused) return error.message;
  if (error instanceof errors.JWTExpired) return "The access token has expired.";
  if (error instanceof errors.JOSEError) return "The access token is not valid here.";
  return undefined;
}

function principalOf(payload: JWTPayload, auth: TokenAuth): Principal {
  const tenant = "value" in auth.tenant ? auth.tenant.value : textIn(payload, auth.tenant.claim);
  const subject = textIn(payload, auth.subjectClaim);
  const client = textIn(payload, auth.clientClaim);
  if (!isTenantName(tenant) || !isPrincipalName(subject) || !isPrincipalName(client))
    throw new TokenRefused("The access token names a tenant, user or client that cannot be one.");
  return makePrincipal({ via: "token", tenant, subject, client, scopes: scopesOf(payload, auth) });
}

function textIn(payload: JWTPayload, claim: string): string {
  const value = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
  if (typeof value === "string") return value;
  throw new TokenRefused("The access token lacks a claim that this server needs.");
}

/** Words in one text (RFC 8693, 4.2), or a list, as some issuers write it. No claim, no scopes. */
function scopesOf(payload: JWTPayload, { scopeClaim }: TokenAuth): readonly string[] {
  const value = Object.hasOwn(payload, scopeClaim) ? payload[scopeClaim] : undefined;
  if (value === undefined) return [];
  const scopes: unknown = typeof value === "string" ? value.split(" ").filter(Boolean) : value;
  const isList =
    Array.isArray(scopes) &&
    scopes.length <= SCOPES_MAX &&
    scopes.every((scope) => typeof scope === "string" && SCOPE.test(scope));
  if (!isList) throw new TokenRefused("The access token's scopes are not scopes.");
  return scopes as string[];
}

/** What is bound in a way that is not known here cannot be checked, and holding it is not enough (RFC 7800, 3.1). */
function bindingOf({ cnf }: JWTPayload): Binding {
  if (cnf === undefined) return {};
  const unknown = new TokenRefused("The access token is bound in a way that is not known here.");
  if (typeof cnf !== "object" || cnf === null || Array.isArray(cnf)) throw unknown;
  const members = Object.entries(cnf);
  if (members.length === 0) throw unknown;
  let binding: Binding = {};
  for (const [name, value] of members) {
    if (typeof value !== "string" || !DIGEST.test(value)) throw unknown;
    if (name === "jkt") binding = { ...binding, proofKey: value };
    else if (name === "x5t#S256") binding = { ...binding, certificate: value };
    else throw unknown;
  }
  return binding;
}
