import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { HostError } from "@glovebox/host-api/errors";
import { RUNTIME_ERROR_CODES, type ToolAnswer } from "../../runtime/answer.ts";
import type { AuditRecord, CallRecord } from "../../runtime/audit/record.ts";
import { watchBrokers } from "../../runtime/audit/watch-brokers.ts";
import {
  LOCAL_CALLER,
  makeCallTool,
  PLAIN_STEPS,
  type CallableTool,
  type CallRequest,
} from "../../runtime/call.ts";
import { TOOL_ERROR_CODES } from "../../runtime/firewall/outcome.ts";
import { digestOf } from "../../runtime/plugin/canonical.ts";
import { makePrincipal, type Principal } from "../../runtime/policy/principal.ts";
import { compileValidator } from "../../runtime/plugin/schema/validator.ts";
import {
  SANDBOX_ERRORS,
  SandboxError,
  type SandboxErrorCode,
} from "../../runtime/sandbox/errors.ts";
import type { PluginAnswer, PluginCall } from "../../runtime/sandbox/sandbox.ts";

const CODES: readonly string[] = [...RUNTIME_ERROR_CODES, ...TOOL_ERROR_CODES];
const SECRET = "/home/operator/.ssh/id_rsa postgres://u:p@10.0.0.7/db";
const INPUT: JsonObject = {
  type: "object",
  properties: { zone: { type: "string", maxLength: 20 } },
  required: ["zone"],
  additionalProperties: false,
};
const OUTPUT: JsonObject = {
  type: "object",
  properties: { time: { type: "string" } },
  required: ["time"],
};
const GOOD: JsonObject = { zone: "Europe/Paris" };

const ANN = makePrincipal({
  via: "token",
  tenant: "acme",
  subject: "ann",
  client: "desk",
  scopes: ["time:read"],
});

type Behave = (call: PluginCall) => PluginAnswer | Promise<PluginAnswer>;

interface Options {
  readonly outputSchema?: JsonObject;
  readonly write?: (record: AuditRecord) => void;
  readonly scopes?: readonly string[];
}

/** One tool whose plugin behaves as told, and everything that was audited. */
function makeWorld(behave: Behave, { outputSchema, write, scopes }: Options = {}) {
  const records: AuditRecord[] = [];
  const calls: PluginCall[] = [];
  const deny = () => {
    throw new HostError("refused-by-policy", SECRET);
  };
  const watch = watchBrokers([{ operations: { "http.send": deny } }]);
  const tool: CallableTool = {
    exposedName: "time__now",
    tool: {
      name: "now",
      description: "The time.",
      inputSchema: INPUT,
      ...(outputSchema ? { outputSchema } : {}),
    },
    validateArguments: compileValidator(INPUT),
    validateResult: outputSchema && compileValidator(outputSchema),
    plugin: {
      alias: "time",
      name: "acme-time",
      version: "1.2.3",
      component: "sha256:00",
      deadlineMs: 1000,
      watch,
      sealed: {
        call: async (call) => {
          calls.push(call);
          call.onSpent?.({ hostCalls: 3, logBytesDropped: 7 });
          return behave(call);
        },
        close: async () => {},
      },
    },
  };
  const callTool = makeCallTool({
    tools: new Map([[tool.exposedName, tool]]),
    seal: "landlock",
    steps: PLAIN_STEPS,
    ...(scopes ? { scopes: { of: () => scopes } } : {}),
    audit: { write: write ?? ((record) => void records.push(record)), close: () => {} },
  });
  const run = (request: Partial<CallRequest> = {}) =>
    callTool({
      name: "time__now",
      arguments: GOOD,
      caller: LOCAL_CALLER,
      signal: new AbortController().signal,
      ...request,
    });
  return { run, records, calls, watch };
}

function answering(value: unknown): Behave {
  return () => ({
    value: (typeof value === "string" ? value : JSON.stringify(value)) as JsonValue,
    durationMs: 1,
    hostCalls: 3,
    logBytesDropped: 7,
  });
}

