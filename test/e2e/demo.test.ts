// The first thing that a newcomer runs: what it promises is what happens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeScratch } from "../helpers/scratch.ts";
import { runGlovebox } from "../helpers/run-glovebox.ts";

interface Shown {
  readonly steps: readonly { readonly says: string; readonly as_expected: boolean }[];
}

test("every step of the demonstration goes as it must", async (t) => {
  const { code, json } = await runGlovebox(["demo", "--json"], { cwd: makeScratch(t) });
  const { steps } = json as Shown;
  assert.deepEqual(
    steps.filter(({ as_expected: isExpected }) => !isExpected).map(({ says }) => says),
    [],
  );
  assert.equal(code, 0);
  assert.ok(steps.length >= 17, `${steps.length} steps`);
});
