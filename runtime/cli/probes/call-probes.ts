import type { Verdict } from "../../debt/probe-result.ts";
import { escaped, held, type Probe } from "./probe.ts";
import { HOSTILE, STAGE_LIMITS, type ProbeStage } from "./stage.ts";

const { whole, reading } = HOSTILE;
/** A call that is stopped is answered within its deadline and this. */
const LATE_MS_MAX = 1000;

/** Ring 3: what one call may take, and what it leaves behind. */
export const CALL_PROBES: readonly Probe[] = [
  stopped("call.deadline", "A call that does not end is ended", ["TIMEOUT"], "loop"),
  stopped(
    "call.memory",
    "A call that takes all memory is ended",
    ["MEMORY_LIMIT", "PLUGIN_FAILED"],
    "eat",
  ),
  stopped("call.stack", "A call that goes ever deeper is ended", ["PLUGIN_FAILED"], "recurse"),
  stopped(
    "call.output",
    "An answer ends at its limit",
    ["OUTPUT_LIMIT"],
    "flood",
    String(STAGE_LIMITS.outputBytes * 2),
  ),
  stopped(
    "call.host-calls",
    "Host calls end at their limit",
    ["HOST_CALL_LIMIT"],
    "pester",
    String(STAGE_LIMITS.hostCalls + 1),
  ),
  {
    id: "call.untouched-state",
    ring: 3,
    claim: "No call sees what another left",
    threats: ["T12"],
    async attempt(stage) {
      const seen = new Set<string>();
      for (let call = 0; call < 4; call += 1)
        seen.add((await stage.attempt(whole, "remember")).text);
      const [only = ""] = seen;
      return seen.size === 1 && /calls seen: 1\b/.test(only)
        ? held("each call was the first")
        : escaped("a call saw an earlier one");
    },
  },
  {
    id: "call.arguments",
    ring: 3,
    claim: "Arguments that do not match the pinned schema do not reach a plugin",
    threats: ["T17"],
    async attempt(stage) {
      const { error } = await stage.call(`${whole}__attempt`, { what: "say", words: [1] });
      return error === "INVALID_ARGUMENTS"
        ? held(`refused: ${error}`)
        : escaped("they reached the plugin");
    },
  },
  {
    id: "call.unknown-tool",
    ring: 3,
    claim: "A tool that was not approved is not called",
    threats: ["T17"],
    async attempt(stage) {
      const { error } = await stage.call(`${whole}__other`, {});
      return error === "UNKNOWN_TOOL" ? held(`refused: ${error}`) : escaped("it was called");
    },
  },
  {
    id: "call.log",
    ring: 3,
    claim: "A plugin's log lines are bounded",
    threats: ["T11"],
    async attempt(stage) {
      const line = "flood".repeat(STAGE_LIMITS.logBytes);
      await stage.attempt(whole, "log", line);
      return stage.auditText().includes(line.slice(0, STAGE_LIMITS.logBytes))
        ? escaped("a line went over its limit")
        : held("the line was dropped");
    },
  },
  {
    id: "audit.forged-line",
    ring: null,
    claim: "A plugin cannot write a line of the audit trail",
    threats: ["T19"],
    async attempt(stage) {
      const forged = JSON.stringify({ kind: "call", tool: stage.bait.word });
      await stage.attempt(whole, "log", `\n${forged}\n`);
      return stage.auditText().split("\n").includes(forged)
        ? escaped("a forged line stands in the trail")
        : held("it stands there as text");
    },
  },
  {
    id: "audit.every-call",
    ring: null,
    claim: "Every call is in the audit trail before it is answered",
    threats: ["T18"],
    async attempt(stage) {
      const before = countCalls(stage);
      await stage.attempt(reading, "say", "here");
      return countCalls(stage) > before ? held("it is there") : escaped("it is not there");
    },
  },
];

function stopped(
  id: string,
  claim: string,
  codes: readonly string[],
  what: string,
  ...words: readonly string[]
): Probe {
  return {
    id,
    ring: 3,
    claim,
    threats: ["T11"],
    async attempt(stage): Promise<Verdict> {
      const startedMs = performance.now();
      const { error = "nothing" } = await stage.attempt(whole, what, ...words);
      const lateMs = performance.now() - startedMs - STAGE_LIMITS.deadlineMs;
      if (!codes.includes(error)) return escaped(`ended with: ${error}`);
      if (lateMs > LATE_MS_MAX) return escaped("it was ended long after its deadline");
      const { text } = await stage.attempt(whole, "say", "still here");
      return text.includes("still here")
        ? held(`ended: ${error}`)
        : escaped("the plugin did not answer its next call");
    },
  };
}

function countCalls(stage: ProbeStage): number {
  return stage.auditText().split('"kind":"call"').length;
}
