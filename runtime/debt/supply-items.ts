import type { DebtItem } from "./items.ts";

/** Gaps in whose word counts. */
export const SUPPLY_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-008",
    title: "Only local keys signed",
    status: "resolved",
    severity: "medium",
    since: "0.1.0",
    ring: 0,
    current_behavior:
      "Keys, exact identities of Sigstore and minisign sign; cosigners, days, provenance and revocation are the operator's to say.",
    ideal: "The same.",
    resolved_by: "Trust entries of three kinds, verified offline.",
    references: ["OWASP MCP04"],
    evidence: [
      { kind: "test", what: "test/security/signature-attacks-identity.test.ts" },
      { kind: "test", what: "test/e2e/trust.test.ts" },
    ],
  },
  {
    id: "GB-033",
    title: "The trusted root of Sigstore is as old as the release, and identities sign elsewhere",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 0,
    current_behavior:
      "Certificates are held against the root that ships with the release, or the file at `sigstore.trusted_root`; nothing fetches a newer one. Where the public instance retires a log or an authority after a breach, an operator learns of it by a new release. `glovebox sign` signs with keys; an identity signs what `--statement` writes with another program.",
    ideal:
      "The root is updated by Sigstore's own update framework, and a workflow signs by itself.",
    resolved_by: "A command that fetches the root by TUF, and one that signs with a token.",
    references: ["OWASP MCP04"],
    evidence: [{ kind: "test", what: "test/security/known-gaps.test.ts" }],
  },
  {
    id: "GB-034",
    title: "Nobody vouches for when a key signed, and a running server does not look again",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 0,
    current_behavior:
      "A key's signature has no time that a third party saw, so `from` and `until` are held against this machine's clock: a key that was stolen can sign until its last day, and what it signed before counts no more after it. Signatures by identities are held against the time of the log. Windows and revocations are looked at when a server starts, not while it runs.",
    ideal: "Signatures by keys carry a timestamp, and a revocation stops what runs.",
    resolved_by: "Timestamps in key bundles, and a configuration that is read again.",
    references: ["OWASP MCP04"],
    evidence: [{ kind: "test", what: "test/security/known-gaps.test.ts" }],
  },
];
