// Between calls, native code in a runner had processors to burn for as long as it was kept, and a second in which no
// watchdog looked at its memory. A component could do the first by looping when its next instance was made.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeProcessPowers } from "../../runtime/powers/process.ts";
import { SEALED_FOLDER } from "../../runtime/sandbox/programs.ts";
import { makeCall, makeTerms, startHostile } from "../helpers/hostile-channel.ts";
import { sealsUnderTest } from "../helpers/seals.ts";

const ANSWER_THEN_BURN = `
for (;;) {
  const { id } = receive();
  send(result(id, id));
  if (id === 1) for (const untilMs = Date.now() + 1500; Date.now() < untilMs;);
}`;

for (const seal of sealsUnderTest(makeProcessPowers(SEALED_FOLDER))) {
  test(
    `${seal}: stops a runner between calls, and wakes it for the next`,
    { timeout: 20_000 },
    async (t) => {
      const { channel, process } = await startHostile(t, ANSWER_THEN_BURN, seal);
      assert.equal((await channel.call(makeCall("a"), makeTerms({}))).value, 1);
      await until(() => statOf(process.pid)[0] === "T");
      const usedTicks = cpuTicks(process.pid);
      await sleep(100);
      assert.equal(cpuTicks(process.pid), usedTicks);
      assert.equal((await channel.call(makeCall("b"), makeTerms({}))).value, 2);
      assert.equal((await channel.call(makeCall("c"), makeTerms({}))).value, 3);
    },
  );

  test(`${seal}: ends a runner that is stopped`, { timeout: 20_000 }, async (t) => {
    const { channel, process } = await startHostile(t, ANSWER_THEN_BURN, seal);
    await until(() => statOf(process.pid)[0] === "T");
    process.kill();
    await channel.exited;
    assert.equal((await process.exited).reason, "killed");
  });
}

/** State, and from there on the fields of `/proc/PID/stat`. */
function statOf(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function cpuTicks(pid: number): number {
  const stat = statOf(pid);
  return Number(stat[11]) + Number(stat[12]);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}
