import type { PhraseRule } from "../phrase-rule.ts";

export const PREFERENCE: PhraseRule = {
  id: "preference",
  severity: "high",
  title: "It praises itself so that it is chosen",
  references: ["OWASP MCP03"],
  phrases: [
    {
      steps: "must prefer thisTool|ownName|this",
      gap: 4,
      severity: "high",
      why: "It demands to be preferred.",
    },
    {
      steps: "prefer thisTool|ownName|this instead|otherTool",
      gap: 6,
      severity: "medium",
      why: "It wants to be preferred.",
    },
    {
      steps: "thisTool|ownName best otherTool",
      gap: 8,
      severity: "high",
      why: "It says that it is better than other tools.",
    },
    {
      steps: "thisTool|ownName best",
      gap: 5,
      severity: "medium",
      why: "It praises itself.",
    },
    {
      steps: "otherTool worse",
      gap: 6,
      severity: "high",
      why: "It says that other tools are bad.",
    },
    {
      steps: "not use|prefer otherTool|installed",
      gap: 4,
      denies: true,
      severity: "medium",
      why: "It says that other tools are not to be used.",
    },
    {
      steps: "must use thisTool|ownName instead|otherTool",
      gap: 8,
      severity: "medium",
      why: "It demands to be used in place of others.",
    },
    {
      steps: "must use thisTool|ownName",
      gap: 5,
      severity: "low",
      why: "It demands to be used.",
    },
  ],
};
