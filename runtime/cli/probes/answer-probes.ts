import { verifyTrail } from "../../audit/chain/verify-trail.ts";
import { escaped, held, type Probe } from "./probe.ts";
import { makeCaller } from "./stage.ts";
import { HOSTILE } from "./stage-configuration.ts";

const { whole, reading } = HOSTILE;
/** What a key of a cloud looks like; put together here, so that nobody's scanner takes this file for a leak. */
const KEY = ["AKIA", "QYLPMN5HHHFPZAM2"].join("");
/** "obey" in letters that are drawn as nothing. */
const TAG_LETTERS = String.fromCodePoint(0xe006f, 0xe0062, 0xe0065, 0xe0079);

/** What leaves with an answer, and what is written down of it. */
export const ANSWER_PROBES: readonly Probe[] = [
  filtered("filter.secret", "A key in an answer does not reach a client", "say", KEY),
  filtered("filter.hidden", "Letters that nobody sees do not reach a client", "say", TAG_LETTERS),
  filtered("filter.terminal", "Orders to a terminal do not reach a client", "say", "\u001b[2J"),
  filtered(
    "filter.error",
    "A path of this machine in an error does not reach a client",
    "fail",
    "/home/operator/keys",
  ),
  {
    id: "audit.forged-line",
    ring: null,
    claim: "A plugin cannot write a line of the audit trail",
    threats: ["T41"],
    async attempt(stage) {
      const forged = JSON.stringify({ kind: "call", tool: stage.bait.word });
      await stage.attempt(whole, "log", `\n${forged}\n`);
      const text = stage.auditText();
      if (!text.includes(stage.bait.word))
        return escaped("it was not logged, so nothing was tried");
      return text.split("\n").includes(forged)
        ? escaped("a forged line stands in the trail")
        : held("it stands there as text");
    },
  },
  {
    id: "audit.every-call",
    ring: null,
    claim: "Every call is in the audit trail before it is answered",
    threats: ["T41"],
    async attempt(stage) {
      // Of somebody who calls once: other probes' calls may end meanwhile.
      const caller = makeCaller("audited");
      const { error } = await stage.call(`${reading}__attempt`, { what: "say" }, caller);
      if (error !== undefined) throw new Error(`not made: ${error}`);
      const record = `"principal":"${caller.principal.id}"`;
      return stage.auditText().includes(record) ? held("it is there") : escaped("it is not there");
    },
  },
  {
    id: "audit.changed-line",
    ring: null,
    claim: "A line of the audit trail that was changed afterwards is found",
    threats: ["T41"],
    async attempt(stage) {
      const lines = stage.auditText().trimEnd().split("\n");
      if (problemsOf(lines).length > 0) return escaped("the trail was not whole before");
      const at = lines.length >> 1;
      const changed = lines.map((line, index) =>
        index === at ? line.replace(/"timestamp":"\d{4}/, '"timestamp":"2001') : line,
      );
      if (changed[at] === lines[at]) throw new Error("a probe found nothing to change");
      return problemsOf(changed).includes("changed") ? held("found") : escaped("not found");
    },
  },
  {
    id: "audit.missing-line",
    ring: null,
    claim: "A line of the audit trail that was taken out is missed",
    threats: ["T41"],
    async attempt(stage) {
      const lines = stage.auditText().trimEnd().split("\n");
      const without = lines.toSpliced(lines.length >> 1, 1);
      return problemsOf(without).includes("missing") ? held("missed") : escaped("not missed");
    },
  },
];

function problemsOf(lines: readonly string[]): readonly string[] {
  const bytes = Buffer.from(`${lines.join("\n")}\n`);
  const file = { name: "audit.jsonl", pieces: () => [bytes] };
  const evidence = { files: [file], checkpoints: [], anchors: [], digestOf: () => undefined };
  return verifyTrail(evidence).problems.map(({ code }) => code);
}

/** The words go out, and do not come back; that something came back shows that they were on their way. */
function filtered(id: string, claim: string, what: "say" | "fail", words: string): Probe {
  return {
    id,
    ring: null,
    claim,
    threats: ["T51"],
    async attempt(stage) {
      const { text } = await stage.attempt(whole, what, `before ${words} after`);
      if (!text.includes("before") || !text.includes("after"))
        return escaped("nothing of the answer came, so nothing was tried");
      return text.includes(words) ? escaped("they came through") : held("they were taken out");
    },
  };
}
