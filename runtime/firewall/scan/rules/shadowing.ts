import type { PhraseRule } from "../phrase-rule.ts";

export const SHADOWING: PhraseRule = {
  id: "shadowing",
  severity: "high",
  title: "It says how another tool is to be used",
  references: ["OWASP MCP03", "OWASP MCP09"],
  phrases: [
    {
      steps: "before|after|instead use identifier|otherTool must|you alter|send",
      gap: 8,
      severity: "high",
      why: "It changes how another tool is called.",
    },
    {
      steps:
        "before|after|instead identifier|otherTool use/4 alter|send/6 address|param|flow|filePath/8",
      gap: 4,
      severity: "high",
      why: "It changes how another tool is called.",
    },
    {
      steps: "before|after use identifier|otherTool alter/6 address|param|flow|filePath/8",
      gap: 4,
      severity: "high",
      why: "It changes how another tool is called.",
    },
    {
      steps: "identifier|otherTool|tool must alter|send|leak|hold address",
      gap: 8,
      severity: "high",
      why: "It has another tool's calls go to an address.",
    },
    {
      steps: "any|after flow identifier must alter|send|use|hold",
      gap: 5,
      severity: "high",
      why: "It demands something of another tool's calls.",
    },
    {
      steps: "identifier tool/1 must alter|send|leak flow|param",
      gap: 6,
      severity: "high",
      why: "It demands something of another tool's calls.",
    },
    {
      steps: "thisTool|ownName affect otherTool|installed",
      gap: 4,
      severity: "high",
      why: "It changes what another tool does.",
    },
    {
      steps:
        "use identifier|installed tool/1 leak|hijack userData|flow|secretNoun|talk|any address|external",
      gap: 8,
      severity: "high",
      why: "It has another tool send something away.",
    },
    {
      steps: "otherTool hijack flow|content|this",
      gap: 8,
      severity: "high",
      why: "It replaces what another tool answers.",
    },
    {
      steps: "installed must|before|after|instead|not",
      gap: 4,
      denies: true,
      severity: "high",
      why: "It speaks of a tool of another plugin, and how it is used.",
    },
    {
      steps: "must|before|after|instead|not installed",
      gap: 4,
      denies: true,
      severity: "high",
      why: "It speaks of a tool of another plugin, and how it is used.",
    },
    {
      steps: "installed",
      severity: "low",
      denies: true,
      why: "It names a tool of another plugin.",
    },
    {
      steps: "hijack any|flow flow|address",
      gap: 5,
      severity: "medium",
      why: "It redirects or replaces what others send.",
    },
    {
      steps: "hijack flow|any address|external",
      gap: 9,
      severity: "high",
      why: "It redirects calls or data to somebody.",
    },
    {
      steps: "before|after use use thisTool hijack",
      gap: 10,
      severity: "high",
      why: "It puts itself before or after another tool and changes what passes.",
    },
    {
      steps: "after|before use tool|identifier use thisTool",
      gap: 8,
      severity: "medium",
      why: "It puts itself before or after another tool.",
    },
    {
      steps: "must use thisTool|ownName before|instead|after",
      gap: 5,
      severity: "low",
      why: "It wants to be called first.",
    },
    {
      steps: "must use identifier|tool before|instead",
      gap: 5,
      severity: "low",
      why: "It wants another tool called first.",
    },
    {
      steps: "instead use tool|identifier|otherTool",
      gap: 4,
      severity: "low",
      why: "It wants to be used instead of another tool.",
    },
    {
      steps: "not use identifier tool/1 use thisTool",
      gap: 5,
      denies: true,
      severity: "medium",
      why: "It wants to be used instead of another tool.",
    },
    {
      steps: "thisTool|ownName not use",
      gap: 5,
      denies: true,
      severity: "medium",
      why: "A tool that is not to be called is there to be read.",
    },
  ],
};
