import type { DebtItem } from "./items.ts";

/** What approvals and the flow policy cannot see, or do not do yet. */
export const FLOW_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-057",
    title: "Taint ends by the clock, and a model's memory does not",
    status: "open",
    severity: "medium",
    since: "0.1.0",
    ring: null,
    area: "flow",
    current_behavior:
      "What a conversation has read counts as long as it goes on, until a day has passed without a call that could be held; without sessions, and for its principal's other conversations, `flow.window` counts instead (an hour). A client that keeps a text for longer and then opens a new conversation is not held. Where one principal stands for many people, what one of them reads holds the others.",
    ideal: "A client says which of its contexts a call belongs to, in a way that it cannot forge.",
    resolved_by: "An identifier of contexts in the protocol, bound by the client's host.",
    references: ["OWASP MCP06"],
    evidence: [{ kind: "test", what: "test/unit/consent/make-consent.test.ts" }],
  },
  {
    id: "GB-058",
    title: "A client that uses two profiles joins them itself",
    status: "open",
    severity: "medium",
    since: "0.1.0",
    ring: null,
    area: "flow",
    current_behavior:
      "Profiles keep plugins, their data and the taint of conversations apart. A client that is connected to two of them shows both to one model, as it would with two servers: strangers' text that came through one does not taint the other.",
    ideal: "A profile can demand a client that is connected to no other.",
    resolved_by: "Credentials by profile that one client does not get for two.",
    references: ["OWASP MCP06"],
    evidence: [{ kind: "test", what: "test/security/flow-laundering.test.ts" }],
  },
  {
    id: "GB-059",
    title: "What a plugin adds to a request of its own is not shown",
    status: "open",
    severity: "medium",
    since: "0.1.0",
    ring: 2,
    area: "flow",
    current_behavior:
      "A held call shows every argument and every place that its plugin's grants let it send to. What the plugin itself adds, out of its folder, its store or its values, is not known before it runs. A plugin's grants count for each of its tools: a tool that could send and never does is held too. Loopback addresses count as strangers' and outside, and as private only where `flow.inside` names them.",
    ideal: "The request itself is shown, at the moment at which it would leave.",
    resolved_by: "Holding requests in the broker, with calls that can be continued.",
    references: ["OWASP MCP06"],
    evidence: [{ kind: "test", what: "test/unit/policy/flow/paths.test.ts" }],
  },
  {
    id: "GB-060",
    title: "Strangers' text from elsewhere is not seen, and people get used to saying yes",
    status: "open",
    severity: "medium",
    since: "0.1.0",
    ring: null,
    area: "flow",
    current_behavior:
      "Only what came through this server taints: text that a user pastes, files that an operator puts into a plugin's folder, and other servers of the same client do not. Whoever is asked often stops reading, and a client may answer in a person's place: the form's box must be ticked, and more than that cannot be demanded.",
    ideal: "Few questions, each about something that matters, and proof that a person answered.",
    resolved_by: "A protocol in which the client's host signs a person's answer.",
    references: ["OWASP MCP06"],
    evidence: [{ kind: "test", what: "test/unit/consent/make-consent.test.ts" }],
  },
];
