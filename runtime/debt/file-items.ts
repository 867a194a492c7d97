import type { DebtItem } from "./items.ts";

/** What the encryption of plugins' files does not hide, and does not notice. */
export const FILE_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-083",
    title: "Whoever can write the disk can put an older state of an encrypted file back",
    status: "open",
    area: "storage",
    severity: "low",
    since: "0.2.0",
    ring: null,
    current_behavior:
      "Every part of an encrypted file proves its file, its place, its size and its name, and what was changed, cut, exchanged, copied or renamed does not open. But nothing outside the folder keeps its newest state: a file, or 4 KiB of it, opens as it once was when somebody puts that back; where a file has had a hole, zeros open in its range; a file that was removed can come back; and directories can be exchanged, or files moved to the same name in another directory of the same plugin. On macOS the kernel's lock is not called, so that two servers on one folder can damage a file that both write.",
    ideal: "A folder that its own disk cannot turn back.",
    resolved_by:
      "A disk that nobody else writes; a count of changes, kept where whoever writes the disk cannot turn it back.",
    references: ["OWASP MCP07"],
    evidence: [{ kind: "test", what: "test/security/sealed-files.test.ts" }],
  },
  {
    id: "GB-084",
    title:
      "An encrypted folder still shows how many files it holds, how big they are and when they changed",
    status: "open",
    area: "storage",
    severity: "low",
    since: "0.2.0",
    ring: null,
    current_behavior:
      "Contents and names are encrypted. Whoever reads the disk sees the tree, the sizes in steps of 4 KiB, which parts are holes, the times, which parts changed between two looks, and how long names are in steps of 16 bytes; the same name looks the same in every directory of one plugin and tenant. The data folder names plugins, profiles and, by a slug and a digest, tenants.",
    ideal: "A folder that shows no more than how much it holds.",
    resolved_by: "An encrypted disk below it, which hides the tree as well.",
    references: ["OWASP MCP07"],
    evidence: [{ kind: "test", what: "test/security/sealed-files.test.ts" }],
  },
];
