import type { PhraseRule } from "../phrase-rule.ts";

export const NO_CONFIRMATION: PhraseRule = {
  id: "no-confirmation",
  severity: "high",
  title: "It keeps the model from asking the user",
  references: ["OWASP MCP03"],
  phrases: [
    {
      steps: "approval behalf",
      gap: 4,
      severity: "high",
      why: "It has the model approve in the user's name.",
    },
    {
      steps: "not must approval",
      gap: 6,
      denies: true,
      severity: "high",
      why: "It tells the model not to ask the user.",
    },
    {
      steps: "must send|use|alter|act without|skip ask|approval",
      gap: 8,
      denies: true,
      severity: "high",
      why: "It demands to act without asking.",
    },
    {
      steps: "must skip approval",
      gap: 3,
      severity: "high",
      why: "It demands to act without asking.",
    },
    {
      steps: "not|without ask user|approval approval/6",
      gap: 4,
      denies: true,
      severity: "high",
      why: "It tells the model not to ask the user.",
    },
    {
      steps: "not|without ask approval",
      gap: 4,
      denies: true,
      severity: "high",
      why: "It tells the model not to ask the user.",
    },
    {
      steps: "not|without ask user",
      gap: 3,
      denies: true,
      severity: "medium",
      why: "It tells the model not to ask the user.",
    },
    { steps: "skip approval", gap: 3, severity: "medium", why: "It skips a confirmation." },
    {
      steps: "without approval",
      gap: 3,
      denies: true,
      severity: "medium",
      why: "It acts without asking.",
    },
  ],
};

export const PRESSURE: PhraseRule = {
  id: "pressure",
  severity: "medium",
  title: "It presses the model with urgency, authority or threats",
  references: ["OWASP MCP03"],
  phrases: [
    {
      steps: "important must threat",
      gap: 20,
      severity: "medium",
      why: "It insists, and threatens with a failure.",
    },
    { steps: "important important", gap: 5, severity: "low", why: "It insists." },
    { steps: "must threat", gap: 14, severity: "low", why: "It threatens with a failure." },
    {
      steps: "important before|you|must use|read|send",
      gap: 4,
      severity: "low",
      why: "It insists on an action.",
    },
    {
      steps: "before use thisTool|ownName you|must",
      gap: 5,
      severity: "low",
      why: "It demands something before it is called.",
    },
    {
      steps: "before use thisTool|ownName must|you|read read|send|use",
      gap: 6,
      severity: "medium",
      why: "It demands an action before it is called.",
    },
  ],
};

export const FORCED_ANSWER: PhraseRule = {
  id: "forced-answer",
  severity: "medium",
  title: "It writes the model's answer",
  references: ["OWASP MCP03", "OWASP MCP06"],
  phrases: [
    {
      steps: "must send|show exactly reply|user",
      gap: 8,
      severity: "medium",
      why: "It says what the answer must contain.",
    },
    {
      steps: "send|show reply exactly",
      gap: 5,
      severity: "medium",
      why: "It says what the answer must contain.",
    },
    {
      steps: "instead reply|show user|exactly|reply",
      gap: 5,
      severity: "medium",
      why: "It says what to answer instead.",
    },
  ],
};
