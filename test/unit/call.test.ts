// One call from the client's words to its answer: what runs, what is audited, and what is refused.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { HostError } from "@glovebox/host-api/errors";
import { LOCAL_CALLER } from "../../runtime/call.ts";
import { digestOf } from "../../runtime/plugin/canonical.ts";
import type { Principal } from "../../runtime/policy/principal.ts";
import {
  SECRET,
  GOOD,
  ANN,
  makeWorld,
  answering,
  codeOf,
  recordOf,
} from "../helpers/call-world.ts";

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
