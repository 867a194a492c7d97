import type { DebtItem } from "./items.ts";

/** What tasks and replicas do not have yet, or cannot have by their design. */
export const REPLICA_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-069",
    title:
      "Whoever controls the shared Redis can take things away, or put back what was true before",
    status: "open",
    severity: "medium",
    since: "0.2.0",
    ring: null,
    area: "storage",
    current_behavior:
      "Values are encrypted and authenticated with `server.state_key`, each for its own key: nobody else reads them, makes one up or carries one to another key. But whoever can write to Redis can delete them, forge counters, lists and messages, and put an older value of the same key back: a task that has run can be run once more, and a used approval can count again.",
    ideal: "A store that its own operator cannot turn back, or an answer that says it was.",
    resolved_by:
      "A Redis that only the replicas can reach, with TLS and a password of its own; versions kept where Redis cannot change them.",
    references: ["OWASP MCP07"],
    evidence: [{ kind: "test", what: "test/security/known-gaps.test.ts" }],
  },
  {
    id: "GB-070",
    title: "A session of the era 2025 lives on one replica",
    status: "open",
    severity: "low",
    since: "0.2.0",
    ring: null,
    area: "protocol",
    current_behavior:
      "Its state is in the memory of the replica where it was begun. Another replica answers 404 with a JSON-RPC error, upon which clients begin a new session: nothing is mistaken, and a load balancer that does not keep `Mcp-Session-Id` on one replica makes sessions unusable. The era 2026-07-28 has no sessions.",
    ideal: "Every replica takes every session up.",
    resolved_by: "Affinity on `Mcp-Session-Id` in the load balancer, or clients of 2026-07-28.",
    references: [],
    evidence: [{ kind: "test", what: "test/e2e/replicas.test.ts" }],
  },
  {
    id: "GB-071",
    title: "A task whose server is gone is not run again, and what it has done is not known",
    status: "open",
    severity: "low",
    since: "0.2.0",
    ring: null,
    area: "protocol",
    current_behavior:
      "It is reported as failed with `TASK_LOST`, about ten seconds after its server gave its last sign of life. Nothing is ever begun twice, not even a tool that could not have done anything; the client decides. Tasks that wait are run by whoever is left.",
    ideal: "What surely did nothing is run again by itself.",
    resolved_by: "Running a task again where its grants let nothing out and nothing be written.",
    references: [],
    evidence: [{ kind: "test", what: "test/e2e/replicas.test.ts" }],
  },
  {
    id: "GB-072",
    title: "Tasks are as durable as Redis is",
    status: "open",
    severity: "medium",
    since: "0.2.0",
    ring: null,
    area: "storage",
    current_behavior:
      "A task is in Redis before its client hears of it. A Redis that keeps nothing on disk, or that fails over to a copy which had not heard yet, forgets it: its run is stopped, and the client is told that there is no such task. Without Redis, a file that is written through keeps tasks. Over stdio, changes of tasks are found by asking: `subscriptions/listen` does not tell of them there.",
    ideal: "The store says when a write is safe, and nothing is promised before.",
    resolved_by:
      "`appendfsync always` in Redis, and WAIT before the answer where there are copies.",
    references: [],
    evidence: [{ kind: "test", what: "test/security/task-attacks.test.ts" }],
  },
];
