/** How a client of the HTTP server says who it is. Standard input and output need none of it: whoever holds the pipes calls. */
export type AuthConfiguration = { readonly mode: "none" } | KeyAuth | TokenAuth | CertificateAuth;

/** API keys of `glovebox key new`. */
export interface KeyAuth {
  readonly mode: "keys";
  /** The file of their hashes, relative to the configuration. Left out, `.glovebox/keys.json`. */
  readonly file?: string;
}

/** Access tokens of an OAuth 2.1 authorization server (RFC 9068), for this resource and no other (RFC 8707). */
export interface TokenAuth {
  readonly mode: "oauth";
  /** Compared letter by letter with `iss`; its metadata says where the keys are, unless `jwks` does. */
  readonly issuer: string;
  /** This server's own address as clients know it. What its metadata (RFC 9728) names, and what DPoP proofs are for. */
  readonly resource: string;
  /** What `aud` must hold. Left out in the file, the resource. */
  readonly audience: string;
  readonly jwks?: string;
  readonly algorithms: readonly TokenAlgorithm[];
  /** Claims that must be there besides those that RFC 9068 demands. */
  readonly claims: readonly string[];
  readonly tenant: TenantSource;
  readonly subjectClaim: string;
  readonly clientClaim: string;
  readonly scopeClaim: string;
  readonly dpop: "off" | "allowed" | "required";
  readonly skewSeconds: number;
}

/** Client certificates that `server.http.tls.client_ca` issued. */
export interface CertificateAuth {
  readonly mode: "mtls";
  readonly tenant: { readonly value: string } | { readonly field: CertificateField };
  readonly subject: CertificateField;
  /** What every such client may do. */
  readonly scopes: readonly string[];
  /** SHA-256 of certificates (DER) that count no more, in lower-case hexadecimal. */
  readonly revoked: readonly string[];
}

/** The same tenant for every client, or the claim that names it. */
export type TenantSource = { readonly value: string } | { readonly claim: string };

/** Signatures with a public key only: with a shared one, or none, whoever can verify can also make tokens. */
export const TOKEN_ALGORITHMS = [
  "ES256",
  "ES384",
  "ES512",
  "PS256",
  "PS384",
  "PS512",
  "RS256",
  "RS384",
  "RS512",
  "EdDSA",
  "Ed25519",
] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** Where in a certificate a name stands: of the subject, or the only alternative name of its kind. */
export const CERTIFICATE_FIELDS = [
  "subject.CN",
  "subject.O",
  "subject.OU",
  "san.uri",
  "san.dns",
  "san.email",
] as const;
export type CertificateField = (typeof CERTIFICATE_FIELDS)[number];

/** Which scopes each tool needs. Without the section, whoever may call at all may call every tool. */
export interface ScopeConfiguration {
  /** For what is not named below. */
  readonly default: readonly string[];
  /** By exposed name. What is named here needs these and not the default. */
  readonly tools: Readonly<Record<string, readonly string[]>>;
}
