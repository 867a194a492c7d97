import type { DebtItem } from "./items.ts";

/** Gaps in where plugins come from, whose word counts, and what happens when either changes. */
export const SUPPLY_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-031",
    title: "Sources are fetched without a proxy, and a web server is asked for two signatures only",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 0,
    current_behavior:
      "Every connection goes straight to an address that was checked; HTTPS_PROXY is not read. Beside `https://…/FILE` only FILE.sigstore.json and FILE.minisig are looked for, because a web server lists nothing. Layers compressed with zstd are refused.",
    ideal: "A proxy that the operator names, and as many signatures as a package has.",
    resolved_by: "A key of the configuration for the proxy; a registry, which lists signatures.",
    references: [],
    evidence: [{ kind: "test", what: "test/security/known-gaps.test.ts" }],
  },
  {
    id: "GB-032",
    title:
      "In a registry without the referrers API, two who attach signatures at once can lose one",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 0,
    current_behavior:
      "There the list of signatures is an ordinary tag that is read, added to and written again. What is lost is missing, never forged: the plugin is refused until it is published again. Whoever may push there can also fill the list, and then it is refused too.",
    ideal: "The registry adds to the list.",
    resolved_by: "Registries of distribution specification 1.1.",
    references: ["OWASP MCP04"],
    evidence: [{ kind: "test", what: "test/security/known-gaps.test.ts" }],
  },
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
  {
    id: "GB-035",
    title: "A running server cannot load a plugin that was updated before its first call",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 0,
    current_behavior:
      "A server reads a component from the store when it is first called, unless its generated code is in the cache. An update or a removal takes the package that nobody pins any more out of the store, so that call fails as INTERNAL until the server is started again. Nothing else is ever loaded in its place.",
    ideal: "A package stays while a server of its workspace may need it.",
    resolved_by: "Servers that hold on to what they verified.",
    references: [],
    evidence: [{ kind: "test", what: "test/supply/workspace.test.ts" }],
  },
  {
    id: "GB-039",
    title: "Limits, isolation and the choice of tools are not part of what is approved",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 0,
    current_behavior:
      "The lockfile pins what a plugin is and what it may do. How much it may use, how its calls are kept apart, which of its tools are served and under which names stands in the configuration alone: whoever may edit that changes it without an approval, also while one is being asked for. Of an OCI index the digest of the index is pinned and can be revoked, and not that of the manifest in it; a package's digest is a weak thing to revoke, since the same component can be packed anew: revoke the component.",
    ideal: "An approval shows and pins all of a plugin's entry.",
    resolved_by: "A digest of the whole entry in the lockfile.",
    references: ["OWASP MCP04"],
    evidence: [{ kind: "test", what: "test/e2e/policy.test.ts" }],
  },
  {
    id: "GB-040",
    title: "Few of the published components and plugins of others were tried",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 1,
    current_behavior:
      "Components of Wassette's and plugins of hyper-mcp's shapes are built from source and held by tests. Of what those projects publish, one component and three plugins were installed, listed and called; the others could not be fetched, no servlet of mcp.run was had, and no registry but one on the same machine was asked.",
    ideal: "Every published example installs, lists and runs, by a command that fetches them.",
    resolved_by: "A run beside public registries.",
    references: [],
    evidence: [
      { kind: "test", what: "test/e2e/wit-components.test.ts" },
      { kind: "test", what: "test/e2e/servlets.test.ts" },
    ],
  },
  {
    id: "GB-041",
    title: "The first scan of a long list of tools takes longer than the next ones",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 0,
    current_behavior:
      "A list of 1 MB takes about 100 ms of processor time once the rules are compiled, and three to four times as long in a process that has scanned nothing yet (`npm run bench:scan`). The work is bounded all the same: what is more than is read is a finding of high severity.",
    ideal: "No input of 1 MB takes more than 100 ms, the first one neither.",
    resolved_by: "Fewer rules that each look at every text by themselves.",
    references: [],
    evidence: [{ kind: "test", what: "test/security/scan-attacks.test.ts" }],
  },
];
