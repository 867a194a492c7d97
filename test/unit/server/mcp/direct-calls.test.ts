import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { PassThrough } from "node:stream";
import { test, type TestContext } from "node:test";
import type { JsonObject } from "@glovebox/host-api/json";
import { answerWithError, type ToolAnswer } from "../../../../runtime/answer.ts";
import type { CallRequest } from "../../../../runtime/call.ts";
import { serveOverStdio } from "../../../../runtime/server/stdio/serve-stdio.ts";

const TOOL = { name: "say", description: "Says.", inputSchema: { type: "object" } };
const ANSWERS: Readonly<Record<string, ToolAnswer>> = {
  text: { content: [{ type: "text", text: "a\u2028b" }] },
  nothing: { content: [] },
  structured: {
    content: [{ type: "text", text: "{}" }],
    structuredContent: { deep: [{ a: null, b: [1.5, "x"] }], __proto: true },
  },
  image: { content: [{ type: "image", data: "AAAA", mimeType: "image/png" }] },
  error: answerWithError({ error_code: "TIMEOUT", message: "Late.", retry_after: 2 }),
};

/** A server whose tool answers what its argument `want` names, tells progress, and waits where that is `wait`. */
function serve(t: TestContext) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const calls: CallRequest[] = [];
  const serving = serveOverStdio(
    {
      version: "0.0.0",
      tools: [{ exposedName: "p__say", alias: "p", tool: TOOL }],
      callTool(request) {
        calls.push(request);
        request.onProgress?.(1, 2, "half");
        const { want } = request.arguments as { want?: string };
        const known = ANSWERS[want ?? "text"];
        if (known) return Promise.resolve(known);
        return new Promise((resolve) =>
          request.signal.addEventListener("abort", () => resolve(ANSWERS["text"]!)),
        );
      },
      reportDebt: () => ({ report: {}, text: "{}" }),
    },
    { input, output },
    () => {},
  );
  t.after(() => serving.close());
  let text = "";
  output.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const send = (message: unknown): boolean => input.write(`${JSON.stringify(message)}\n`);
  const settle = async (): Promise<JsonObject[]> => {
    for (let turns = 0; turns < 20; turns += 1) await turn();
    const lines = text.split("\n").filter(Boolean);
    text = "";
    return lines.map((line) => JSON.parse(line));
  };
  const initialize = async (): Promise<void> => {
    const clientInfo = { name: "raw", version: "1" };
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    send({ jsonrpc: "2.0", id: "init", method: "initialize", params });
    send({ jsonrpc: "2.0", method: "notifications/initialized" });
    await settle();
  };
  return { calls, send, settle, initialize, input };
}

const REQUEST = { jsonrpc: "2.0", id: 1, method: "tools/call" };
/** A key that means nothing, for which a message is left to the SDK. */
const TO_THE_SDK = { "example.com/any": 1 };

test("answers as the SDK does, whatever the tool answered", async (t) => {
  const { send, settle, initialize, calls } = serve(t);
  await initialize();
  for (const id of [0, 7, -1, "a", "", "7"])
    for (const want of Object.keys(ANSWERS))
      for (const token of [undefined, 0, "token"]) {
        const meta = token === undefined ? {} : { progressToken: token };
        const ask = async (_meta: object): Promise<JsonObject[]> => {
          send({ ...REQUEST, id, params: { name: "p__say", arguments: { want }, _meta } });
          return settle();
        };
        const direct = await ask(meta);
        const bySdk = await ask({ ...meta, ...TO_THE_SDK });
        assert.deepEqual(direct, bySdk);
        assert.equal(direct.length, token === undefined ? 1 : 2);
      }
  assert.deepEqual(calls[0]?.arguments, { want: "text" });
});

