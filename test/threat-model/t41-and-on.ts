import type { Threat } from "./threat.ts";

/** The servers, the tenants and what is kept. New threats go to the end of this list. */
export const LATEST_THREATS: readonly Threat[] = [
  {
    id: "T41",
    at: { audit: "STRD", stdio: "R", http: "R", runner: "R", grant: "R", workspace: "R" },
    threat:
      "somebody changes, cuts, reorders or forges the audit trail, a crash or a full disk tears it, or guest text poses as a line of it",
    heldBy:
      "one chain for each writer, signed checkpoints and copies of them, plain ASCII lines in one system call each, cuts taken back, a new file that names what it could not go on with",
    tests: ["test/security/audit-tampering.test.ts", "test/unit/powers/audit-file.test.ts"],
    left: ["GB-018", "GB-061", "GB-062", "GB-063"],
  },
  {
    id: "T42",
    at: { person: "SID", model: "S" },
    threat:
      "what it offers beside tools, or asks, deceives: a resource in another's name, a prompt that speaks as the system, a form for a secret, an address elsewhere, a forged or recycled answer, questions or notices without end",
    heldBy:
      "pinned, scanned and shown with the tools; addresses of one plugin alone; answers read against what was asked; each question bound to its words, at most eight rounds; notices at most once a second",
    tests: [
      "test/e2e/offers.test.ts",
      "test/unit/asking.test.ts",
      "test/unit/firewall/content.test.ts",
      "test/unit/host-api/ask/request.test.ts",
      "test/unit/policy/expose-offers.test.ts",
      "test/unit/changes.test.ts",
    ],
    left: ["GB-042", "GB-043", "GB-044"],
  },
  {
    id: "T43",
    at: { issuer: "STDE", http: "S", proxy: "SE" },
    threat:
      "a request comes in as somebody else: a forged, stolen, replayed, expired or foreign token, a key cut or guessed, a certificate with two names, a header that a proxy did not write",
    heldBy:
      "verified from the bytes by a closed list of algorithms, issuer, audience, type and binding; keys by their hash in constant time; one way to send one; what cannot be checked is refused",
    tests: [
      "test/security/auth-tokens.test.ts",
      "test/security/auth-proofs.test.ts",
      "test/security/auth-issuer.test.ts",
      "test/security/auth-keys.test.ts",
      "test/security/auth-certificates.test.ts",
      "test/security/around-the-proxy.test.ts",
    ],
    left: ["GB-049", "GB-050", "GB-052"],
  },
  {
    id: "T44",
    at: { http: "IE", issuer: "I", grant: "I" },
    threat:
      "a principal sees or calls what it has no scope for, or credentials go on to a plugin, a log or another server",
    heldBy:
      "scopes held against every call and every list; a plugin learns tenant and user and nothing else; hashes only are kept",
    tests: ["test/security/auth-http.test.ts", "test/unit/call.test.ts"],
  },
  {
    id: "T45",
    at: { rest: "TIE", runner: "I" },
    threat: "one tenant reads, writes or sends with what is another's",
    heldBy:
      "data and secrets by the call that an operation came in, folders by digest of the name, runner processes apart",
    tests: [
      "test/security/auth-tenants.test.ts",
      "test/unit/cli/serving/tenant-plugins.test.ts",
      "test/unit/host-api/http/for-tenant.test.ts",
    ],
  },
  {
    id: "T46",
    at: { http: "D", stdio: "D" },
    threat:
      "one caller uses up what all need, or comes with many keys, names, sessions or addresses to begin anew",
    heldBy:
      "a bucket, a quota and places for each user, tool and tenant, taken as one or not at all; accounts that count are never dropped; refused where nobody can count",
    tests: [
      "test/unit/server/limits/memory-meter.test.ts",
      "test/unit/server/limits/admit.test.ts",
      "test/unit/server/limits/redis-meter.test.ts",
      "test/unit/server/limits/request-guard.test.ts",
      "test/e2e/rates.test.ts",
    ],
    left: ["GB-047", "GB-051", "GB-053", "GB-056"],
  },
  {
    id: "T47",
    at: { workspace: "SIE", http: "E", proxy: "I" },
    threat:
      "production starts in files that others may change, with a secret that everybody knows, or serves others without what keeps strangers out",
    heldBy:
      "a table of gates that says every reason; secrets judged and never told; waivers that are seen everywhere",
    tests: [
      "test/unit/policy/gates/http-gates.test.ts",
      "test/unit/policy/gates/judge-secret.test.ts",
      "test/e2e/production-start.test.ts",
      "test/advisories/production-that-anyone-may-rewrite.test.ts",
    ],
    left: ["GB-054", "GB-055"],
  },
  {
    id: "T48",
    at: { http: "STID" },
    threat:
      "somebody reads, answers, cancels or guesses the task of another, floods the server with tasks, or has one run twice",
    heldBy:
      "a task is found by its principal and endpoint and 192 random bits together, and by nothing less; caps for each caller and for all; each run claimed by compare and set, never begun again, its late results dropped",
    tests: [
      "test/security/task-attacks.test.ts",
      "test/unit/server/mcp/serve-tasks.test.ts",
      "test/unit/server/tasks/tasks.test.ts",
    ],
    left: ["GB-071", "GB-072"],
  },
  {
    id: "T49",
    at: { store: "STID" },
    threat: "the Redis that replicas share is away, stuck, full, no Redis, or in other hands",
    heldBy:
      "refused while it is away and nothing queued; values sealed with the state key, each for its own key; keys of digests; sizes and shapes bounded",
    tests: [
      "test/security/hostile-store.test.ts",
      "test/security/task-attacks.test.ts",
      "test/unit/server/store/shared-store.test.ts",
    ],
    left: ["GB-069"],
  },
  {
    id: "T50",
    at: { store: "D", http: "D" },
    threat:
      "one of several servers is killed under load, or a client finds another one than before",
    heldBy:
      "what was promised is kept where all find it; who is gone is known by signs of life in the store; limits, answers and approvals count once for all",
    tests: ["test/e2e/replicas.test.ts"],
    left: ["GB-046", "GB-048", "GB-070"],
  },
  {
    id: "T51",
    at: { model: "TI" },
    threat:
      "what a plugin answers brings secrets, cards, orders to the model, hidden text, terminal escapes or links that carry data to a model, written plainly or in disguise, in any part of an answer, an error, a question or a report",
    heldBy:
      "one filter over everything that leaves, by a policy with safe defaults; the audit names the rule and the place",
    tests: [
      "test/unit/firewall/filter/secrets.test.ts",
      "test/unit/firewall/filter/numbers.test.ts",
      "test/unit/firewall/filter/instructions.test.ts",
      "test/unit/firewall/filter/policy.test.ts",
      "test/security/filter-bypass.test.ts",
    ],
    left: ["GB-001", "GB-065", "GB-066", "GB-067", "GB-068"],
  },
  {
    id: "T52",
    at: { model: "D" },
    threat:
      "an answer makes the filter work without end, lose its place or let half of something out",
    heldBy:
      "one linear reading, bounded looks around a place, what is too deep or too much is withheld, the result is read again until it rests",
    tests: ["test/security/filter-bombs.test.ts", "test/unit/firewall/filter/properties.test.ts"],
  },
  {
    id: "T53",
    at: { telemetry: "STIDE" },
    threat:
      "a client fills metrics with names of its own, a collector that hangs holds up calls, an alert is led inside or forged, or who acts up makes the rules forget",
    heldBy:
      "labels from closed lists, bounded queues that drop, the guard of plugins' requests and HMAC, bounded memory, suspensions on disk",
    tests: [
      "test/unit/server/telemetry/open-telemetry.test.ts",
      "test/security/alert-webhook.test.ts",
      "test/unit/audit/anomalies.test.ts",
      "test/e2e/anomalies.test.ts",
    ],
    left: ["GB-064"],
  },
  {
    id: "T54",
    at: { http: "SE" },
    threat:
      "a web page reaches a local server by another name, or calls it from a stranger's origin",
    heldBy: "names and origins are allowed by exact match, before anything else is looked at",
    tests: ["test/security/http-server-callers.test.ts"],
  },
  {
    id: "T55",
    at: { http: "ST", proxy: "T" },
    threat: "a request that two readers cut in two ways, or whose headers and body disagree",
    heldBy:
      "Node's strict parser, doubled headers joined, headers of the era 2026 held against the body",
    tests: ["test/security/http-server-requests.test.ts", "test/unit/server/http/eras.test.ts"],
  },
  {
    id: "T56",
    at: { http: "SI" },
    threat: "a session of another principal is used, listened to or ended",
    heldBy: "a session is bound to its principal and endpoint; another's is not there",
    tests: ["test/security/http-server-callers.test.ts"],
  },
  {
    id: "T57",
    at: { http: "STR" },
    threat: "an answer is brought back for another call, by another person, changed or twice",
    heldBy: "signed, bound, dated and spent state",
    tests: ["test/security/http-server-state.test.ts"],
    left: ["GB-045"],
  },
  {
    id: "T58",
    at: { probe: "TDE" },
    threat:
      "a claim does not hold on this machine and nobody knows, the probes cannot fail, hang, are turned against the server or leave something behind",
    heldBy:
      "attacks through the real path at the start in production and by the clock; what could not be tried is an escape; a process and workspace of their own, bounded, without the server's secrets; an escape ends the server",
    tests: [
      "test/e2e/serve-probes.test.ts",
      "test/unit/cli/serving/watch-probes.test.ts",
      "test/unit/powers/scratch.test.ts",
    ],
    left: ["GB-073", "GB-074"],
  },
  {
    id: "T59",
    at: { probe: "I", model: "I", http: "I" },
    threat:
      "the report tells an agent, a tenant or a web page what is not theirs, speaks to the model in words of others, hides something by a filter or an old list, or is asked for until the broker does nothing else",
    heldBy:
      "two views made from one list; items name the plugins that they are about, and whoever does not see those does not hear of them; operators' words stand in the operators' view alone; filters that mean nothing are not applied; a list too old is an item; pages held against this machine's names; reports kept for a minute",
    tests: [
      "test/security/debt-views.test.ts",
      "test/unit/debt/report.test.ts",
      "test/unit/debt/advisories.test.ts",
      "test/unit/debt/cached-report.test.ts",
      "test/e2e/debt-report.test.ts",
      "test/advisories/operator-pages-by-another-name.test.ts",
    ],
    left: ["GB-076", "GB-077"],
  },
  {
    id: "T60",
    at: { rest: "TI", store: "TI" },
    threat:
      "whoever has the disk, a backup or the shared store reads what is kept of a tenant, or carries it to another tenant, store or name",
    heldBy:
      "each tenant's data is sealed with a key of its own, bound to tenant, store and name; keys are wrapped outside the workspace; what is not sealed is not read as if it were",
    tests: [
      "test/e2e/tenant-erase.test.ts",
      "test/unit/at-rest/seal.test.ts",
      "test/unit/at-rest/tenant-keys.test.ts",
      "test/unit/at-rest/file-keys.test.ts",
      "test/unit/at-rest/pkcs11-keys.test.ts",
      "test/unit/powers/sealed-key-value.test.ts",
    ],
    left: ["GB-079", "GB-080", "GB-081", "GB-082"],
  },
  {
    id: "T61",
    at: { rest: "I" },
    threat:
      "what was kept of an erased tenant opens again: from a backup, in a server that still has the key, or because the erasure was cut short",
    heldBy:
      "the key is destroyed first and for all, every process confirms within seconds that it has none in use or refuses itself, no new key is made before the rest is deleted, and an erasure can be repeated at any point",
    tests: ["test/e2e/tenant-erase.test.ts", "test/unit/at-rest/erase-key.test.ts"],
    left: ["GB-079", "GB-080"],
  },
  {
    id: "T62",
    at: { rest: "TI" },
    threat:
      "who reads or writes the disk reads plugins' encrypted files, changes, cuts, exchanges or renames them, or puts others among them",
    heldBy:
      "names and contents are sealed with keys of tenant, plugin and file; each part proves its place, size and name; what is not sealed is shown to nobody, is in the audit trail, and refuses the next start",
    tests: [
      "test/security/sealed-files.test.ts",
      "test/security/filesystem-races.test.ts",
      "test/unit/powers/beneath/sealed-folder.test.ts",
      "test/unit/cli/at-rest/plain-files.test.ts",
    ],
    left: ["GB-083", "GB-084"],
  },
  {
    id: "T63",
    at: { grant: "IR" },
    threat:
      "data of a tenant leaves the regions that it is bound to: by a plugin's request, a redirect, a wildcard, a relabelled host or a mistyped name, or where no record says so",
    heldBy:
      "labels of the grant, decided for each hop before a name is looked up; a host has one label, a relabel needs approval, every other tenant must be spoken of, and no connection is made that the record cannot hold",
    tests: [
      "test/e2e/regions.test.ts",
      "test/unit/http/region.test.ts",
      "test/unit/policy/server/regions.test.ts",
      "test/unit/audit/watch-brokers.test.ts",
    ],
    left: ["GB-085"],
  },
  {
    id: "T64",
    at: { audit: "STRID" },
    threat:
      "evidence is forged, changed, mixed, padded, too old, or contradicts itself; its reader is made to read without end; or it gives secrets away",
    heldBy:
      "one signature over the digest of every document, an archive without a free byte, closed forms and sizes, comparison of the documents, an age that is asked for, an allowlist of what is shown, and private keys that others can read are not used",
    tests: [
      "test/security/evidence-attacks.test.ts",
      "test/e2e/evidence.test.ts",
      "test/unit/cli/evidence/redact.test.ts",
      "test/unit/powers/private-file.test.ts",
    ],
    left: ["GB-086", "GB-087"],
  },
];
