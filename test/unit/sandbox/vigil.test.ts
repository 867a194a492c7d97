import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Vigil } from "../../../runtime/sandbox/vigil.ts";

/** Longer than anybody stays awake. */
const LATE_MS = 1;

/** A vigil by a clock that stands still until it is moved on. */
function watchVigil(context: TestContext, processors = 2) {
  let turns = 0;
  let nowMs = 0;
  // Whoever is awake then would stay so for ever.
  context.after(() => void (nowMs += LATE_MS));
  const vigil = new Vigil(
    processors,
    () => void (turns += 1),
    () => nowMs,
  );
  return {
    vigil,
    becomeLate: () => void (nowMs += LATE_MS),
    /** Whether the thread is kept from sleep, as it is for as long as the event loop finds it so. */
    isAwake: async (): Promise<boolean> => {
      const before = turns;
      for (let round = 0; round < 3; round += 1) await turn();
      return turns > before;
    },
  };
}

test("stays awake for the answer of the one call that is under way, and not for long", async (t) => {
  const { vigil, isAwake, becomeLate } = watchVigil(t);
  vigil.callBegins();
  assert.equal(await isAwake(), false, "nothing was sent yet");
  vigil.runnerActs();
  assert.equal(await isAwake(), true);
  becomeLate();
  await turn();
  assert.equal(await isAwake(), false);
});

test("sleeps as soon as the runner has spoken", async (t) => {
  const { vigil, isAwake } = watchVigil(t);
  vigil.callBegins();
  vigil.runnerActs();
  vigil.runnerSpoke();
  assert.equal(await isAwake(), false);
});

test("sleeps with one processor, with no call, and with a second one under way", async (t) => {
  const alone = watchVigil(t, 1);
  alone.vigil.callBegins();
  alone.vigil.runnerActs();
  assert.equal(await alone.isAwake(), false);
  alone.vigil.callEnds();
  assert.equal(alone.vigil.holdsForRunners, false);

  const { vigil, isAwake } = watchVigil(t);
  vigil.runnerActs();
  assert.equal(await isAwake(), false);
  vigil.callBegins();
  vigil.runnerActs();
  assert.equal(await isAwake(), true);
  vigil.callBegins();
  await turn();
  assert.equal(await isAwake(), false);
  vigil.callEnds();
  vigil.runnerActs();
  assert.equal(await isAwake(), true);
});

test("sleeps when answers have come too late for some time, until they come in time again", async (t) => {
  const { vigil, isAwake, becomeLate } = watchVigil(t);
  vigil.callBegins();
  for (let late = 0; late < 8; late += 1) {
    vigil.runnerActs();
    becomeLate();
    vigil.runnerSpoke();
  }
  await turn();
  vigil.runnerActs();
  assert.equal(await isAwake(), false);
  vigil.runnerSpoke();
  vigil.runnerActs();
  assert.equal(await isAwake(), true);
});

test("a message in parts comes but once", async (t) => {
  const { vigil, isAwake } = watchVigil(t);
  vigil.callBegins();
  for (let part = 0; part < 20; part += 1) vigil.runnerSpoke();
  vigil.runnerActs();
  assert.equal(await isAwake(), true);
});

test("has runners wait awake while calls follow each other at once", (t) => {
  const { vigil, becomeLate } = watchVigil(t);
  assert.equal(vigil.holdsForRunners, true);
  for (let late = 0; late < 9; late += 1) {
    vigil.callBegins();
    vigil.callEnds();
    becomeLate();
  }
  assert.equal(vigil.holdsForRunners, false);
  vigil.callBegins();
  vigil.callEnds();
  vigil.callBegins();
  assert.equal(vigil.holdsForRunners, false, "another call is under way");
  vigil.callEnds();
  assert.equal(vigil.holdsForRunners, true);
});
