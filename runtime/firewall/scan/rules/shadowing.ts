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
      steps: "identifier|otherTool|tool must alter|send|leak address|flow|param",
      gap: 8,
      severity: "high",
      why: "It demands something of another tool's calls.",
    },
    {
      steps: "use identifier|installed leak|hijack userData|flow|secretNoun address|external",
      gap: 8,
      severity: "high",
      why: "It has another tool send something away.",
    },
    {
      steps: "installed must|before|after|instead",
      gap: 4,
      severity: "medium",
      why: "It speaks of a tool of another plugin.",
    },
    {
      steps: "must|before|after|instead installed",
      gap: 4,
      severity: "medium",
      why: "It speaks of a tool of another plugin.",
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
      steps: "thisTool|ownName not use",
      gap: 5,
      denies: true,
      severity: "medium",
      why: "A tool that is not to be called is there to be read.",
    },
  ],
};
