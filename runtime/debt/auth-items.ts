import type { DebtItem } from "./items.ts";

/** What recognising clients and keeping tenants apart does not do. */
export const AUTH_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-009",
    title: "One tenant, one user: whoever reaches stdio may call everything",
    status: "resolved",
    severity: "medium",
    since: "0.1.0",
    ring: null,
    area: "identity",
    current_behavior:
      "Over HTTP a request has a principal, by an API key, an access token or a client certificate, with scopes per tool and data by tenant. Over stdio the client process is the principal: its pipes are its credentials, and nobody else has them.",
    ideal: "Principals with scopes per tool over HTTP.",
    resolved_by: "Streamable HTTP with authentication.",
    references: ["OWASP MCP07"],
    evidence: [
      { kind: "test", what: "test/security/auth-http.test.ts" },
      { kind: "test", what: "test/security/auth-tenants.test.ts" },
    ],
  },
  {
    id: "GB-049",
    title: "An access token that its issuer took back counts until it ends",
    status: "open",
    severity: "medium",
    since: "0.1.0",
    ring: null,
    area: "identity",
    current_behavior:
      "Tokens are verified here, by the issuer's keys, and the issuer is not asked about each. One that was taken back counts until its own end; one whose key was withdrawn, at most ten minutes longer while the issuer can be reached, and an hour while it cannot.",
    ideal: "The issuer says which tokens it took back, and that counts within seconds.",
    resolved_by: "Introspection (RFC 7662) or status lists, for issuers that offer them.",
    references: ["OWASP MCP07"],
    evidence: [
      { kind: "test", what: "test/security/auth-tokens.test.ts" },
      { kind: "test", what: "test/security/auth-issuer.test.ts" },
    ],
  },
  {
    id: "GB-050",
    title: "A proof of possession can be used once at each replica that shares no store",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    area: "identity",
    current_behavior:
      "DPoP proofs are remembered for as long as they could be used, about a minute. With `server.store.redis` that is one memory for all replicas, which refuses while it is away; without it each process has its own. It is bounded: with 200000 proofs in it, or 6000 of one key, further ones are refused. The server asks for no nonce.",
    ideal:
      "Replicas without a shared store share what was used, or a nonce says where a proof is for.",
    resolved_by: "Nonces that each replica can verify, bound to it.",
    references: [],
    evidence: [{ kind: "test", what: "test/security/auth-proofs.test.ts" }],
  },
  {
    id: "GB-051",
    title: "Tenants share what the operator has them share, and what the machine has",
    status: "open",
    severity: "medium",
    since: "0.1.0",
    ring: 3,
    area: "identity",
    current_behavior:
      "Each tenant has folders, stores and runner processes of its own for each plugin. With `tenancy: shared` the processes are shared in turn, and native code that got out of its instance could wait there for the next tenant. Secrets of a rule without `perTenant` are the same for all. Of each plugin 32 tenants are open at once: more of them take turns, which costs a start, and limits of a plugin count for each tenant. Quotas of folders are for each tenant, and nothing bounds how many tenants an issuer may name.",
    ideal: "A bound on processes, and on the disk, for all tenants together.",
    resolved_by: "Budgets of the machine that tenants share by weight.",
    references: ["OWASP MCP10"],
    evidence: [
      { kind: "test", what: "test/security/auth-tenants.test.ts" },
      { kind: "test", what: "test/unit/cli/serving/tenant-plugins.test.ts" },
    ],
  },
  {
    id: "GB-052",
    title: "Client certificates are not looked up in their authority's lists of revoked ones",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    area: "identity",
    current_behavior:
      "`server.auth.revoked` lists the certificates that count no more, and is read at the start. Lists and answers of the authority itself (CRL, OCSP) are not asked for. Certificates that a proxy has seen and passes on in a header count for nothing.",
    ideal: "The authority's own word counts, without a restart.",
    resolved_by: "A file of revoked certificates that is read again when it changes, or OCSP.",
    references: [],
    evidence: [{ kind: "test", what: "test/security/auth-certificates.test.ts" }],
  },
];
