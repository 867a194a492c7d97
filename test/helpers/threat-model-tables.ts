// The tables of THREAT_MODEL.md, from the threats beside this room, the probes and the debt items.
import { PROBES } from "../../runtime/cli/probes/run-probes.ts";
import { BUILT_IN_ITEMS } from "../../runtime/debt/built-in-items.ts";
import { OWASP, NSA, QUESTIONS, SIGNALS, type Answer } from "../threat-model/answers.ts";
import { BOUNDARIES, type BoundaryId } from "../threat-model/boundaries.ts";
import { QUIET_CELLS } from "../threat-model/quiet-cells.ts";
import { ACTORS, ASSETS, TRUST, VERDICTS } from "../threat-model/statements.ts";
import { STRIDE, THREATS, type Stride, type Threat } from "../threat-model/threat.ts";
import { fillTables, type Table } from "./fill-tables.ts";

const LETTERS: Readonly<Record<Stride, string>> = {
  S: "spoofing",
  T: "tampering",
  R: "repudiation",
  I: "disclosure",
  D: "denial of service",
  E: "elevation",
};
const ITEMS = BUILT_IN_ITEMS.toSorted((left, right) => (left.id < right.id ? -1 : 1));
const BOUNDARY_IDS = Object.keys(BOUNDARIES) as BoundaryId[];

/** The ids of the threats at one boundary under one letter, in their order. */
export function threatsAt(boundary: BoundaryId, letter: Stride): string[] {
  return THREATS.filter(({ at }) => at[boundary]?.includes(letter)).map(({ id }) => id);
}

/** The ids of the probes that stand for a threat: each probe says for which. */
export function probesOf({ id }: Threat): string[] {
  return PROBES.filter(({ threats }) => threats.includes(id)).map((probe) => probe.id);
}

/** THREAT_MODEL.md's text with its generated tables as the sources have them now. */
export function fillThreatModel(text: string): string {
  return fillTables(text, {
    assets: [["asset", "threats"], ...ASSETS.map(({ asset, threats }) => [asset, list(threats)])],
    actors: [
      ["actor", "can", "cannot", "threats"],
      ...ACTORS.map(({ actor, can, cannot, threats }) => [actor, can, cannot, list(threats)]),
    ],
    trust: [
      ["part", "trusted?", "threats"],
      ...TRUST.map(({ part, isTrusted, because, threats }) => [
        part,
        `${isTrusted ? "yes" : "no"}${because === undefined ? "" : `: ${because}`}`,
        list(threats),
      ]),
    ],
    boundaries: [["boundary", "what crosses it"], ...Object.entries(BOUNDARIES)],
    stride: strideTable(),
    quiet: [
      ["boundary", "letter", "why no threat is known"],
      ...BOUNDARY_IDS.flatMap((boundary) =>
        STRIDE.flatMap((letter) => {
          const why = QUIET_CELLS[boundary]?.[letter];
          return why === undefined ? [] : [[boundary, letter, why]];
        }),
      ),
    ],
    threats: [
      ["id", "boundary", "threat", "what holds it", "tests", "probes", "left"],
      ...THREATS.map((threat) => [
        threat.id,
        Object.keys(threat.at).join(", "),
        threat.threat,
        threat.heldBy,
        threat.tests.join(", "),
        probesOf(threat).join(", "),
        list(threat.left ?? []),
      ]),
    ],
    verdicts: [
      ["finding", "vulnerability?", "by"],
      ...VERDICTS.map(({ finding, isOne, where, by }) => [
        finding,
        `${isOne ? "yes" : "no"}${where === undefined ? "" : `, ${where}`}`,
        list(by),
      ]),
    ],
    owasp: answerTable("risk", OWASP),
    nsa: answerTable("recommendation", NSA),
    signals: answerTable("signal", SIGNALS),
    questions: answerTable("question", QUESTIONS),
    "non-claims": [
      ["id", "severity", "status", "what is not claimed", "today"],
      ...ITEMS.filter(({ status }) => status !== "resolved").map(
        ({ id, severity, status, title, current_behavior: today }) => [
          id,
          severity,
          status,
          title,
          today,
        ],
      ),
    ],
    closed: [
      ["id", "what was a gap", "what shows that it is none now"],
      ...ITEMS.filter(({ status }) => status === "resolved").map(({ id, title, evidence }) => [
        id,
        title,
        evidence.map(({ what }) => what).join(", "),
      ]),
    ],
  });
}

function strideTable(): Table {
  return [
    ["boundary", ...STRIDE.map((letter) => `${letter}: ${LETTERS[letter]}`)],
    ...BOUNDARY_IDS.map((boundary) => [
      boundary,
      ...STRIDE.map((letter) => list(threatsAt(boundary, letter))),
    ]),
  ];
}

function answerTable(what: string, answers: readonly Answer[]): Table {
  return [
    ["id", what, "answer", "how", "threats", "left"],
    ...answers.map(({ id, asks, answer, says, threats, left }) => [
      id,
      asks,
      answer,
      says,
      list(threats),
      list(left),
    ]),
  ];
}

function list(ids: readonly string[]): string {
  return ids.length === 0 ? "–" : ids.join(", ");
}
