import type { PhraseRule } from "../phrase-rule.ts";

export const IMPERSONATION: PhraseRule = {
  id: "impersonation",
  severity: "high",
  title: "It speaks to the model as somebody else would: the user, a developer, the company",
  references: ["OWASP MCP03", "OWASP MCP06"],
  phrases: [
    { steps: "greeting machine|you", gap: 2, severity: "medium", why: "It greets the model." },
    {
      steps: "authority demand you|machine",
      gap: 4,
      severity: "high",
      why: "It claims that somebody demands something of the model.",
    },
    {
      steps: "message from authority|user you|machine",
      gap: 4,
      severity: "high",
      why: "It claims to be a message from somebody to the model.",
    },
    {
      steps: "important|this message from authority|user",
      gap: 3,
      severity: "medium",
      why: "It claims to be a message from somebody.",
    },
    {
      steps: "selfIntroduction authority you",
      gap: 8,
      severity: "high",
      why: "Somebody introduces himself to the model.",
    },
    {
      steps: "selfIntroduction authority",
      gap: 2,
      severity: "medium",
      why: "Somebody introduces himself to the model.",
    },
    {
      steps: "signed authority|user",
      gap: 3,
      severity: "medium",
      why: "It is signed by somebody.",
    },
    {
      steps: "task speaker",
      gap: 4,
      severity: "medium",
      why: "It speaks as the one who gave the task.",
    },
    {
      steps: "speaker you",
      gap: 2,
      severity: "medium",
      why: "Somebody speaks to the model in the first person.",
    },
    {
      steps: "answering|before task|answering doThis",
      gap: 10,
      severity: "high",
      why: "It puts another task before the user's.",
    },
    {
      steps: "doThis before|answering task",
      gap: 6,
      severity: "high",
      why: "It puts another task before the user's.",
    },
    {
      steps: "doThis before|answering",
      gap: 4,
      severity: "medium",
      why: "It puts another task before the user's.",
    },
  ],
};