function throwing(error: unknown): Behave {
  return () => {
    throw error;
  };
}

const codeOf = (answer: ToolAnswer) => answer.error?.error_code;
const recordOf = ({ records }: { records: AuditRecord[] }) => records.at(-1) as CallRecord;

describe("a call", () => {
  it("runs the pinned tool with the validated arguments, and answers what it said", async () => {
    const world = makeWorld(answering({ content: [{ type: "text", text: "noon" }] }));
    assert.deepEqual(await world.run(), { content: [{ type: "text", text: "noon" }] });
    const [call] = world.calls;
    assert.deepEqual(call?.export, ["tools", "callTool"]);
    assert.deepEqual(call?.args, ["now", JSON.stringify(GOOD)]);
    assert.deepEqual([call?.scope.plugin, call?.scope.tool], ["time", "now"]);
    assert.deepEqual(Object.keys(call?.context as object), [
      "call_id",
      "tool",
      "plugin",
      "deadline_ms",
      "principal",
    ]);
  });

  it("tells the plugin for whom it runs: the tenant and the user, and nothing else of the principal", async () => {
    const contextFor = async (principal: Principal) => {
      const world = makeWorld(answering({}));
      await world.run({ caller: { ...LOCAL_CALLER, principal } });
      return (world.calls[0]?.context as JsonObject | undefined)?.["principal"];
    };
    assert.deepEqual(await contextFor(LOCAL_CALLER.principal), { tenant: "local" });
    assert.deepEqual(await contextFor(ANN), { tenant: "acme", subject: "ann" });
  });

  it("whose principal lacks a scope of the tool is refused with all that it needs, and never runs", async () => {
    const world = makeWorld(answering({}), { scopes: ["time:read", "time:write"] });
    const caller = { ...LOCAL_CALLER, principal: ANN };
    const answer = await world.run({ caller });
    assert.equal(codeOf(answer), "INSUFFICIENT_SCOPE");
    assert.match(answer.error?.message ?? "", /time:read time:write/);
    assert.equal(world.calls.length, 0);
    assert.equal(recordOf(world).status, "refused");
    const scopes = new Set(["time:read", "time:write", "more"]);
    await world.run({ caller: { ...caller, principal: { ...ANN, scopes } } });
    await world.run();
    assert.equal(world.calls.length, 2);
  });

  it("is audited without a digest when its arguments are refused: that of megabytes takes seconds", async () => {
    const world = makeWorld(answering({}));
    const answer = await world.run({ arguments: Array.from({ length: 200_000 }, () => 1) });
    assert.equal(answer.error?.error_code, "INVALID_ARGUMENTS");
    assert.equal(recordOf(world).arguments_digest, null);
  });

  it("is audited: who, what, how long, and no word of the arguments", async () => {
    const world = makeWorld(answering({}));
    await world.run();
    const record = recordOf(world);
    assert.equal(world.records.length, 1);
    assert.deepEqual(
      { ...record, timestamp: "", call_id: "", duration_ms: 0 },
      {
        kind: "call",
        timestamp: "",
        call_id: "",
        principal: "local",
        tenant: "local",
        client_id: null,
        session_id: "local",
        tool_name: "time__now",
        alias: "time",
        plugin: "acme-time",
        plugin_version: "1.2.3",
        component: "sha256:00",
        seal: "landlock",
        ring: 4,
        status: "success",
        arguments_digest: digestOf(GOOD),
        duration_ms: 0,
        result_chars: 0,
        result_tokens: 0,
        host_calls: 3,
        capabilities: [],
        destinations: [],
        denied: [],
        log_bytes_dropped: 7,
      },
    );
    assert.equal(record.call_id, world.calls[0]?.scope.callId);
    assert.equal(JSON.stringify(record).includes("Paris"), false);
  });

  it("is audited before the client hears the answer", async () => {
    const order: string[] = [];
    const world = makeWorld(answering({}), { write: () => order.push("audit") });
    await world.run().then(() => order.push("answer"));
    assert.deepEqual(order, ["audit", "answer"]);
  });

  it("that cannot be audited is not answered", async () => {
    const world = makeWorld(answering({ content: [{ type: "text", text: "noon" }] }), {
      write: () => {
        throw new Error(SECRET);
      },
    });
    const answer = await world.run();
    assert.equal(codeOf(answer), "INTERNAL");
    assert.equal(JSON.stringify(answer).includes("noon"), false);
    assert.equal(JSON.stringify(answer).includes(SECRET), false);
  });

  it("has what the broker refused in its record, and nowhere else", async () => {
    const world = makeWorld(async (call) => {
      assert.throws(
        () =>
          world.watch.brokers[0]?.operations["http.send"]?.(
            { args: [], body: new Uint8Array() },
            call.scope,
          ),
        HostError,
      );
      return answering({ content: [] })(call);
    });
    const answer = await world.run();
    assert.deepEqual(recordOf(world).denied, [
      { operation: "http.send", tag: "refused-by-policy", reason: SECRET },
    ]);
    assert.equal(JSON.stringify(answer).includes(SECRET), false);
  });

  it("logs lines that are cut and made visible", async () => {
    const world = makeWorld((call) => {
      call.onLog?.("info", `\u001B[2J\n${"\u{1F600}".repeat(5000)}`);
      return answering({})(call);
    });
    await world.run();
    const [line] = world.records;
    assert.equal(line?.kind, "guest-log");
    if (line?.kind !== "guest-log") return;
    assert.ok(line.message.startsWith("\\e[2J\\n"));
    assert.ok(line.message.length < 2100 && line.message.isWellFormed());
  });
});

