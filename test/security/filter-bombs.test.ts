// Inputs that are made to cost the filter more than they cost whoever sends them. No time is asserted: the work must end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAnswerFilter } from "../../runtime/filter-answer.ts";
import { findSpans } from "../../runtime/firewall/filter/find-spans.ts";
import { DEFAULT_FILTER } from "../../runtime/firewall/filter/policy.ts";
import { ADVERSARIAL } from "../bench/filter/speed.ts";
import { medianOf } from "../bench/statistics.ts";
import { filtered, filteredValue } from "../helpers/filtered.ts";

const about = {
  tool: { name: "t", description: "t", inputSchema: {} },
  validateResult: undefined,
} as never;

/** Quadratic work would make eight times the text cost sixty-four times the time. */
const RATIO_MAX = 28;

for (const [name, text] of Object.entries(ADVERSARIAL))
  test(`${name}: eight times the text is about eight times the work`, () => {
    const cpuOf = (input: string): number => {
      const times = Array.from({ length: 3 }, () => {
        const before = process.cpuUsage();
        findSpans(input, []);
        const { user, system } = process.cpuUsage(before);
        return user + system;
      });
      return medianOf(times);
    };
    const small = text.slice(0, 50_000);
    findSpans(small, []);
    const [once, eightfold] = [cpuOf(small), cpuOf(text.slice(0, 400_000))];
    assert.ok(eightfold < RATIO_MAX * Math.max(once, 2000), `${once} and ${eightfold} us`);
  });

test("structured content that is nested too deeply, or goes round, is withheld", () => {
  let deep: object = {};
  for (let depth = 0; depth < 100; depth++) deep = { deep };
  const round: { self?: object } = {};
  round.self = round;
  for (const structuredContent of [deep, round]) {
    const answer = makeAnswerFilter(DEFAULT_FILTER)(
      { content: [], structuredContent: structuredContent as never },
      about,
    );
    assert.equal(answer.error?.error_code, "OUTPUT_BLOCKED");
  }
});

test("structured content of more parts than are read is withheld", () => {
  const many = Array.from({ length: 500_000 }, () => ({}));
  const answer = makeAnswerFilter(DEFAULT_FILTER)(
    { content: [], structuredContent: many as never },
    about,
  );
  assert.equal(answer.error?.error_code, "OUTPUT_BLOCKED");
});

test("findings are counted, and no more than a hundred are named", () => {
  const text = "212-09-9998 ".repeat(5000);
  assert.equal(filtered(text).findings.length, 100);
  assert.ok(!filtered(text).text.includes("212"));
  const { findings } = filteredValue(Array.from({ length: 300 }, () => ({ password: "x" })));
  assert.equal(findings.length, 100);
});
