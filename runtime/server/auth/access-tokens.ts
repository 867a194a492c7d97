import { hash } from "node:crypto";
import type { ScopeConfiguration, TokenAuth } from "../../policy/server/auth-configuration.ts";
import { makeToolScopes } from "../../policy/tool-scopes.ts";
import type { SourcePowers } from "../../supply/sources/powers.ts";
import type { Authentication, Authenticator, Challenge } from "../http/authenticate.ts";
import type { HttpRequest } from "../http/exchange.ts";
import { explainRefusal, verifyAccessToken, type VerifiedToken } from "./access-token.ts";
import {
  askForCredentials,
  challenged,
  refuse,
  unavailable,
  type ChallengeTerms,
} from "./challenge.ts";
import { readCredentials } from "./credentials.ts";
import { decideScopes } from "./decide-scopes.ts";
import { fetchIssuerKeys } from "./issuer-documents.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import type { NoteTrouble } from "./powers.ts";
import { PROOF_ALGORITHMS, ProofRefused, verifyProof } from "./proof.ts";
import type { ReplayGuard } from "./replay-guard.ts";
import { makeResourceMetadata, metadataAddress } from "./resource-metadata.ts";
import { TokenCache } from "./token-cache.ts";

export interface AccessTokenSetting {
  readonly auth: TokenAuth;
  readonly scopes: ScopeConfiguration | undefined;
  readonly powers: SourcePowers;
  readonly replay: ReplayGuard;
  readonly noteTrouble: NoteTrouble;
  readonly nowMs: () => number;
}

const CACHED_TOKENS_MAX = 10_000;
/** A token is verified again after this long, so that a key that its issuer withdrew soon counts no more. */
// debt("GB-049"): the issuer is not asked again.
const CACHED_MS_MAX = 5 * 60_000;
/** Verifications under way at once. More than that is somebody who makes tokens up. */
const VERIFYING_MAX = 1_000;
const RETRY_SECONDS = 5;

interface KnownToken extends VerifiedToken {
  readonly outcome: Authentication;
}

/**
 * `mode: oauth`: an OAuth 2.1 resource server. Tokens are verified here and go nowhere: no plugin, no log and no other
 * server ever sees one. Only a hash of each is kept, with what it proved.
 */
export function makeAccessTokens(setting: AccessTokenSetting): Authenticator {
  const { auth, scopes, powers, replay, noteTrouble, nowMs } = setting;
  const toolScopes = makeToolScopes(scopes);
  const terms: ChallengeTerms = {
    schemes:
      auth.dpop === "required"
        ? ["DPoP"]
        : auth.dpop === "allowed"
          ? ["Bearer", "DPoP"]
          : ["Bearer"],
    resourceMetadata: metadataAddress(auth.resource),
    scopes: toolScopes.usual,
    proofAlgorithms: PROOF_ALGORITHMS,
  };
  const missing = challenged(askForCredentials(terms));
  const refused = (description: string): Authentication =>
    challenged(refuse(terms, "invalid_token", description));
  const closed = challenged(
    unavailable("Access tokens cannot be checked at the moment.", RETRY_SECONDS),
  );
  const cache = new TokenCache<KnownToken>(CACHED_TOKENS_MAX);
  const verifying = new Map<string, Promise<KnownToken>>();
  const keys = new IssuerKeys({
    fetch: () =>
      fetchIssuerKeys({ issuer: auth.issuer, powers, ...(auth.jwks ? { jwks: auth.jwks } : {}) }),
    noteTrouble,
    nowMs,
    onChanged: () => cache.clear(),
  });

  const verify = async (token: string, key: string): Promise<KnownToken> => {
    const verified = await verifyAccessToken(token, auth, keys.find, nowMs());
    const known: KnownToken = {
      ...verified,
      outcome: { kind: "principal", principal: verified.principal },
    };
    cache.set(key, known, Math.min(verified.endsMs, nowMs() + CACHED_MS_MAX));
    return known;
  };

  /** One verification for all who come with the same token meanwhile. */
  const verifyOnce = (token: string, key: string): Promise<KnownToken> => {
    const underWay = verifying.get(key);
    if (underWay !== undefined) return underWay;
    if (verifying.size >= VERIFYING_MAX) throw new Error("too many tokens are being verified");
    const started = verify(token, key).finally(() => verifying.delete(key));
    verifying.set(key, started);
    return started;
  };

  const explain = (error: unknown): Authentication => {
    if (error instanceof ProofRefused)
      return challenged(
        refuse({ ...terms, schemes: ["DPoP"] }, "invalid_dpop_proof", error.message),
      );
    const description = explainRefusal(error);
    return description === undefined ? closed : refused(description);
  };

  /** Whether the client holds what the token is bound to. Answers at once for a token that is bound to nothing. */
  const confirm = (
    { binding, outcome }: KnownToken,
    kind: "bearer" | "dpop",
    token: string,
    request: HttpRequest,
  ): Authentication | Promise<Authentication> => {
    const { proofKey, certificate } = binding;
    if (certificate !== undefined && !holdsCertificate(request, certificate))
      return refused("The access token is bound to another client certificate.");
    if (proofKey === undefined) {
      if (auth.dpop === "required" || kind === "dpop")
        return refused("The access token is not bound to a key of the client's (DPoP).");
      return outcome;
    }
    if (auth.dpop === "off") return refused("Tokens bound by DPoP are not accepted here.");
    if (kind === "bearer") return refused("The access token is bound to a key: send it by DPoP.");
    const facts = {
      proof: request.headers["dpop"],
      method: request.method,
      address: addressOf(auth.resource, request.target),
      token,
      proofKey,
      nowMs: nowMs(),
      skewSeconds: auth.skewSeconds,
    };
    return verifyProof(facts, replay).then(() => outcome, explain);
  };

  return {
    bearer: "an access token",
    authenticate(request): Authentication | Promise<Authentication> {
      const credentials = readCredentials(request);
      if (credentials.kind === "none") return missing;
      if (credentials.kind === "malformed")
        return challenged(refuse(terms, "invalid_request", credentials.why));
      const { kind, token } = credentials;
      const key = hash("sha256", token, "base64");
      const known = cache.get(key, nowMs());
      if (known !== undefined) return confirm(known, kind, token, request);
      try {
        return verifyOnce(token, key).then(
          (found) => confirm(found, kind, token, request),
          explain,
        );
      } catch (error) {
        return explain(error);
      }
    },
    decideTool: (principal, name): Challenge | undefined =>
      decideScopes(principal, name, toolScopes, (needed) =>
        refuse(
          { ...terms, scopes: needed },
          "insufficient_scope",
          "The access token lacks a scope that this tool needs.",
        ),
      ),
    metadata: makeResourceMetadata(auth, scopes),
  };
}

/**
 * What a proof must be for: this server as its clients know it, and the path that was asked. A proxy may have taken off
 * what stands before it; no word of the request decides about the host.
 */
function addressOf(resource: string, target: string): string {
  const address = new URL(resource);
  const path = target.split(/[?#]/, 1)[0] ?? "";
  if (!path.startsWith("/") || !address.pathname.endsWith(path)) address.pathname = path;
  return address.href;
}

function holdsCertificate({ clientCertificate }: HttpRequest, expected: string): boolean {
  return (
    clientCertificate !== undefined && hash("sha256", clientCertificate, "base64url") === expected
  );
}
