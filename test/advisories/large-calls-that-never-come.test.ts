// A call too large to be sent behind another went back to the end of the line each time that it was called up, and was
// written out anew for it: while short calls kept coming it was never run, never refused, and took the broker's time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { JsonValue } from "@glovebox/host-api/json";
import { makeCall } from "../helpers/hostile-channel.ts";
import { openSocketPool } from "../helpers/socket-pool.ts";

test("a large call has its turn, however many short ones keep coming", async () => {
  const opened = await openSocketPool({
    limits: { concurrentCalls: 1, deadlineMs: 20_000, queuedCalls: 64 },
  });
  let written = 0;
  const large = { toJSON: () => ((written += 1), "x".repeat(10_000)) } as unknown as JsonValue;
  const call = async (text: JsonValue): Promise<void> => {
    const args = ["echo", text];
    await opened.pool.call(makeCall("c", { args }));
  };
  try {
    for (let count = 0; count < 100; count += 1) await call("warm");
    const end = { isOver: false };
    let others = 0;
    const short = async (): Promise<void> => {
      while (!end.isOver && others < 3000) {
        await call("short");
        others += 1;
      }
    };
    const loops = Array.from({ length: 6 }, short);
    await turn();
    await turn();
    const before = others;
    let othersMeanwhile = Number.NaN;
    await call(large).finally(() => {
      end.isOver = true;
      othersMeanwhile = others - before;
    });
    await Promise.all(loops);
    assert.ok(othersMeanwhile < 100, `${othersMeanwhile} calls came later and were answered`);
    assert.ok(written <= 2, `written out ${written} times`);
  } finally {
    await opened.close();
  }
});
