import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import type { HostRequest } from "@glovebox/host-api/capability";
import { HANDLES_PER_CALL_MAX } from "@glovebox/host-api/filesystem/open-files";
import { handleOf, makeScratch, openPlugin, refusedAs } from "../helpers/sandbox-folder.ts";

test("a handle means nothing in another call", (t) => {
  const scratch = makeScratch(t);
  const { runAs } = openPlugin(t, scratch);
  const handle = handleOf(runAs("call-1", "open", ["f", ["read", "write", "create"]]));
  const refused = refusedAs(scratch, "invalid-argument");
  assert.throws(() => runAs("call-2", "read", [handle, 0, 1]), refused);
  assert.throws(() => runAs("call-2", "write", [handle, 0], "x"), refused);
  assert.throws(() => runAs("call-2", "statHandle", [handle]), refused);
  assert.throws(() => runAs("call-2", "setSize", [handle, 0]), refused);
  assert.throws(() => runAs("call-2", "setTimes", [handle, 0, 0]), refused);
  assert.throws(() => runAs("call-2", "close", [handle]), refused);
  assert.throws(() => runAs("__proto__", "close", [handle]), refused);
  runAs("call-1", "write", [handle, 0], "x");
});

test("a call holds a bounded number of files open, and its end closes them all", (t) => {
  const scratch = makeScratch(t);
  const { runAs, broker } = openPlugin(t, scratch);
  runAs("call-1", "writeFile", ["f", "create"], "x");
  const before = readdirSync("/dev/fd").length;
  const handles: number[] = [];
  for (let count = 0; count < HANDLES_PER_CALL_MAX; count += 1)
    handles.push(handleOf(runAs("call-1", "open", ["f", ["read"]])));
  assert.throws(
    () => runAs("call-1", "open", ["f", ["read"]]),
    refusedAs(scratch, "limit-exceeded"),
  );
  runAs("call-2", "open", ["f", ["read"]]);
  runAs("call-1", "close", [handles[0] ?? 0]);
  runAs("call-1", "open", ["f", ["read"]]);
  broker.endCall?.("call-1");
  broker.endCall?.("call-2");
  broker.endCall?.("call-3");
  assert.equal(readdirSync("/dev/fd").length, before);
  assert.throws(
    () => runAs("call-1", "read", [handles[1] ?? 0, 0, 1]),
    refusedAs(scratch, "invalid-argument"),
  );
});

test("nothing is opened or changed for a call that has ended", (t) => {
  const scratch = makeScratch(t);
  const { broker } = openPlugin(t, scratch);
  const scope = { callId: "late", plugin: "p", tool: "t", signal: AbortSignal.abort() };
  const request: HostRequest = { args: ["f", ["write", "create"]], body: new Uint8Array(0) };
  for (const [name, run] of Object.entries(broker.operations))
    assert.throws(() => run(request, scope), refusedAs(scratch, "timed-out"), name);
  assert.deepEqual(readdirSync(scratch.box), []);
});

test("every operation bears the capability's name", (t) => {
  const { broker } = openPlugin(t, makeScratch(t));
  for (const name of Object.keys(broker.operations)) assert.match(name, /^filesystem\.[a-zA-Z]+$/);
});
