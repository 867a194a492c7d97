import type { DebtItem } from "./items.ts";

/** What the threat model and the documents do not show. */
export const MODEL_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-078",
    title: "That a test shows what a sentence claims is a person's judgement",
    status: "open",
    area: "operation",
    severity: "low",
    since: "0.1.0",
    ring: null,
    current_behavior:
      "Every sentence, list entry and table row of README.md and THREAT_MODEL.md, and every comment in their blocks of shell and YAML, is matched with a test, a probe, a command or an open item that exists, or is named as one that claims nothing: no such line may hold a word that promises or a figure. Whether what is matched shows the whole of the sentence no program decides, nor whether a sentence in plain words promises something. The rest of those blocks is run by other tests or is a sample; the READMEs of plugins, SDK, bench and soak are not read.",
    ideal: "Each claim is written where its test is, and the document is made from both.",
    resolved_by: "Claims as the titles of tests.",
    references: [],
    evidence: [{ kind: "test", what: "test/unit/documents/claims.test.ts" }],
  },
  {
    id: "GB-088",
    title: "Other MCP servers of the network are not looked for",
    status: "open",
    area: "operation",
    severity: "low",
    since: "0.1.0",
    ring: null,
    current_behavior:
      "Glovebox attacks itself, on its own machine, and `glovebox scan` judges definitions that it is given. Which other servers listen nearby, with or without authentication, it neither asks nor says.",
    ideal:
      "Whoever watches a network for such servers finds this one in an inventory, and the others by a scanner.",
    resolved_by:
      "Nothing here: a scanner of networks is another program, with rights that this one shall not have.",
    references: ["OWASP MCP09"],
    evidence: [{ kind: "test", what: "test/unit/documents/threat-model.test.ts" }],
  },
];
