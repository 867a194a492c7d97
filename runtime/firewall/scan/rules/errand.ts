import type { PhraseRule } from "../phrase-rule.ts";

/** Tells the model to do something by itself that has nothing to do with the tool. */
export const ERRAND: PhraseRule = {
  id: "errand",
  severity: "high",
  title: "The model is sent to do something else, with other tools or before it answers",
  references: ["OWASP MCP03", "OWASP MCP06"],
  phrases: [
    {
      steps: "act namedTool answering",
      gap: 8,
      severity: "high",
      why: "It has the model do something with another tool before it answers.",
    },
    {
      steps: "answering act|use filePath|secretPath|configPath|address|amount|process",
      gap: 10,
      severity: "high",
      why: "It has the model do something before or after it answers.",
    },
    {
      steps: "answering must act|use",
      gap: 4,
      severity: "medium",
      why: "It has the model do something before or after it answers.",
    },
    {
      steps: "use identifier|namedTool userData|task|talk address",
      gap: 8,
      severity: "high",
      why: "It has the model send something with another tool.",
    },
    {
      steps: "act filePath|secretPath|configPath|address|userData|process via|use namedTool",
      gap: 10,
      severity: "high",
      why: "It has the model do something with another tool.",
    },
    {
      steps: "use|via namedTool act/4 filePath|secretPath|configPath|address|amount|process",
      gap: 8,
      severity: "high",
      why: "It has the model do something with another tool.",
    },
    {
      steps: "use|via namedTool act/3",
      gap: 3,
      severity: "medium",
      why: "It has the model do something with another tool.",
    },
    {
      steps:
        "act filePath|secretPath|configPath|address|userData|process|secretNoun|amount answering",
      gap: 14,
      severity: "high",
      why: "It has the model do something before it answers.",
    },
    {
      steps:
        "answering act|must act|filePath|secretPath|configPath|address|userData|process|secretNoun|amount filePath|secretPath|configPath|address|userData|process|secretNoun|amount|identifier/10",
      gap: 5,
      severity: "high",
      why: "It has the model do something before it answers.",
    },
    {
      steps: "answering|before|must act filePath|secretPath|configPath|address",
      gap: 6,
      severity: "medium",
      why: "It has the model do something first.",
    },
    {
      steps: "act|use answering",
      gap: 14,
      severity: "low",
      why: "It has the model do something before it answers.",
    },
  ],
};
