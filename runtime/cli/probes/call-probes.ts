import type { Verdict } from "../../debt/probe-result.ts";
import { escaped, held, type Probe } from "./probe.ts";
import { makeCaller, type ProbeStage } from "./stage.ts";
import { HOSTILE, HURRIED_CLIENT, NEEDED_SCOPE, STAGE_LIMITS } from "./stage-configuration.ts";

const { whole, reading } = HOSTILE;
const FLOOD_LINES = 40;
const LINE_CHARS = 1000;

/** Ring 3: what one call may take, and what it leaves behind. */
export const CALL_PROBES: readonly Probe[] = [
  {
    ...stopped("call.deadline", "A call that does not end is ended", ["TIMEOUT"], "loop"),
    waits: true,
  },
  stopped(
    "call.memory",
    "A call that takes more memory than it may is ended",
    ["MEMORY_LIMIT", "PLUGIN_FAILED"],
    "eat",
    String(STAGE_LIMITS.memoryMib + 1),
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
    id: "call.log",
    ring: 3,
    claim: "A plugin's log lines end at their limit",
    threats: ["T11"],
    async attempt(stage) {
      const line = "flood".padEnd(LINE_CHARS, ".");
      await stage.attempt(whole, "log", line, String(FLOOD_LINES));
      const kept = stage.auditText().split(line).length - 1;
      if (kept === 0) return escaped("no line was kept, so no limit was tried");
      return kept * LINE_CHARS <= STAGE_LIMITS.logBytes
        ? held(`${kept} of ${FLOOD_LINES} lines were kept`)
        : escaped("more was kept than may be");
    },
  },
  answered(
    "call.arguments",
    "Arguments that do not match the pinned schema do not reach a plugin",
    ["T17"],
    "INVALID_ARGUMENTS",
    (stage) => stage.call(`${whole}__attempt`, { what: "say", words: [1] }),
  ),
  answered(
    "call.result",
    "A result that does not match the pinned schema does not reach a client",
    ["T51"],
    "PLUGIN_FAILED",
    (stage) => stage.call(`${whole}__lie`, {}),
  ),
  answered(
    "call.unknown-tool",
    "A tool that was not approved is not called",
    ["T17"],
    "UNKNOWN_TOOL",
    (stage) => stage.call(`${whole}__other`, {}),
  ),
  answered(
    "call.scope",
    "A caller without the scope does not call",
    ["T44"],
    "INSUFFICIENT_SCOPE",
    (stage) => stage.call(`${reading}__lie`, {}, makeCaller("scopeless", { scopes: new Set() })),
  ),
  answered(
    "call.approval",
    "A tool that a human has to see first does not run unseen",
    ["T38"],
    "APPROVAL_REQUIRED",
    (stage) =>
      stage.call(`${reading}__lie`, {}, makeCaller("scoped", { scopes: new Set([NEEDED_SCOPE]) })),
  ),
  answered("call.rate", "A caller ends at its rate", ["T46"], "RATE_LIMITED", async (stage) => {
    const hurried = makeCaller("hurried", { client: HURRIED_CLIENT });
    const say = { what: "say", words: ["again"] };
    const first = await stage.call(`${reading}__attempt`, say, hurried);
    if (first.error !== undefined) throw new Error(`not made: ${first.error}`);
    return stage.call(`${reading}__attempt`, say, hurried);
  }),
  answered(
    "flow.hold",
    "After strangers' text was read, nothing leaves on a path that nobody accepted",
    ["T39"],
    "FLOW_HELD",
    async (stage) => {
      const reader = makeCaller("reader");
      const first = await stage.call(`${whole}__attempt`, { what: "say", words: [] }, reader);
      if (first.error !== undefined) throw new Error(`not made: ${first.error}`);
      return stage.call(`${reading}__attempt`, { what: "say", words: [] }, reader);
    },
  ),
];

/** The very code that the check answers with, and nothing else. */
function answered(
  id: string,
  claim: string,
  threats: readonly string[],
  code: string,
  make: (stage: ProbeStage) => ReturnType<ProbeStage["call"]>,
): Probe {
  return {
    id,
    ring: 3,
    claim,
    threats,
    async attempt(stage): Promise<Verdict> {
      const { error = "nothing" } = await make(stage);
      return error === code ? held(`refused: ${error}`) : escaped(`ended with: ${error}`);
    },
  };
}

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
      const make = () => stage.attempt(whole, what, ...words);
      let { error = "nothing" } = await make();
      // Of a call that nobody ended in its time, or of a machine that was too busy to begin it: once more tells which.
      if (error === "CANCELLED") ({ error = "nothing" } = await make());
      if (error === "nothing" || error === "CANCELLED") return escaped(`ended with: ${error}`);
      // Ended by something else, or no runner for the next call: on a busy machine both come and go, and are tried again.
      if (!codes.includes(error)) throw new Error(`not made: ${error}`);
      const next = await stage.attempt(whole, "say", "still here");
      if (next.error !== undefined) throw new Error(`not made: ${next.error}`);
      return next.text.includes("still here")
        ? held(`ended: ${error}`)
        : escaped("the plugin did not answer its next call");
    },
  };
}