describe("a call that is refused", () => {
  it("for an unknown tool says so, shortly and visibly", async () => {
    const world = makeWorld(answering({}));
    for (const name of [
      "",
      "now",
      "time__NOW",
      "constructor",
      "__proto__",
      "\u001B[2J\u202E",
      "x".repeat(1_000_000),
    ]) {
      const answer = await world.run({ name });
      assert.equal(codeOf(answer), "UNKNOWN_TOOL");
      assert.ok(JSON.stringify(answer).length < 2000);
      assert.equal(answer.error?.message.includes("\u202E"), false);
    }
    assert.equal(world.calls.length, 0);
  });

  it("for its arguments never reaches the plugin", async () => {
    const world = makeWorld(answering({}));
    const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`) as JsonValue;
    const bad: JsonValue[] = [
      null,
      1,
      "x",
      [],
      {},
      { zone: 1 },
      { zone: "x".repeat(21) },
      { ...GOOD, more: 1 },
      deep,
      { zone: deep },
      { zone: Infinity },
      JSON.parse('{"zone":"x","__proto__":1}') as JsonValue,
      { zone: "\uD800" },
    ];
    for (const value of bad) {
      const answer = await world.run({ arguments: value });
      assert.equal(codeOf(answer), "INVALID_ARGUMENTS");
      assert.equal(recordOf(world).status, "refused");
      assert.equal(recordOf(world).error_code, "INVALID_ARGUMENTS");
    }
    assert.equal(world.calls.length, 0);
    assert.equal(world.records.length, bad.length);
  });
});

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
      fc.string({ unit: "binary" }).map(answering),
      fc.record({ error: fc.object() }).map(answering),
      fc.anything().map(throwing),
    );
    await fc.assert(
      fc.asyncProperty(behaviour, fc.jsonValue({ stringUnit: "binary" }), async (behave, args) => {
        const world = makeWorld(behave, { outputSchema: OUTPUT });
        for (const each of [GOOD, args as JsonValue]) {
          const answer = await world.run({ arguments: each });
          assert.equal(answer.isError === true, answer.error !== undefined);
          if (answer.error) assert.ok(CODES.includes(answer.error.error_code));
        }
        assert.equal(world.records.length, 2);
      }),
    );
  });
});
