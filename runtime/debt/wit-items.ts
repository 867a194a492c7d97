import type { DebtItem } from "./items.ts";

/** Gaps of components whose exported functions are their tools. */
export const WIT_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-029",
    title: "A Wassette policy is kept in part",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 2,
    area: "capabilities",
    current_behavior:
      "Hosts and a limit of memory are kept. Every storage path becomes the plugin's own folder, address ranges and variables of the host are not granted, and shares of CPU are not limited; each is listed with its line. A component that needs the folder of the host does not find it.",
    ideal: "Folders of the host are granted by path, and shares of CPU by plugin.",
    resolved_by: "A filesystem grant with folders, and cgroups for CPU.",
    references: [],
    evidence: [{ kind: "test", what: "test/unit/policy/import-policy.test.ts" }],
  },
  {
    id: "GB-036",
    title: "Structured content holds 64-bit integers as far as a double does",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    area: "capabilities",
    current_behavior:
      "An integer beyond 2^53 that a function answers is exact in the text and the nearest double in structured content, because its schema says number. As an argument it is refused as a number and taken as a string of digits, which the schema does not say.",
    ideal: "Every digit arrives in both, both ways.",
    resolved_by: "JSON numbers that are read and written by their text, in every client.",
    references: [],
    evidence: [{ kind: "test", what: "test/unit/calling.test.ts" }],
  },
];
