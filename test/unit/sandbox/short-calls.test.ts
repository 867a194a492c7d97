import assert from "node:assert/strict";
import { test } from "node:test";
import { ShortCalls } from "../../../runtime/sandbox/short-calls.ts";

function after(...durationsMs: readonly number[]): ShortCalls {
  const calls = new ShortCalls();
  for (const durationMs of durationsMs) calls.note(durationMs);
  return calls;
}

const times = (count: number, durationMs: number): number[] =>
  Array<number>(count).fill(durationMs);

test("short calls are the rule after a few of them, and not before", () => {
  assert.equal(after().isRule, false);
  assert.equal(after(...times(19, 0.1)).isRule, false);
  assert.equal(after(...times(20, 0.1)).isRule, true);
  assert.equal(after(...times(500, 4)).isRule, false);
});

test("one that was somewhat longer changes nothing for long, and one for which others waited in vain does", () => {
  assert.equal(after(...times(20, 0.1), 60).isRule, false);
  assert.equal(after(...times(20, 0.1), 60, ...times(20, 0.1)).isRule, true);
  assert.equal(after(...times(20, 0.1), 101, ...times(999, 0.1)).isRule, false);
  assert.equal(after(...times(20, 0.1), 101, ...times(1000, 0.1)).isRule, true);
});
