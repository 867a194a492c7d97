import type { DebtItem } from "./items.ts";

/** What is known of the audit trail, the anomaly rules and telemetry. */
export const AUDIT_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-010",
    title: "The audit trail is not tamper evident",
    status: "resolved",
    severity: "medium",
    since: "0.1.0",
    ring: null,
    current_behavior:
      "Records are chained by hash and vouched for by signed checkpoints; `glovebox audit verify` finds every line that was removed, changed, moved or put in, and a cut up to the last checkpoint or anchor.",
    ideal: "A hash chain with signed checkpoints.",
    resolved_by: "Chained audit records.",
    references: ["OWASP MCP08"],
    evidence: [{ kind: "test", what: "test/security/audit-tampering.test.ts" }],
  },
  {
    id: "GB-011",
    title: "Full files of the audit trail stay until the operator says how many to keep",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    current_behavior:
      "A file is full at 64 MiB and the next begins; without `audit.rotate.keep` none is ever removed, so that a full disk ends in refused calls and not in lost records.",
    ideal: "Full files are moved to where they are kept, by whoever keeps them.",
    resolved_by: "`audit.rotate.keep`, or a job that moves full files away.",
    references: ["OWASP MCP08"],
    evidence: [{ kind: "test", what: "test/security/audit-tampering.test.ts" }],
  },
  {
    id: "GB-061",
    title: "Records behind the last checkpoint can be cut off or rewritten unseen",
    status: "open",
    severity: "low",
    since: "0.3.0",
    ring: null,
    current_behavior:
      "Whoever can write the files can remove or replace what no checkpoint vouches for yet: up to `audit.checkpoint.records` records, or the time of `audit.checkpoint.every`. `glovebox audit verify` says how many those are.",
    ideal: "Each record leaves the machine before its call is answered.",
    resolved_by:
      "Ship the trail to another machine as it is written, or keep `glovebox audit head` elsewhere.",
    references: ["OWASP MCP08"],
    evidence: [{ kind: "test", what: "test/security/audit-tampering.test.ts" }],
  },
  {
    id: "GB-062",
    title: "The key that signs checkpoints lies beside the trail",
    status: "open",
    severity: "medium",
    since: "0.3.0",
    ring: null,
    current_behavior:
      "`.glovebox/audit.key` is readable by the server's user alone, and whoever becomes that user can write a trail anew and sign it. Only a head, a checkpoint or a public key that is kept elsewhere shows it.",
    ideal: "The key is where the server can sign with it and nobody can copy it.",
    resolved_by: "A signer outside the machine, such as an HSM or a transparency log.",
    references: ["OWASP MCP08"],
    evidence: [{ kind: "test", what: "test/security/audit-tampering.test.ts" }],
  },
  {
    id: "GB-063",
    title: "A power failure loses the records since the last checkpoint",
    status: "open",
    severity: "low",
    since: "0.3.0",
    ring: null,
    current_behavior:
      "Each record is handed to the operating system before its call is answered, and flushed to the disk at each checkpoint. A killed process loses nothing; a machine that loses its power does.",
    ideal: "Each record is on the disk before its call is answered, at no cost.",
    resolved_by: "`audit.sync: always`, which waits for the disk at each record.",
    references: [],
    evidence: [{ kind: "test", what: "test/unit/powers/audit-file.test.ts" }],
  },
];
