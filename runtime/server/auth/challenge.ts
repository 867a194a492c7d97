/** Why a request is refused, as its answer: a status, the header that says what is missing, and a body in the words of RFC 6750. */
export interface Challenge {
  readonly status: 400 | 401 | 403 | 503;
  /** Value of `WWW-Authenticate`. */
  readonly wwwAuthenticate?: string;
  /** Seconds, for `Retry-After`. */
  readonly retryAfter?: number;
  /** JSON: `{error, error_description}`. Nothing in it came from the request. */
  readonly body: string;
}

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

export type ChallengeError =
  | "invalid_request"
  | "invalid_token"
  | "insufficient_scope"
  | "invalid_dpop_proof"
  | "use_dpop_nonce";

const STATUS = {
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  invalid_dpop_proof: 401,
  use_dpop_nonce: 401,
} as const satisfies Record<ChallengeError, Challenge["status"]>;

/** A request without credentials gets no error code (RFC 6750, 3.1): it has made no mistake yet. */
export function askForCredentials(terms: ChallengeTerms): Challenge {
  const body = bodyOf("unauthorized", "This server needs credentials.");
  return { status: 401, wwwAuthenticate: headerOf(terms), body };
}

/** `description` is ours, printable ASCII without quotation marks. */
export function refuse(
  terms: ChallengeTerms,
  error: ChallengeError,
  description: string,
): Challenge {
  return {
    status: STATUS[error],
    wwwAuthenticate: headerOf(terms, error, description),
    body: bodyOf(error, description),
  };
}

/** A refusal that no credentials of another kind would change. */
export function forbid(description: string): Challenge {
  return { status: 403, body: bodyOf("forbidden", description) };
}

/** The check itself could not be made. The client's credentials may be good: it shall keep them and come again. */
export function unavailable(description: string, retryAfter: number): Challenge {
  return { status: 503, retryAfter, body: bodyOf("temporarily_unavailable", description) };
}

function headerOf(
  { schemes, resourceMetadata, scopes, proofAlgorithms }: ChallengeTerms,
  error?: ChallengeError,
  description?: string,
): string {
  const shared = [
    ...(resourceMetadata === undefined ? [] : [`resource_metadata="${resourceMetadata}"`]),
    ...(scopes.length === 0 ? [] : [`scope="${scopes.join(" ")}"`]),
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(description === undefined ? [] : [`error_description="${description}"`]),
  ];
  const challenges = schemes.map((scheme) => {
    const own = scheme === "DPoP" ? [`algs="${proofAlgorithms.join(" ")}"`] : [];
    const parameters = [...own, ...shared];
    return `${scheme} ${parameters.length === 0 ? 'realm="glovebox"' : parameters.join(", ")}`;
  });
  return challenges.join(", ");
}

function bodyOf(error: string, description: string): string {
  return JSON.stringify({ error, error_description: description });
}
