import type { Phrase } from "../language/phrases.ts";

const WHY_SAID = "It wants what was said in the conversation.";
const WHY_USER = "It wants what the model knows about the user.";
const WHY_SECRET = "It wants secrets where they do not belong.";

/** Plain orders to hand something private over, with the place that it is to go to: in any order of the clauses, also passive. */
export const HANDING_OVER: readonly Phrase[] = [
  { steps: "handOver aboutUser", gap: 7, severity: "high", why: WHY_USER },
  { steps: "aboutUser handOver", gap: 5, severity: "high", why: WHY_USER },
  {
    steps: "handOver said|memory|userFacts|talk toTool|namedParam|address|external",
    gap: 7,
    severity: "high",
    why: WHY_SAID,
  },
  {
    steps: "said|memory|userFacts|talk handOver toTool|namedParam|address|external",
    gap: 6,
    severity: "high",
    why: WHY_SAID,
  },
  {
    steps: "toTool|namedParam|address handOver said|memory|userFacts|talk",
    gap: 6,
    severity: "high",
    why: WHY_SAID,
  },
  {
    steps: "handOver toTool|namedParam|address said|memory|userFacts|talk",
    gap: 5,
    severity: "high",
    why: WHY_SAID,
  },
  { steps: "handOver asked toTool|address|external", gap: 6, severity: "high", why: WHY_SAID },
  { steps: "asked handOver toTool|address|external", gap: 6, severity: "high", why: WHY_SAID },
  { steps: "toTool|address handOver asked", gap: 6, severity: "high", why: WHY_SAID },
  {
    steps: "tellUs asked|said|memory|userFacts|aboutUser|talk",
    gap: 5,
    severity: "high",
    why: WHY_SAID,
  },
  {
    steps: "namedParam must hold said|memory|userFacts|aboutUser",
    gap: 6,
    severity: "high",
    why: WHY_SAID,
  },
  {
    steps: "handOver all|user secretNoun namedParam|toTool|address|external",
    gap: 5,
    severity: "high",
    why: WHY_SECRET,
  },
  {
    steps: "all|user secretNoun handOver namedParam|toTool|address|external",
    gap: 7,
    severity: "high",
    why: WHY_SECRET,
  },
  {
    steps: "toTool|namedParam|address handOver all|user secretNoun",
    gap: 5,
    severity: "high",
    why: WHY_SECRET,
  },
];
