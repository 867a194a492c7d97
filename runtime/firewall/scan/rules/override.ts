import type { PhraseRule } from "../phrase-rule.ts";

export const OVERRIDE: PhraseRule = {
  id: "override",
  severity: "high",
  title: "Instructions that replace those the model was given",
  references: ["OWASP MCP03", "OWASP MCP06"],
  phrases: [
    {
      steps: "ignore prior|any order",
      gap: 4,
      severity: "high",
      why: "It tells the model to disregard its instructions.",
    },
    {
      steps: "ignore prior rule",
      gap: 4,
      severity: "high",
      why: "It tells the model to disregard what it was told before.",
    },
    {
      steps: "not follow prior|any order|rule",
      gap: 4,
      denies: true,
      severity: "high",
      why: "It tells the model not to follow its instructions.",
    },
    {
      steps: "ignore order|rule",
      gap: 2,
      severity: "low",
      why: "It speaks of disregarding instructions or rules.",
    },
    {
      steps: "role must|you|unrestricted|ignore",
      gap: 5,
      severity: "high",
      why: "It gives the model another role or other instructions.",
    },
    { steps: "role", severity: "medium", why: "It speaks of another role for the model." },
    {
      steps: "actAs unrestricted",
      gap: 8,
      severity: "high",
      why: "It gives the model a role without limits.",
    },
    {
      steps: "you actAs",
      gap: 3,
      severity: "medium",
      why: "It gives the model a role.",
    },
    {
      steps: "you must follow order",
      gap: 4,
      severity: "medium",
      why: "It demands that the model follow its instructions.",
    },
  ],
};
