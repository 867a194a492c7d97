// V8's locks ask how a waiting thread is scheduled, and complain on stderr when they get an error: each time again. A runner
// with nothing wrong in it filled the operator's log, and in the end was killed for a flood.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openSealBench } from "../helpers/seals.ts";

const bench = await openSealBench();

for (const seal of bench.seals) {
  test(`${seal}: every thread hears that it is scheduled in the ordinary way, and nothing of other processes`, async () => {
    const { report, exit } = await bench.act(seal, ["ask how threads are scheduled"]);
    assert.deepEqual(report, { own: [0, 0], first: [0, 0], nobody: [0, 0] });
    assert.equal(exit.stderr, "");
  });
}
