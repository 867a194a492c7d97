import type { DebtItem } from "./items.ts";

/** Gaps of what plugins offer beside tools, and of what they ask. */
export const OFFER_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-042",
    title: "What a plugin did before it asked, it does again",
    status: "open",
    severity: "medium",
    since: "0.1.0",
    ring: null,
    area: "flow",
    current_behavior:
      "A question ends the call, and the call is run again from its start with the answer, in both eras: nobody waits in a runner while a person thinks. What a handler wrote or sent before its question happens once for each run, eight at most. The SDK says so; nothing keeps a plugin from it.",
    ideal: "Each effect of a call happens once, however often it asks.",
    resolved_by:
      "Host calls that are recorded in a run and answered from the record in the next, up to the question.",
    references: [],
    evidence: [
      { kind: "test", what: "test/e2e/offers.test.ts" },
      { kind: "test", what: "test/unit/asking.test.ts" },
    ],
  },
  {
    id: "GB-043",
    title: "A person or a model may be asked for a secret by another name",
    status: "open",
    severity: "medium",
    since: "0.1.0",
    ring: 2,
    area: "capabilities",
    current_behavior:
      "With a grant of `ask`, a form whose fields are named or labelled as a secret is refused, hidden characters are, and addresses lie within the granted hosts. What a message says in other words is shown to the person as the plugin wrote it, after the filter; a request to the client's model is read by that model.",
    ideal: "Nobody is deceived by a form.",
    resolved_by:
      "Clients that show which plugin asks. Until then: grant `ask` to those whose words you would read as their own.",
    references: ["OWASP MCP06"],
    evidence: [{ kind: "test", what: "test/unit/host-api/ask/request.test.ts" }],
  },
  {
    id: "GB-044",
    title: "Resources and prompts are those that were pinned",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 0,
    area: "protocol",
    current_behavior:
      "A plugin's resources are a list and templates that were approved with it; it cannot list others while it runs, though it may say that what clients have read has changed. Without tools it is no plugin.",
    ideal: "What a template matches can be listed, by the plugin that serves it, page by page.",
    resolved_by:
      "An export that lists, whose answers are filtered and bound to the pinned templates.",
    references: [],
    evidence: [
      { kind: "test", what: "test/unit/plugin/offers.test.ts" },
      { kind: "test", what: "test/unit/changes.test.ts" },
    ],
  },
];
