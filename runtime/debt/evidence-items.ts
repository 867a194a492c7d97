import type { DebtItem } from "./items.ts";

/** What regions and bundles of evidence do not show. */
export const EVIDENCE_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-085",
    title: "A region is what the operator says of a host, and nobody looks where it is",
    status: "open",
    severity: "medium",
    since: "0.2.0",
    ring: 2,
    area: "flow",
    current_behavior:
      "A host that is labelled `eu` may stand anywhere, and may pass on what it is sent. Tenants are bound in what plugins send by `http`, on every hop; not in which resolver is asked for a name, nor in where the shared store, metrics, alerts, token issuers, the disk, and the provider of the model are.",
    ideal: "Where data goes is shown by somebody who can know it.",
    resolved_by:
      "Not by this runtime: contracts and the network say where a host is. Egress through a proxy of the region adds a second opinion.",
    references: ["OWASP MCP10"],
    evidence: [
      { kind: "test", what: "test/e2e/regions.test.ts" },
      { kind: "test", what: "test/unit/http/region.test.ts" },
    ],
  },
  {
    id: "GB-086",
    title: "A plugin's bill of materials ends at its component",
    status: "open",
    severity: "low",
    since: "0.2.0",
    ring: 0,
    area: "supply",
    current_behavior:
      "The bill of materials names a plugin by its digests, licence, signers, source and shape, and not what was built into it. Packages of the runtime are named with the digest of their archive; the bundle holds part of each.",
    ideal: "Every library inside a plugin is named, by whoever built it.",
    resolved_by: "A signed bill of materials in the package, which `glovebox build` writes.",
    references: ["OWASP MCP04"],
    evidence: [{ kind: "test", what: "test/e2e/evidence.test.ts" }],
  },
  {
    id: "GB-087",
    title: "Evidence is the word of whoever holds the key",
    status: "open",
    severity: "medium",
    since: "0.2.0",
    ring: null,
    area: "audit",
    current_behavior:
      "A signature shows who signed and that nothing was changed since. Nothing shows that it is true: the signer's machine made it, with a clock of its own, and may have been another than the one that serves. What is redacted is not shown by a digest either, so that nobody can guess it. The bundle stays valid when its key is stolen later.",
    ideal: "Hardware and a third party's clock vouch for what ran, and when.",
    resolved_by: "Remote attestation of the machine, and timestamps of an authority (RFC 3161).",
    references: [],
    evidence: [{ kind: "test", what: "test/security/evidence-attacks.test.ts" }],
  },
];
