// An instance that could not be made ahead was made within the next call: its code asked the host in the name of that call,
// and what it heard went into the image, for every later call to find.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { JsonValue } from "@glovebox/host-api/json";
import { makeProcessPowers } from "../../runtime/powers/process.ts";
import { DEFAULT_LIMITS } from "../../runtime/sandbox/limits.ts";
import { openSandbox } from "../../runtime/sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../../runtime/sandbox/programs.ts";
import type { Sandbox, SealedPlugin } from "../../runtime/sandbox/sandbox.ts";
import { prepareCode } from "../../runtime/supply/prepare-code.ts";
import { fromWat } from "../helpers/component-samples.ts";

/**
 * While it is made it asks for the context, and keeps how long that is. Where there is none (`null`), it traps in every
 * fourth millisecond, so that at times it cannot be made ahead. `run(0)` traps, `run(1)` tells what it kept.
 */
const CURIOUS = `(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))
  (import "glovebox:plugin/context@0.1.0" (instance $context (export "get-context" (func (result string)))))
  (core module $store
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024))
  (core instance $s (instantiate $store))
  (alias core export $s "memory" (core memory $memory))
  (alias core export $s "realloc" (core func $realloc))
  (core func $now (canon lower (func $clock "now")))
  (core func $get (canon lower (func $context "get-context") (memory $memory) (realloc $realloc)))
  (core module $m
    (import "host" "now" (func $now (result i64)))
    (import "host" "get" (func $get (param i32)))
    (import "store" "memory" (memory 1))
    (func $start
      (call $get (i32.const 8))
      (if (i32.and
          (i32.eq (i32.load (i32.const 12)) (i32.const 4))
          (i64.eqz (i64.rem_u (i64.div_u (call $now) (i64.const 1000000)) (i64.const 4))))
        (then unreachable)))
    (start $start)
    (func (export "run") (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then unreachable))
      (i32.load (i32.const 12))))
  (core instance $host (export "now" (func $now)) (export "get" (func $get)))
  (core instance $i (instantiate $m (with "host" (instance $host)) (with "store" (instance $s))))
  (func $run (param "what" u32) (result u32) (canon lift (core func $i "run")))
  (export "run" (func $run)))`;

let sandbox: Sandbox;
before(async () => (sandbox = await openSandbox(makeProcessPowers(SEALED_FOLDER))));
after(() => sandbox.close());

const call = (plugin: SealedPlugin, what: number, context: JsonValue) =>
  plugin
    .call({
      scope: { callId: "c", plugin: "p", tool: "run", signal: new AbortController().signal },
      export: ["run"],
      args: [what],
      context,
    })
    .then(
      ({ value }) => value,
      (error: Error & { code?: string }) => error.code,
    );

test("what a call was told does not reach the next through an instance that is made late", async () => {
  const transpiled = prepareCode(await sandbox.transpile(await fromWat(CURIOUS)), DEFAULT_LIMITS);
  assert.equal(transpiled.restorable, true);
  const answers = new Set<unknown>();
  // Not each runner comes to load it.
  for (let runner = 0; runner < 8; runner += 1) {
    const plugin = sandbox.openPlugin({
      plugin: "p",
      transpiled,
      limits: DEFAULT_LIMITS,
      granted: ["clock"],
      brokers: [],
    });
    for (let round = 0; round < 25; round += 1) {
      await call(plugin, 0, null);
      answers.add(await call(plugin, 1, { secret: "words of this call" }));
      answers.add(await call(plugin, 1, null));
    }
    await plugin.close();
  }
  assert.deepEqual(
    [...answers].filter((one) => typeof one === "number" && one !== 4),
    [],
  );
  assert.ok(answers.has(4), "it was never called");
  assert.ok(answers.has("ERR_CALL_TRAP"), "it could always be made ahead");
});
