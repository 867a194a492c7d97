import type { Authentication, Challenge } from "../http/authenticate.ts";

/** What a challenge names beside its error. Values are the operator's, and none has a quotation mark or a backslash. */
export interface ChallengeTerms {
  readonly schemes: readonly ("Bearer" | "DPoP")[];
  /** Where the metadata of the resource is (RFC 9728, 5.1). */
  readonly resourceMetadata?: string;
  /** Scopes that the request needs: all of them, so that the client has to ask only once. */
  readonly scopes: readonly string[];
  /** Signatures of DPoP proofs (RFC 9449, 5.1). */
  readonly proofAlgorithms: readonly string[];
}

/** Of RFC 6750, 3.1, and RFC 9449, 7.1. */
export type ChallengeError =
  | "invalid_request"
  | "invalid_token"
  | "insufficient_scope"
  | "invalid_dpop_proof";

const STATUS = {
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  invalid_dpop_proof: 401,
} as const satisfies Record<ChallengeError, Challenge["status"]>;

/** A request without credentials gets no error code (RFC 6750, 3.1): it has made no mistake yet. */
export function askForCredentials(terms: ChallengeTerms): Challenge {
  return { status: 401, challenges: headersOf(terms), message: "This server needs credentials." };
}

/** `description` is ours: printable ASCII without quotation marks. */
export function refuse(
  terms: ChallengeTerms,
  error: ChallengeError,
  description: string,
): Challenge {
  const challenges = headersOf(terms, error, description);
  return { status: STATUS[error], challenges, message: description };
}

/** A refusal that no credentials of another kind would change. */
export function forbid(message: string): Challenge {
  return { status: 403, challenges: [], message };
}

/** The check itself could not be made. The client's credentials may be good: it shall keep them and come again. */
export function unavailable(message: string, retryAfter: number): Challenge {
  return { status: 503, challenges: [], retryAfter, message };
}

export function challenged(challenge: Challenge): Authentication {
  return { kind: "challenge", challenge };
}

function headersOf(
  { schemes, resourceMetadata, scopes, proofAlgorithms }: ChallengeTerms,
  error?: ChallengeError,
  description?: string,
): readonly string[] {
  const shared = [
    ...(resourceMetadata === undefined ? [] : [`resource_metadata="${resourceMetadata}"`]),
    ...(scopes.length === 0 ? [] : [`scope="${scopes.join(" ")}"`]),
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(description === undefined ? [] : [`error_description="${description}"`]),
  ];
  return schemes.map((scheme) => {
    const own = scheme === "DPoP" ? [`algs="${proofAlgorithms.join(" ")}"`] : [];
    const parameters = [...shared, ...own];
    return `${scheme} ${parameters.length === 0 ? 'realm="glovebox"' : parameters.join(", ")}`;
  });
}
