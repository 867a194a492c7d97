import type { DebtItem } from "./items.ts";

/** Gaps of the server over HTTP. */
export const HTTP_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-045",
    title: "What travels through a client between two questions can be read there",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    area: "protocol",
    current_behavior:
      "The state of a question is signed, dated, bound to place, method, principal, tool and arguments, and counts once. It is not encrypted: a client can read what a plugin or the approval put into it.",
    ideal: "A client learns nothing from it.",
    resolved_by: "Encryption with a key that is derived from `server.state_key`.",
    references: [],
    evidence: [{ kind: "test", what: "test/security/http-server-state.test.ts" }],
  },
  {
    id: "GB-046",
    title: "A session of the era 2025 lives in one process",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    area: "protocol",
    current_behavior:
      "Sessions and what their streams sent lately are kept in the memory of the process that began them. Behind a load balancer they need affinity by `Mcp-Session-Id`; a restart ends them, and clients begin new ones. The era 2026 has no sessions.",
    ideal: "Any replica goes on with any session.",
    resolved_by: "A log of events in the shared store.",
    references: [],
    evidence: [{ kind: "test", what: "test/unit/server/http/eras.test.ts" }],
  },
  {
    id: "GB-047",
    title: "Connections are counted for all clients together",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    area: "limits",
    current_behavior:
      "Slow senders and slow readers are cut off, and pipelines, streams, sessions and requests are bounded for each client; open connections are bounded for all together, before anybody is known. Whoever holds them all shuts others out until they are idle for 75 s. HTTP/1.1 alone is spoken.",
    ideal: "No address can hold more than its share.",
    resolved_by: "A bound for each address; until then, the proxy's.",
    references: [],
    evidence: [{ kind: "test", what: "test/security/http-server-requests.test.ts" }],
  },
  {
    id: "GB-048",
    title: "A call that outlives its server may have done its work",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    area: "operation",
    current_behavior:
      "At a stop calls may end for `server.http.limits.drain`. The others are answered with SERVER_STOPPING, which says that what they were to do may have been done, and their runners are killed.",
    ideal: "A client knows what was done.",
    resolved_by: "Tasks, for calls that take long and matter.",
    references: [],
    evidence: [{ kind: "test", what: "test/e2e/http-serve.test.ts" }],
  },
];
