// What had opened a descriptor in the broker after its start, without close-on-exec, gave it to every process behind bubblewrap:
// inherited descriptors were marked once, when the broker began.
import assert from "node:assert/strict";
import ffi from "node:ffi";
import { test } from "node:test";
import { chooseSeal } from "../../runtime/sandbox/seal/choose-seal.ts";
import { openSealBench } from "../helpers/seals.ts";

const bench = await openSealBench();
const { open } = ffi.dlopen(null, {
  open: { arguments: ["string", "i32"], return: "i32" },
}).functions;

for (const seal of bench.seals) {
  test(`${seal}: a descriptor that a library of the broker opens at any time stays out`, async () => {
    assert.ok(open("/etc/passwd", 0) > 2);
    const probe = `${bench.folder}/probe.cjs`;
    const { allowed, remarks } = await chooseSeal(bench.powers, bench.spawn, {
      probe,
      forms: [seal],
    });
    assert.deepEqual(allowed, [], remarks.join());
  });
}
