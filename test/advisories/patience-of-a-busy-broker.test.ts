// When the broker itself was held up for longer than calls behind wait, it gave up every runner that had some, though their
// answers lay there to be read: one client's large message ended the runners of everybody.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeProcessPowers } from "../../runtime/powers/process.ts";
import { DEFAULT_LIMITS } from "../../runtime/sandbox/limits.ts";
import { openSandbox } from "../../runtime/sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../../runtime/sandbox/programs.ts";
import { makeCall } from "../helpers/hostile-channel.ts";
import { sealedChildren } from "../helpers/sealed-children.ts";

const HELD_UP_MS = 300;
const SCRIPT = "() => () => ({ tools: { callTool: (_name, text) => text } })";

test("a broker that was held up reads what runners have said before it gives them up", async () => {
  const sandbox = await openSandbox(makeProcessPowers(SEALED_FOLDER), { spareRunners: 0 });
  const plugin = sandbox.openPlugin({
    plugin: "p",
    transpiled: { script: Buffer.from(SCRIPT), modules: [] },
    limits: { ...DEFAULT_LIMITS, concurrentCalls: 1, queuedCalls: 0 },
    granted: [],
    brokers: [],
  });
  const call = (text: string): Promise<unknown> =>
    plugin.call(makeCall(text, { args: ["echo", text] })).then(({ value }) => value);
  /** The first and last of three that were made at once, with the broker at work for somebody else meanwhile. */
  const callHeldUp = async (): Promise<PromiseSettledResult<unknown>[]> => {
    const all = Promise.allSettled(["a", "b", "c"].map(call));
    // They have left, and nothing was read since.
    await new Promise((resolve) => process.nextTick(resolve));
    for (const untilMs = performance.now() + HELD_UP_MS; performance.now() < untilMs;);
    return all;
  };
  try {
    await call("first");
    await sleep(50);
    let heldUp = 0;
    // On a busy machine calls may be long that are short otherwise, and none goes behind another.
    for (let round = 0; round < 20 && heldUp < 4; round += 1) {
      for (let count = 0; count < 1100; count += 1) await call("warm");
      const before = sealedChildren();
      assert.equal(before.length, 1);
      const ends = await callHeldUp();
      if (ends.some(({ status }) => status === "rejected")) continue;
      heldUp += 1;
      await sleep(50);
      assert.deepEqual(sealedChildren(), before);
    }
    assert.equal(heldUp, 4);
  } finally {
    await sandbox.close();
  }
});
