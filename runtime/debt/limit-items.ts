import type { DebtItem } from "./items.ts";

/** What limits and the gates of production cannot count or see. */
export const LIMIT_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-053",
    title: "What a caller has used is forgotten with the process, or the Redis, that counted it",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    area: "limits",
    current_behavior:
      "Without `server.store.redis` each process counts calls for itself and begins anew when it starts, the quota of 24 hours too. With it, a Redis that was emptied begins anew. HTTP requests of an address or a caller (`requests`, `refused`) are counted in each process in any case.",
    ideal: "Quotas outlive every process.",
    resolved_by: "A durable counter for the quota of a day.",
    references: [],
    evidence: [
      { kind: "test", what: "test/unit/server/limits/memory-meter.test.ts" },
      { kind: "test", what: "test/unit/server/limits/redis-meter.test.ts" },
    ],
  },
  {
    id: "GB-054",
    title: "Judging a secret shows weakness and never strength",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    area: "operation",
    current_behavior:
      "Placeholders, published examples, repetitions, sequences, and text in English or what resembles it are refused, in Base64 and hexadecimal too. A word list is short: a phrase in a language far from English, a book's title in another script, or a value that a program drew badly passes. Tokens of other services are only held against placeholders.",
    ideal: "Secrets are drawn by a program, and nobody types one.",
    resolved_by: "Keys that Glovebox draws itself and keeps in the operator's store of secrets.",
    references: ["OWASP MCP01"],
    evidence: [{ kind: "test", what: "test/unit/policy/gates/judge-secret.test.ts" }],
  },
  {
    id: "GB-055",
    title: "Rights of files are read from their mode, once, at the start",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    area: "operation",
    current_behavior:
      "Owner, mode and folders above are looked at when a start in production is asked for: by `serve` over HTTP and stdio, `call`, `verify` and `doctor`. Other commands do not look, and development does not refuse. Access control lists, mounts that others share, and what changes afterwards are not; on Windows nothing of it is.",
    ideal: "The system is asked who can read and write, and tells of changes.",
    resolved_by: "Reading access control lists, and looking again while the server runs.",
    references: [],
    evidence: [
      { kind: "test", what: "test/e2e/production-start.test.ts" },
      { kind: "test", what: "test/advisories/production-that-anyone-may-rewrite.test.ts" },
    ],
  },
  {
    id: "GB-056",
    title: "When a hundred thousand callers are counted at once, newcomers share accounts",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    area: "limits",
    current_behavior:
      "An account that counts something is never dropped, so that nobody is reset by others. In memory there are at most 100,000; whoever comes when they are full shares one of 1,024, drawn by a secret hash, and may be refused for what another used.",
    ideal: "Everyone has an account of their own.",
    resolved_by: "Redis as the store, which has no such bound.",
    references: [],
    evidence: [{ kind: "test", what: "test/unit/server/limits/memory-meter.test.ts" }],
  },
];
