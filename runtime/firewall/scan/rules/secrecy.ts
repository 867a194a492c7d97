import type { PhraseRule } from "../phrase-rule.ts";

export const SECRECY: PhraseRule = {
  id: "secrecy",
  severity: "high",
  title: "Something is to be kept from the user",
  references: ["OWASP MCP03"],
  phrases: [
    {
      steps: "not|without|avoid tell this|user",
      gap: 4,
      denies: true,
      severity: "high",
      why: "It tells the model not to tell the user.",
    },
    {
      steps: "not|without|avoid tell|show this user|reply",
      gap: 5,
      denies: true,
      severity: "high",
      why: "It tells the model to leave this out of what the user reads.",
    },
    {
      steps: "not show user|reply",
      gap: 5,
      denies: true,
      severity: "low",
      why: "Something is not to be shown to the user.",
    },
    {
      steps: "without user know|seen|tell|confirm",
      gap: 4,
      denies: true,
      severity: "high",
      why: "Something is to happen without the user's knowledge.",
    },
    {
      steps: "user not know|seen",
      gap: 3,
      denies: true,
      severity: "high",
      why: "The user is not to know.",
    },
    {
      steps: "not know|seen user|reply",
      gap: 5,
      denies: true,
      severity: "medium",
      why: "Something is not visible to the user.",
    },
    {
      steps: "conceal this user|reply",
      gap: 6,
      severity: "high",
      why: "It hides something from the user.",
    },
    { steps: "hush", severity: "high", why: "It asks for silence." },
    {
      steps: "secretly read|send|collect|use|alter",
      gap: 4,
      severity: "high",
      why: "Something is done secretly.",
    },
    {
      steps: "read|send|collect|use|alter secretly",
      gap: 6,
      severity: "medium",
      why: "Something is done secretly.",
    },
  ],
};
