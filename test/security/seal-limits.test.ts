import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { test } from "node:test";
import { limitArgs } from "../../runtime/sandbox/seal/rlimits.ts";
import { openSealBench } from "../helpers/seals.ts";

const MIB = 1024 * 1024;
const bench = await openSealBench();

test("the shell that sets the limits lets no file grow, and nothing run when a limit cannot be set", () => {
  const grow = ["/bin/sh", "-c", 'echo grown > "$0"', `${bench.folder}/grown`];
  const { status, signal } = spawnSync("/bin/sh", [...limitArgs(1024 * MIB), ...grow]);
  assert.ok(signal === "SIGXFSZ" || status !== 0);
  assert.equal(statSync(`${bench.folder}/grown`).size, 0);
  const impossible = spawnSync("/bin/sh", [...limitArgs(Number.NaN), ...grow]);
  assert.equal(impossible.status, 97);
});

for (const seal of bench.seals) {
  for (const bomb of ["fill the heap", "fill buffers", "fill native memory", "fill page tables"]) {
    test(`${seal}: the watchdog ends a process that wants to ${bomb}`, async () => {
      const { exit } = await bench.act(seal, [bomb], { residentBytesMax: 128 * MIB });
      assert.equal(exit.reason, "memory");
    });
  }

  test(`${seal}: the watchdog ends a process whose first thread has ended and whose memory it cannot see`, async () => {
    const { exit } = await bench.act(seal, ["end the first thread"]);
    assert.equal(exit.reason, "memory");
  });

  test(`${seal}: the kernel refuses native memory beyond the data limit, without any watchdog`, async () => {
    const { report } = await bench.act(seal, ["fill native memory"], {
      dataBytesMax: 640 * MIB,
      residentBytesMax: 4096 * MIB,
    });
    assert.deepEqual(report, { refused: true });
  });

  test(`${seal}: JavaScript that fills buffers beyond the data limit gets an error, or the process ends`, async () => {
    const { exit } = await bench.act(seal, ["fill buffers"], {
      dataBytesMax: 640 * MIB,
      residentBytesMax: 4096 * MIB,
    });
    assert.equal(exit.reason, "exit");
    assert.notEqual(exit.code, 0);
  });

  test(`${seal}: a process runs out of descriptors after a few dozen`, async () => {
    const { report } = await bench.act(seal, ["exhaust descriptors"]);
    assert.ok(Number(report!["opened"]) < 64);
  });

  test(`${seal}: a flood on stderr ends the process, and the broker keeps a printable beginning of it`, async () => {
    const { exit } = await bench.act(seal, ["flood stderr"]);
    assert.equal(exit.reason, "flood");
    assert.ok(exit.stderr.length <= 8 * 1024);
    assert.ok(!exit.stderr.includes("\u001b"));
  });

  test(`${seal}: a flood on stdout goes nowhere`, async () => {
    const { exit } = await bench.act(seal, ["flood stdout"]);
    assert.equal(exit.code, 0);
  });
}
