// When a server stopped, what ran was answered. Calls that were read between that and the end of their connection began all
// the same, could do what they were to do, and were answered by nobody.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOCAL_CALLER, type CallRequest } from "../../runtime/call.ts";
import { RunningCalls } from "../../runtime/server/mcp/running-calls.ts";

const REQUEST: CallRequest = {
  name: "t",
  arguments: {},
  caller: LOCAL_CALLER,
  signal: new AbortController().signal,
};

test("what comes after the calls that ran were told of the stop is told too, and does not begin", async () => {
  let begun = 0;
  const calls = new RunningCalls(() => {
    begun += 1;
    return begun === 1 ? new Promise(() => {}) : Promise.resolve({ content: [] });
  });
  const before = calls.callTool(REQUEST);
  await calls.drain(0);
  const behind = calls.callTool(REQUEST);
  for (const { error } of await Promise.all([before, behind]))
    assert.equal(error?.error_code, "SERVER_STOPPING");
  assert.equal(begun, 1);
});
