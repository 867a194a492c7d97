// Behind Landlock, which gives a process no numbers of its own, native code could ask for any process number on the machine
// whether it exists and which capabilities it holds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseSeal } from "../../runtime/sandbox/seal/choose-seal.ts";
import { openSealBench } from "../helpers/seals.ts";

const bench = await openSealBench();

for (const seal of bench.seals) {
  test(`${seal}: native code cannot tell which processes exist`, async () => {
    const probe = `${bench.folder}/probe.cjs`;
    const { denied } = await chooseSeal(bench.powers, bench.spawn, { probe, forms: [seal] });
    assert.ok(denied.includes("see that the broker exists"));
  });
}
