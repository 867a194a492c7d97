// What a client hears of what a plugin answered, and of every way to fail.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { JsonValue } from "@glovebox/host-api/json";
import {
  SANDBOX_ERRORS,
  SandboxError,
  type SandboxErrorCode,
} from "../../runtime/sandbox/errors.ts";
import {
  CODES,
  SECRET,
  OUTPUT,
  GOOD,
  makeWorld,
  answering,
  throwing,
  codeOf,
  recordOf,
} from "../helpers/call-world.ts";
import { anyCharacter, anyText } from "../helpers/any-text.ts";

describe("a plugin's answer", () => {
  it("is checked against the pinned output schema", async () => {
    const content = [{ type: "text", text: "x" }];
    const cases: readonly (readonly [value: unknown, code: string | undefined])[] = [
      [{ structuredContent: { time: "noon" } }, undefined],
      [{ content, structuredContent: { time: "noon", more: 1 } }, undefined],
      [{ content }, "PLUGIN_FAILED"],
      [{ structuredContent: {} }, "PLUGIN_FAILED"],
      [{ structuredContent: { time: 1 } }, "PLUGIN_FAILED"],
      [{ structuredContent: null }, "PLUGIN_FAILED"],
      [{ error: { error_code: "NOT_FOUND", message: "no" } }, "NOT_FOUND"],
    ];
    for (const [value, code] of cases) {
      const world = makeWorld(answering(value), { outputSchema: OUTPUT });
      assert.equal(codeOf(await world.run()), code, JSON.stringify(value));
      assert.equal(recordOf(world).status, code === undefined ? "success" : "tool-error");
    }
  });

  it("is also shown as text to clients that read nothing else", async () => {
    const answer = await makeWorld(answering({ structuredContent: { time: "noon" } })).run();
    assert.deepEqual(answer, {
      content: [{ type: "text", text: '{"time":"noon"}' }],
      structuredContent: { time: "noon" },
    });
    const list = await makeWorld(answering({ structuredContent: [1, 2] })).run();
    assert.deepEqual(list, {
      content: [{ type: "text", text: "[1,2]" }],
      structuredContent: [1, 2],
    });
  });

  it("that is an error comes in the one schema, as data and as text", async () => {
    const error = { error_code: "RATE_LIMITED", message: "slow down", retry_after: 5 };
    const answer = await makeWorld(answering({ error })).run();
    assert.deepEqual(answer, {
      content: [{ type: "text", text: JSON.stringify(error) }],
      structuredContent: error,
      isError: true,
      error,
    });
  });

  it("that is none is the plugin's failure", async () => {
    for (const value of [
      "",
      "no JSON",
      "null",
      "[]",
      '{"content":1}',
      '{"content":[{"type":"resource_link","uri":"x"}]}',
    ])
      assert.equal(codeOf(await makeWorld(answering(value)).run()), "PLUGIN_FAILED");
    for (const value of [null, 1, {}, [], true] as JsonValue[])
      assert.equal(
        codeOf(
          await makeWorld(() => ({ value, durationMs: 1, hostCalls: 0, logBytesDropped: 0 })).run(),
        ),
        "PLUGIN_FAILED",
      );
  });
});

describe("a failure", () => {
  const EXPECTED: Readonly<Record<SandboxErrorCode, string>> = {
    ERR_CALL_DEADLINE: "TIMEOUT",
    ERR_CALL_CANCELLED: "CANCELLED",
    ERR_CALL_INPUT: "INVALID_ARGUMENTS",
    ERR_CALL_MEMORY: "MEMORY_LIMIT",
    ERR_CALL_OUTPUT: "OUTPUT_LIMIT",
    ERR_CALL_HOST_CALLS: "HOST_CALL_LIMIT",
    ERR_CALL_LOG: "LOG_LIMIT",
    ERR_CALL_STACK: "PLUGIN_FAILED",
    ERR_CALL_TRAP: "PLUGIN_FAILED",
    ERR_CHANNEL_BREACH: "PLUGIN_FAILED",
    ERR_RUNNER_DIED: "INTERNAL",
    ERR_RUNNER_START: "INTERNAL",
    ERR_COMPONENT_LOAD: "PLUGIN_FAILED",
    ERR_OVERLOADED: "OVERLOADED",
    ERR_TRANSPILE_FAILED: "PLUGIN_FAILED",
    ERR_TRANSPILE_LIMIT: "PLUGIN_FAILED",
    ERR_NOT_BUILT: "INTERNAL",
    ERR_SEAL_UNAVAILABLE: "INTERNAL",
  };

  it("of the sandbox has a code for clients, each", async () => {
    assert.deepEqual(Object.keys(EXPECTED).toSorted(), Object.keys(SANDBOX_ERRORS).toSorted());
    for (const [code, external] of Object.entries(EXPECTED)) {
      const world = makeWorld(
        throwing(new SandboxError(code as SandboxErrorCode, SECRET, { cause: new Error(SECRET) })),
      );
      const answer = await world.run();
      assert.equal(codeOf(answer), external, code);
      assert.ok(CODES.includes(external));
      assert.equal(JSON.stringify(answer).includes(SECRET), false);
      assert.equal(recordOf(world).status, "failed");
      assert.equal(recordOf(world).reason, `${code}: ${SECRET}`);
    }
  });

  it("of a plugin that is overloaded says when to come again", async () => {
    const answer = await makeWorld(
      throwing(new SandboxError("ERR_OVERLOADED", "x", { retryAfterMs: 2500 })),
    ).run();
    assert.equal(answer.error?.retry_after, 3);
  });

  it("that nobody foresaw is never blamed on the caller, and tells nothing", async () => {
    for (const thrown of [
      new Error(SECRET),
      new RangeError(SECRET),
      { message: SECRET },
      SECRET,
      null,
      undefined,
      Object.create(null),
    ]) {
      const world = makeWorld(throwing(thrown));
      const answer = await world.run();
      assert.equal(codeOf(answer), "INTERNAL");
      assert.equal(JSON.stringify(answer).includes(SECRET), false);
      assert.equal(recordOf(world).status, "failed");
    }
  });

  it("always has a code of the closed list, whatever the plugin does", async () => {
    const behaviour = fc.oneof(
      fc.jsonValue().map(answering),
      anyText().map(answering),
      fc.record({ error: fc.object() }).map(answering),
      fc.anything().map(throwing),
    );
    await fc.assert(
      fc.asyncProperty(
        behaviour,
        fc.jsonValue({ stringUnit: anyCharacter }),
        async (behave, args) => {
          const world = makeWorld(behave, { outputSchema: OUTPUT });
          for (const each of [GOOD, args as JsonValue]) {
            const answer = await world.run({ arguments: each });
            assert.equal(answer.isError === true, answer.error !== undefined);
            if (answer.error) assert.ok(CODES.includes(answer.error.error_code));
          }
          assert.equal(world.records.length, 2);
        },
      ),
    );
  });
});
