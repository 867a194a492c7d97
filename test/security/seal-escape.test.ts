import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { test } from "node:test";
import { chooseSeal } from "../../runtime/sandbox/seal/choose-seal.ts";
import type { SealName } from "../../runtime/sandbox/sandbox.ts";
import { NOBODY, nodeForEverybody, openSealBench } from "../helpers/seals.ts";

const bench = await openSealBench();
const probe = `${bench.folder}/probe.cjs`;
const SIGSYS = 31;

test("this machine has a seal to test", () => {
  assert.ok(
    bench.seals.length > 0 || process.platform !== "linux",
    "neither bubblewrap nor Landlock is here",
  );
  console.log(`seals under test: ${bench.seals.join(", ") || "none"}`);
});

for (const seal of bench.seals) {
  test(`${seal}: native code in the runner's place gets nothing of what the probe tries`, async () => {
    const chosen = await chooseSeal(bench.powers, bench.spawn, { probe, forms: [seal] });
    assert.deepEqual(chosen.allowed, [], chosen.remarks.join("\n"));
    assert.equal(chosen.name, seal);
    assert.ok(chosen.denied.length > 40);
  });

  test(`${seal}: a broker that is process 1 of its container is not taken for the probe itself`, async () => {
    const { report } = await bench.act(seal, ["1"], { program: probe });
    assert.deepEqual(report!["allowed"], []);
  });

  test(`${seal}: one runner reaches nothing of another`, async () => {
    const victim = bench.spawn({
      seal,
      program: `${bench.folder}/hostile.cjs`,
      programArgs: ["spin"],
      dataBytesMax: 1024 ** 3,
      residentBytesMax: 1024 ** 3,
    });
    await once(victim.channel, "data");
    const { report } = await bench.act(seal, [String(victim.pid)], { program: probe });
    assert.deepEqual(report!["allowed"], []);
    assert.ok(victim.residentBytes() !== undefined);
    victim.kill();
    await victim.exited;
  });

  test(`${seal}: the environment holds nothing of the broker's`, async () => {
    const { report } = await bench.act(seal, ["report"]);
    const { PWD, ...rest } = report!["env"] as Record<string, string>;
    assert.deepEqual(rest, {});
    assert.ok(PWD === undefined || PWD === "/");
  });

  test(`${seal}: neither the seal nor a limit can be undone from inside`, async () => {
    const { report } = await bench.act(seal, ["undo the seal"]);
    for (const [attempt, result] of Object.entries(report!)) assert.ok(Number(result) < 0, attempt);
  });

  test(`${seal}: no process starts, before tightening neither`, async () => {
    for (const args of [["start processes"], ["start processes", "untightened"]]) {
      const { report } = await bench.act(seal, args);
      assert.deepEqual(report, { started: 0 });
    }
  });

  test(`${seal}: the kernel refuses every call that is not in the table, whatever its number`, async () => {
    const { report } = await bench.act(seal, ["call everything else"]);
    assert.deepEqual(report!["through"], []);
    assert.ok(Number(report!["tried"]) > 900);
  });

  if (process.arch === "x64") {
    for (const bits of ["x32", "32-bit"]) {
      test(`${seal}: a call by the ${bits} interface kills`, async () => {
        const { report, exit } = await bench.act(seal, [`call by the ${bits} interface`]);
        assert.equal(report?.["started"], true);
        assert.equal(report["survived"], undefined);
        assert.ok(exit.signal === "SIGSYS" || exit.code === 128 + SIGSYS, JSON.stringify(exit));
      });
    }
  }

  test(`${seal}: no thread starts once the runner has tightened its seal`, async () => {
    const { report } = await bench.act(seal, ["start threads"]);
    assert.deepEqual(report, { refused: -1 });
  });

  test(`${seal}: holds for whoever started the broker with descriptors left open`, () => {
    const { status, stdout, stderr } = chooseInAnotherBroker(seal, process.execPath, {
      leaking: true,
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), { name: seal, allowed: [] });
  });

  test(`${seal}: holds for an ordinary user`, () => {
    const { status, stdout, stderr } = chooseInAnotherBroker(seal, nodeForEverybody(bench.folder), {
      leaking: false,
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), { name: seal, allowed: [] });
  });
}

function chooseInAnotherBroker(seal: SealName, node: string, { leaking }: { leaking: boolean }) {
  // A file, at numbers beyond the gap where Node stops marking what it inherited.
  const stdio: ("ignore" | "pipe" | number)[] = ["ignore", "pipe", "pipe"];
  if (leaking) for (const at of [20, 70]) stdio[at] = openSync("/etc/passwd", "r");
  const user = leaking || process.getuid!() !== 0 ? {} : { uid: NOBODY, gid: NOBODY };
  return spawnSync(node, ["--no-warnings", `${bench.folder}/broker.cjs`, bench.folder, seal], {
    stdio: Array.from(stdio, (end) => end ?? "ignore"),
    env: {},
    cwd: "/",
    encoding: "utf8",
    ...user,
  });
}
