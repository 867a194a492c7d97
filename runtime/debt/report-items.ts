import type { DebtItem } from "./items.ts";

/** What the report itself does not do. */
export const REPORT_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-076",
    title: "The report knows the weakenings that somebody thought of, as they were at the start",
    status: "open",
    severity: "low",
    since: "0.2.0",
    ring: null,
    area: "operation",
    current_behavior:
      "Each way in which the configuration is known to open something has an item, and a test for each. A key that opens something and has none would be missed, and so would what the configuration does not say: who can read the disk, what a proxy in front lets through, how many replicas there are. A server speaks of its configuration as it read it; what was edited since is in `glovebox debt`.",
    ideal: "Each key of the configuration says by itself what it opens.",
    resolved_by: "The items beside the readers of the configuration, demanded by their types.",
    references: [],
    evidence: [{ kind: "test", what: "test/unit/debt/configuration-items.test.ts" }],
  },
  {
    id: "GB-077",
    title: "Asking for the report is neither recorded nor counted as a call",
    status: "open",
    severity: "low",
    since: "0.2.0",
    ring: null,
    area: "audit",
    current_behavior:
      "`report_pattern_debt` and its resource need their scope, and over HTTP they count as requests. They are answered from what was made for the same asker within the minute, and stand neither in the audit trail nor in `server.rate`. Over standard input and output nothing counts them.",
    ideal: "Whoever asks what is not protected is on record.",
    resolved_by: "A step of the call's sequence for the runtime's own tools.",
    references: ["OWASP MCP08"],
    evidence: [
      { kind: "test", what: "test/unit/debt/cached-report.test.ts" },
      { kind: "test", what: "test/security/debt-views.test.ts" },
    ],
  },
];