test("leaves to the SDK whatever is not of the plainest shape, and takes nothing before a session", async (t) => {
  const { send, settle, initialize, calls } = serve(t);
  const params = { name: "p__say", arguments: {} };
  send({ jsonrpc: "1.0", id: 1, method: "tools/call", params });
  send({ ...REQUEST, id: null, params });
  const [early, ...others] = await settle();
  assert.ok(early?.["error"] && others.length === 1);
  assert.deepEqual(calls, []);
  await initialize();
  for (const message of [
    { ...REQUEST, jsonrpc: "1.0", params },
    { ...REQUEST, id: 1.5, params },
    { ...REQUEST, id: null, params },
    { ...REQUEST, id: {}, params },
    { ...REQUEST, params: undefined },
    { ...REQUEST, params: [] },
    { ...REQUEST, params: { ...params, name: 1 } },
    { ...REQUEST, params: { ...params, name: "p__other" } },
    { ...REQUEST, params: { ...params, name: "__proto__" } },
    { ...REQUEST, params: { ...params, arguments: [] } },
    { ...REQUEST, params: { ...params, arguments: "x" } },
    { ...REQUEST, params: { ...params, arguments: null } },
    { ...REQUEST, params: { ...params, _meta: { progressToken: {} } } },
    { ...REQUEST, method: "tools/Call", params },
    [{ ...REQUEST, params }],
  ]) {
    send(message);
    const answers = await settle();
    assert.equal(answers.length, 1, JSON.stringify(message));
    assert.ok(answers[0]?.["error"], JSON.stringify(message));
  }
  assert.deepEqual(calls, []);
});

test("a call that is cancelled is not answered, and its number can be used again", async (t) => {
  const { send, settle, initialize, calls } = serve(t);
  await initialize();
  const params = { name: "p__say", arguments: { want: "wait" } };
  send({ ...REQUEST, params });
  await settle();
  for (const requestId of [2, "1", undefined, {}])
    send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } });
  await settle();
  assert.equal(calls[0]?.signal.aborted, false);
  send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
  assert.deepEqual(await settle(), []);
  assert.equal(calls[0]?.signal.aborted, true);
  send({ ...REQUEST, params: { name: "p__say" } });
  assert.partialDeepStrictEqual(await settle(), [{ id: 1, result: {} }]);
});

test("a call is not cancelled by what the SDK takes for no cancellation", async (t) => {
  const { send, settle, initialize, calls } = serve(t);
  await initialize();
  send({ ...REQUEST, params: { name: "p__say", arguments: { want: "wait" } } });
  const notice = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } };
  for (const message of [
    { ...notice, id: 9 },
    { ...notice, id: 1, result: {} },
    { ...notice, result: {} },
    { ...notice, jsonrpc: "1.0" },
    { ...notice, params: { requestId: 1, reason: 5 } },
    { ...notice, params: { requestId: 1, _meta: 7 } },
    { ...notice, params: [1] },
  ])
    send(message);
  await settle();
  assert.equal(calls[0]?.signal.aborted, false);
  send({ ...notice, params: { requestId: 1, reason: "enough", _meta: { "example.com/any": 1 } } });
  await settle();
  assert.equal(calls[0]?.signal.aborted, true);
});

test("arguments are what the SDK makes of them", async (t) => {
  const { input, settle, initialize, calls } = serve(t);
  await initialize();
  for (const meta of ["", `,"_meta":${JSON.stringify(TO_THE_SDK)}`])
    input.write(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"p__say","arguments":{"__proto__":{"a":1},"b":2}${meta}}}\n`,
    );
  await settle();
  assert.equal(calls.length, 2);
  assert.equal(JSON.stringify(calls[0]?.arguments), JSON.stringify(calls[1]?.arguments));
});

test("calls end with the client", async (t) => {
  const { send, settle, initialize, calls, input } = serve(t);
  await initialize();
  send({ ...REQUEST, params: { name: "p__say", arguments: { want: "wait" } } });
  await settle();
  input.end();
  assert.deepEqual(await settle(), []);
  assert.equal(calls[0]?.signal.aborted, true);
});
