// Behind Landlock, which gives a process no numbers of its own, native code could read the processor time of every process on
// the machine, with no right to it: whether it exists, and a measure of what it is doing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openSealBench } from "../helpers/seals.ts";

const bench = await openSealBench();

for (const seal of bench.seals) {
  test(`${seal}: native code cannot read how much processor time another process has used`, async () => {
    const program = `${bench.folder}/probe.cjs`;
    const { report } = await bench.act(seal, [String(process.pid)], { program });
    const denied = report!["denied"] as readonly string[];
    assert.ok(denied.includes("read the broker's processor time"));
  });
}
