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
      steps: "ignore everything prior|you",
      gap: 5,
      severity: "high",
      why: "It tells the model to disregard what it was told before.",
    },
    {
      steps: "prior order ignore",
      gap: 4,
      severity: "high",
      why: "It says that the model's instructions do not count.",
    },
    {
      steps: "lift any|prior guard|order/2",
      gap: 3,
      severity: "high",
      why: "It takes the model's limits away.",
    },
    {
      steps: "not follow prior|any order",
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
      steps: "actAs|role unrestricted|ignore|lift",
      gap: 9,
      severity: "high",
      why: "It gives the model a role without limits.",
    },
    {
      steps: "you unrestricted you|machine",
      gap: 5,
      severity: "medium",
      why: "It calls the model unrestricted.",
    },
    { steps: "you actAs", gap: 3, severity: "medium", why: "It gives the model a role." },
    {
      steps: "you must follow order",
      gap: 4,
      severity: "medium",
      why: "It demands that the model follow its instructions.",
    },
    { steps: "machine must", gap: 3, severity: "low", why: "It gives the model orders." },
  ],
};
