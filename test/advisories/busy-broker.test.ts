// One call that asked for slow things in a loop (writes to kv, listings, large files) had the broker's thread for itself:
// every other plugin's call took 40 times as long.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeCall, makeTerms, startHostile } from "../helpers/hostile-channel.ts";

const STORM =
  "const { id } = receive(); for (let seq = 1; ; seq += 1) { send(host(id, seq, OP)); receive(); }";

function keepBusy(durationMs: number): void {
  const untilMs = performance.now() + durationMs;
  while (performance.now() < untilMs);
}

test("slows a call that keeps the broker busy, so that others get more than half of its time", async (t) => {
  const { channel } = await startHostile(t, STORM.replace("OP", '"kv.get"'));
  let busyMs = 0;
  const operation = () => {
    keepBusy(20);
    busyMs += 20;
    return { value: null };
  };
  const call = channel.call(
    makeCall("a"),
    makeTerms({ "kv.get": operation }, { deadlineMs: 2000 }),
  );
  await assert.rejects(call, { code: "ERR_CALL_DEADLINE" });
  assert.ok(busyMs < 1000, `${busyMs} ms of 2000`);
});

test("does not slow a call that asks often and costs little", async (t) => {
  const { channel } = await startHostile(
    t,
    `const { id } = receive();
    for (let seq = 1; seq <= 500; seq += 1) { send(host(id, seq, "kv.get")); receive(); }
    send(result(id, "done"));
    receive();`,
  );
  const terms = makeTerms({ "kv.get": () => ({ value: null }) });
  assert.equal((await channel.call(makeCall("a"), terms)).value, "done");
});

test("ends a paused call at its deadline", async (t) => {
  const { channel } = await startHostile(t, STORM.replace("OP", '"kv.get"'));
  const startedMs = performance.now();
  const operation = () => {
    keepBusy(900);
    return { value: null };
  };
  const call = channel.call(
    makeCall("a"),
    makeTerms({ "kv.get": operation }, { deadlineMs: 1000 }),
  );
  await assert.rejects(call, { code: "ERR_CALL_DEADLINE" });
  assert.ok(performance.now() - startedMs < 2000);
});
