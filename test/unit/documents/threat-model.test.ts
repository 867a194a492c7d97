import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PROBES } from "../../../runtime/cli/probes/run-probes.ts";
import { BUILT_IN_ITEMS } from "../../../runtime/debt/built-in-items.ts";
import { findProblems, type ThreatModel } from "../../helpers/check-threat-model.ts";
import { fillThreatModel } from "../../helpers/threat-model-tables.ts";
import { NSA, OWASP, QUESTIONS, SIGNALS } from "../../threat-model/answers.ts";
import { BOUNDARIES } from "../../threat-model/boundaries.ts";
import { QUIET_CELLS } from "../../threat-model/quiet-cells.ts";
import { ACTORS, ASSETS, TRUST, VERDICTS } from "../../threat-model/statements.ts";
import { THREATS } from "../../threat-model/threat.ts";

const threatModel = readFileSync("THREAT_MODEL.md", "utf8");
const readme = readFileSync("README.md", "utf8");
const MODEL: ThreatModel = {
  threats: THREATS,
  probes: PROBES,
  items: BUILT_IN_ITEMS,
  answers: [...OWASP, ...NSA, ...SIGNALS, ...QUESTIONS],
  assets: ASSETS,
  actors: ACTORS,
  trust: TRUST,
  verdicts: VERDICTS,
  quiet: QUIET_CELLS,
};

test("the tables are what threats, probes and debt items say now (`npm run docs` writes them)", () => {
  assert.equal(fillThreatModel(threatModel), threatModel);
});

test("every line of the threat model names what holds it, and all of that is there", () => {
  assert.ok(THREATS.length >= 57);
  assert.deepEqual(findProblems(MODEL), []);
});

test("the lists of others are whole", () => {
  assert.deepEqual(
    [OWASP, NSA, SIGNALS, QUESTIONS].map((answers) => answers.length),
    [10, 9, 5, 9],
  );
});

test("the diagram shows every boundary, and the two yes-or-no tables say both", () => {
  const [, diagram = ""] = /^```\n([^]*?)^```/m.exec(threatModel) ?? [];
  assert.deepEqual(
    Object.keys(BOUNDARIES).filter((id) => !new RegExp(`\\b${id}\\b`).test(diagram)),
    [],
  );
  assert.deepEqual(new Set(TRUST.map(({ isTrusted }) => isTrusted)), new Set([true, false]));
  assert.deepEqual(new Set(VERDICTS.map(({ isOne }) => isOne)), new Set([true, false]));
});

test("every debt item that the documents name exists, and every built-in one is named", () => {
  const known = BUILT_IN_ITEMS.map((item) => item.id);
  const named = new Set(`${threatModel}\n${readme}`.match(/\bGB-\d{3}\b/g));
  assert.deepEqual(
    [...named].filter((id) => !known.some((other) => other === id)),
    [],
  );
  assert.deepEqual(
    known.filter((id) => !named.has(id)),
    [],
  );
});

test("each of these changes to the model is found", () => {
  const [threat, ...others] = THREATS;
  const [answer, ...answers] = MODEL.answers;
  const [item, ...items] = BUILT_IN_ITEMS;
  assert.ok(threat && answer && item);
  const withThreat = (change: Partial<typeof threat>): Partial<ThreatModel> => ({
    threats: [{ ...threat, ...change }, ...others],
    probes: [],
  });
  const withAnswer = (change: Partial<typeof answer>): Partial<ThreatModel> => ({
    answers: [{ ...answer, ...change }, ...answers],
  });
  const changes: Readonly<Record<string, Partial<ThreatModel>>> = {
    "a threat without evidence": withThreat({ tests: [] }),
    "a test that is not there": withThreat({ tests: ["test/unit/no-such.test.ts"] }),
    "a title that no test has": withThreat({ tests: ["test/unit/house.test.ts#no such title"] }),
    "a number left out": { threats: others },
    "a number used twice": { threats: [threat, ...THREATS] },
    "a threat at no boundary": withThreat({ at: {} }),
    "a letter that is none of STRIDE": withThreat({ at: { package: "TX" } }),
    "an item that nobody knows": withThreat({ left: ["GB-999"] }),
    "a probe for a threat that nobody knows": { probes: [{ id: "x", threats: ["T99"] }] },
    "a probe for nothing": { probes: [{ id: "x", threats: [] }] },
    "a cell without a reason": { quiet: { ...QUIET_CELLS, probe: {} } },
    "a reason beside a threat": { quiet: { ...QUIET_CELLS, grant: { T: "none" } } },
    "a yes with something left": withAnswer({ answer: "yes" }),
    "a partly with nothing left": withAnswer({ left: [] }),
    "a yes by nothing": withAnswer({ answer: "yes", left: [], threats: [] }),
    "an asset without a threat": { assets: [{ asset: "x", threats: [] }] },
    "an actor held by no threat": {
      actors: [{ actor: "x", can: "y", cannot: "z", threats: ["T99"] }],
    },
    "what is not trusted, and why not": { trust: [{ part: "x", isTrusted: false, threats: [] }] },
    "a verdict by an item that is not there": {
      verdicts: [{ finding: "x", isOne: false, by: ["GB-999"] }],
    },
    "a verdict by nothing": { verdicts: [{ finding: "x", isOne: true, by: [] }] },
    "a gap closed without evidence": {
      items: [{ ...item, status: "resolved", evidence: [] }, ...items],
    },
    "a gap closed by a test that is not there": {
      items: [
        { ...item, status: "resolved", evidence: [{ kind: "test", what: "test/unit/no.test.ts" }] },
        ...items,
      ],
    },
    "a closed gap that is called left": {
      items: BUILT_IN_ITEMS.map((known) => ({ ...known, status: "resolved" })),
    },
  };
  for (const [what, change] of Object.entries(changes))
    assert.ok(findProblems({ ...MODEL, ...change }).length > 0, what);
});
