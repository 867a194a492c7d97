import type { DebtItem } from "./items.ts";

/** What the release's attacks on itself do not show. */
export const PROBE_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-075",
    title: "Some layers stand behind others, and no probe tells whether they are there",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 5,
    area: "sandbox",
    current_behavior:
      "With each of these switched off alone, every probe stays green, because another layer denies the same: Node's permission model behind the seal, namespaces of the network and of processes behind the filter of system calls, dropped capabilities, the shell's check of what is missing, the cgroup behind the watchdog, and names checked once more before each system call on a folder. That a runner ends with a broker that was killed, and what holds between tenants over HTTP, no probe tries: tests of this release do.",
    ideal: "Each layer is attacked where nothing else stands before it.",
    resolved_by:
      "Probes that take the outer layers away one by one, in a build that nobody can start a server with.",
    references: [],
    evidence: [
      { kind: "test", what: "test/unit/cli/probes.test.ts" },
      { kind: "test", what: "test/security/seal-forms.test.ts" },
      { kind: "test", what: "test/security/seal-lifetime.test.ts" },
    ],
  },
];
