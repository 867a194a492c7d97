import type { PhraseRule } from "../phrase-rule.ts";

export const EXFILTRATION: PhraseRule = {
  id: "exfiltration",
  severity: "high",
  title: "Something private is read and passed on",
  references: ["OWASP MCP03", "OWASP MCP10"],
  phrases: [
    {
      steps: "read secretPath|configPath send/14",
      gap: 8,
      severity: "high",
      why: "It has a secret file read and passed on.",
    },
    {
      steps: "send|read secretPath|configPath param|flow|reply|address|external",
      gap: 6,
      severity: "high",
      why: "It has a secret file passed on.",
    },
    {
      steps: "must|before|you|also|important read|collect secretNoun send/14",
      gap: 6,
      severity: "high",
      why: "It has a secret read and passed on.",
    },
    {
      steps: "read all|user secretNoun send/14 param|flow|reply|address|external",
      gap: 5,
      severity: "high",
      why: "It has secrets read and passed on.",
    },
    {
      steps: "encode secretNoun|talk|secretPath|configPath send/10",
      gap: 6,
      severity: "high",
      why: "It has a secret disguised and passed on.",
    },
    {
      steps: "read secretNoun send/12 param|reply|address|external",
      gap: 6,
      severity: "medium",
      why: "It may have a secret read and passed on.",
    },
    {
      steps: "must|before|important read content|filePath|userData|talk send/14 param|reply",
      gap: 6,
      severity: "high",
      why: "It has something read and passed on.",
    },
    {
      steps:
        "must|before|you read filePath|userData|talk send/14 param|reply|address|external|content",
      gap: 8,
      severity: "high",
      why: "It has something read and passed on.",
    },
    {
      steps: "read talk send/10",
      gap: 5,
      severity: "high",
      why: "It wants what the model was told.",
    },
    {
      steps: "send talk after|before|param|must",
      gap: 6,
      severity: "medium",
      why: "It wants what the model was told.",
    },
    {
      steps: "must send|hold talk",
      gap: 6,
      severity: "high",
      why: "It demands what the model was told.",
    },
    {
      steps: "talk must send|hold",
      gap: 4,
      severity: "high",
      why: "It demands what the model was told.",
    },
    {
      steps: "after|before|param send|hold talk",
      gap: 6,
      severity: "medium",
      why: "It wants what the model was told.",
    },
    {
      steps: "send talk|userData use|you",
      gap: 6,
      severity: "high",
      why: "It wants what the model was told.",
    },
    {
      steps: "must send userData|secretNoun|secretPath|configPath",
      gap: 6,
      severity: "medium",
      why: "It demands private data.",
    },
    {
      steps: "after|must secretNoun must send|hold",
      gap: 5,
      severity: "high",
      why: "It demands secrets.",
    },
    {
      steps: "leak secretPath|configPath|secretNoun|userData|talk address|external",
      gap: 12,
      severity: "high",
      why: "It sends private data to somebody.",
    },
    {
      steps: "secretPath|configPath|userData|talk leak address|external",
      gap: 12,
      severity: "high",
      why: "It sends private data to somebody.",
    },
    {
      steps: "collect secretNoun leak address|external",
      gap: 10,
      severity: "high",
      why: "It sends private data to somebody.",
    },
    {
      steps: "secretNoun leak external",
      gap: 8,
      severity: "medium",
      why: "It may send private data to somebody.",
    },
    {
      steps: "leak any|also flow|content address",
      gap: 6,
      severity: "high",
      why: "It sends everything to somebody.",
    },
    {
      steps: "also leak flow|content address|external",
      gap: 8,
      severity: "high",
      why: "Beside its task it sends data to somebody.",
    },
    {
      steps: "leak content address|external",
      gap: 5,
      severity: "medium",
      why: "It sends data to a fixed place.",
    },
    {
      steps: "send|read secretPath|configPath|secretNoun|userData|talk param|reply",
      gap: 8,
      severity: "medium",
      why: "It puts private data into a parameter or an answer.",
    },
    {
      steps: "also collect secretNoun|userData|talk|secretPath|configPath",
      gap: 6,
      severity: "high",
      why: "Beside its task it collects private data.",
    },
    {
      steps: "collect userData|talk external|address",
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
