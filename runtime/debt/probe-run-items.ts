import type { DebtItem } from "./items.ts";

/** What the runtime's attacks on itself do not show. */
export const PROBE_RUN_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-073",
    title: "Probes attack with a plugin of the release, not with the operator's own",
    status: "open",
    area: "operation",
    severity: "medium",
    since: "0.1.0",
    ring: null,
    current_behavior:
      "A run shows that the measures of this release hold on this machine against a plugin that tries known ways out, in a workspace of its own. It does not try the operator's plugins, grants, limits, filter, flow, encryption, tenants, HTTP server or Redis, and nothing that nobody has thought of. What it takes over is the isolation of plugins and whether the seal must hold.",
    ideal:
      "Every configured plugin is attacked with exactly its grants, in every tenant and profile.",
    resolved_by: "Probes that are made from the configuration that they attack.",
    references: ["OWASP MCP05"],
    evidence: [{ kind: "test", what: "test/e2e/serve-probes.test.ts" }],
  },
  {
    id: "GB-074",
    title:
      "A run of the probes is a moment, and a machine that is far too busy or full looks like an escape",
    status: "open",
    area: "operation",
    severity: "low",
    since: "0.1.0",
    ring: null,
    current_behavior:
      "Servers in production run them at the start and every six hours: what breaks in between is seen by the next run. What could not be tried is tried once more, and the whole run too; where a machine then still does not let a claim be tried within a minute, the server ends although nothing escaped. So it does where 64 MiB are free neither in TMPDIR nor, after that, beside the workspace: plugins with large file quotas can fill a file system that they share with both. One-shot commands such as `glovebox call` run none.",
    ideal:
      "Each measure is watched while it works, and a machine without time is told from an escape.",
    resolved_by:
      "Measures that report each use, and a verdict of its own for what could not be tried.",
    references: [],
    evidence: [
      { kind: "test", what: "test/unit/cli/serving/watch-probes.test.ts" },
      { kind: "test", what: "test/e2e/serve-probes.test.ts" },
    ],
  },
];
