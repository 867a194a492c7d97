import type { DebtItem } from "./items.ts";

/** What encryption at rest and erasure do not cover. Which classes of data are covered stands in README, "Data at rest and erasure". */
export const AT_REST_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-079",
    title: "Keys in a folder are as safe as the folder, and as gone as the disk lets them be",
    status: "open",
    severity: "medium",
    since: "0.2.0",
    ring: null,
    area: "storage",
    current_behavior:
      "With `encryption.keys.file` whoever reads the key folder and the data reads everything. The folder must lie outside the workspace, be its owner's alone and hold no links; that it is on another disk, or left out of backups, nobody checks. An erasure overwrites the key, flushes it and removes the file: a snapshot, a backup or a disk that keeps old blocks keeps the key. While a tenant is at work its data key is in the server's memory, and in whatever a system writes of that (swap, core dumps).",
    ideal: "Keys that never leave a device which destroys them for good.",
    resolved_by: "`encryption.keys.pkcs11` with a hardware token.",
    references: ["OWASP MCP01"],
    evidence: [
      { kind: "test", what: "test/unit/at-rest/file-keys.test.ts" },
      { kind: "test", what: "test/e2e/tenant-erase.test.ts" },
    ],
  },
  {
    id: "GB-080",
    title: "Some of what is kept of a tenant is not encrypted, and an erasure leaves it",
    status: "open",
    severity: "medium",
    since: "0.2.0",
    ring: null,
    area: "storage",
    current_behavior:
      "With `encryption`, stores (names and values), files (names and contents), tasks (arguments, results, questions) and waiting approvals are sealed with the tenant's key. In clear stay: the plain part of a tenant's name in its folder's name, how many entries and files there are, when they changed and about how long they are, digests of calls, marks of which plugin brought what into a conversation or a store, counters of limits, and hashes and names of API keys. An erasure deletes folders, marks of stores, tasks and approvals; it leaves audit records (names, digests, what plugins log, with `audit.arguments` also arguments), logs, metrics, API keys, the digest of the erased name, marks and counters that end by themselves, and what was sent elsewhere. Replicas with a folder each: what lies on another machine does not open any more, and `tenant erase` there deletes it.",
    ideal: "Nothing tells a tenant from another, and an erasure reaches whatever names it.",
    resolved_by: "Audit records sealed for each tenant; names of folders as digests.",
    references: ["OWASP MCP08"],
    evidence: [{ kind: "test", what: "test/e2e/tenant-erase.test.ts" }],
  },
  {
    id: "GB-081",
    title: "Whoever can write to the data can put an older value back, and keys are not changed",
    status: "open",
    severity: "low",
    since: "0.2.0",
    ring: null,
    area: "storage",
    current_behavior:
      "A sealed value opens for its tenant, store and name alone, under the one data key that a tenant has until it is erased. An older value of the same name in the same store opens too, and so does an older copy of a whole store. Data keys are not changed by time, and the provider cannot be changed under keys that are there; `tenant encrypt` seals what was plain and leaves its old blocks on the disk. An encrypted store holds 65536 entries at most, whatever its quota, because a listing opens each name.",
    ideal: "A store that knows when it was turned back, and keys with an age.",
    resolved_by: "Versions kept with the key provider; `tenant rekey`.",
    references: ["OWASP MCP01"],
    evidence: [{ kind: "test", what: "test/unit/powers/sealed-key-value.test.ts" }],
  },
  {
    id: "GB-082",
    title: "A PKCS #11 module is native code with the server's rights, and one was tried",
    status: "monitoring",
    severity: "low",
    since: "0.2.0",
    ring: null,
    area: "storage",
    current_behavior:
      "The vendor's module runs in a process of its own, which may crash, hang or answer nonsense without taking the server along, and has the server's user's rights to the machine. Keys are made in the token, not extractable, and wrap by AES-GCM with a nonce that is handed in, which some modules refuse. Tried is SoftHSM 2.6, which keeps its token in files: not an HSM. Windows is not supported, nor are key services by HTTP.",
    ideal: "The module is sealed like a plugin, and several vendors' tokens are tried.",
    resolved_by: "A seal around the process with the module's devices alone; trials on hardware.",
    references: [],
    evidence: [{ kind: "test", what: "test/unit/at-rest/pkcs11-keys.test.ts" }],
  },
];
