// A runner was chosen to go behind, and meanwhile its call had taken so long that nobody goes behind it any more: starting
// another runner beside it takes milliseconds. The call that came then failed, and was told of a fault of ours.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PATIENCE_MS } from "../../runtime/sandbox/calls-behind.ts";
import { makeCall } from "../helpers/hostile-channel.ts";
import { openSocketPool } from "../helpers/socket-pool.ts";

const WARM = 1100;

test("answers a call that came just before the patience with the one before it was over", async (t) => {
  let startedOver = 0;
  let overAtMs = 0;
  const holdUp = (): void => {
    if (performance.now() >= overAtMs) return;
    startedOver += 1;
    while (performance.now() < overAtMs);
  };
  const opened = await openSocketPool({
    limits: { concurrentCalls: 2, deadlineMs: 20_000 },
    onStart: holdUp,
  });
  t.after(() => opened.close());
  const call = (...args: readonly (string | number)[]): Promise<unknown> =>
    opened.pool.call(makeCall("c", { args })).then(({ value }) => value, String);
  for (let count = 0; count < WARM; count += 1) await call("echo", "warm");
  const long = call("sleep", "long", 2 * PATIENCE_MS);
  overAtMs = performance.now() + PATIENCE_MS + 1;
  assert.equal(await call("echo", "next"), "next");
  assert.equal(await long, "long");
  assert.equal(startedOver, 1, "no runner was started beside the one that was busy");
});
