import type { PhraseRule } from "../phrase-rule.ts";

export const EXFILTRATION: PhraseRule = {
  id: "exfiltration",
  severity: "high",
  title: "Something private is read and passed on",
  references: ["OWASP MCP03", "OWASP MCP10"],
  phrases: [
    {
      steps: "read secretPath|configPath|secretNoun send/14",
      gap: 8,
      severity: "high",
      why: "It has a secret read and passed on.",
    },
    {
      steps:
        "must|before|you read filePath|content|userData send/14 param|reply|address|external|content",
      gap: 8,
      severity: "high",
      why: "It has something read and passed on.",
    },
    {
      steps: "leak secretPath|configPath|secretNoun|userData address|external",
      gap: 12,
      severity: "high",
      why: "It sends private data to somebody.",
    },
    {
      steps: "secretPath|configPath|secretNoun|userData leak address|external",
      gap: 12,
      severity: "high",
      why: "It sends private data to somebody.",
    },
    {
      steps: "leak content address|external",
      gap: 5,
      severity: "medium",
      why: "It sends data to a fixed place.",
    },
    {
      steps: "send|read secretPath|configPath|secretNoun|userData param|reply",
      gap: 8,
      severity: "medium",
      why: "It puts private data into a parameter or an answer.",
    },
    {
      steps: "must send userData|secretNoun|secretPath|configPath",
      gap: 6,
      severity: "medium",
      why: "It demands private data.",
    },
    {
      steps: "also|secretly collect secretNoun|userData|secretPath|configPath",
      gap: 6,
      severity: "high",
      why: "Beside its task it collects private data.",
    },
    {
      steps: "collect userData|secretNoun external|address",
      gap: 14,
      severity: "high",
      why: "It collects private data for somebody.",
    },
  ],
};

export const SECRET_FILE: PhraseRule = {
  id: "secret-file",
  severity: "high",
  title: "A file that holds keys or passwords is named",
  references: ["OWASP MCP01", "OWASP MCP03"],
  phrases: [
    {
      steps: "read|send secretPath",
      gap: 6,
      severity: "high",
      why: "It reads a file that holds keys or passwords.",
    },
    {
      steps: "secretPath",
      severity: "medium",
      why: "It names a file that holds keys or passwords.",
    },
    {
      steps: "read|send configPath",
      gap: 6,
      severity: "medium",
      why: "It reads a file that often holds keys.",
    },
    { steps: "configPath", severity: "low", why: "It names a file that often holds keys." },
  ],
};
