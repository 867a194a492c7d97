import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeProgress, type ProgressParams } from "../../../../runtime/server/mcp/progress.ts";

function collect(signal = new AbortController().signal) {
  const sent: ProgressParams[] = [];
  const report = makeProgress("token", signal, (params) => {
    sent.push(params);
    return Promise.reject(new Error("the client has gone"));
  });
  return { sent, report: report ?? assert.fail("asked for progress") };
}

test("reports nothing to a client that did not ask", () => {
  assert.equal(
    makeProgress(undefined, new AbortController().signal, () => assert.fail("sent")),
    undefined,
  );
});

test("a token of 0 is a token", () => {
  assert.notEqual(
    makeProgress(0, new AbortController().signal, () => Promise.resolve()),
    undefined,
  );
});

test("drops what does not increase, what JSON cannot say, and what comes too soon", async () => {
  const { sent, report } = collect();
  const values = [2, 1, 2, Number.NaN, Infinity, -Infinity, 3];
  for (const value of values) {
    await sleep(60);
    report(value, Infinity, "a lone \uD800 surrogate");
    report(value + 0.5, undefined, undefined);
  }
  assert.deepEqual(sent, [
    { progressToken: "token", progress: 2, message: "a lone \uFFFD surrogate" },
    { progressToken: "token", progress: 2.5 },
    { progressToken: "token", progress: 3, message: "a lone \uFFFD surrogate" },
  ]);
});

test("sends nothing after the call was cancelled", () => {
  const cancelled = new AbortController();
  const { sent, report } = collect(cancelled.signal);
  cancelled.abort();
  report(1, undefined, undefined);
  assert.deepEqual(sent, []);
});
