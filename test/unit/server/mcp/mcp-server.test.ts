import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test, type TestContext } from "node:test";
import type { JsonObject } from "@glovebox/host-api/json";
import type { CallRequest } from "../../../../runtime/call.ts";
import { serveOverStdio } from "../../../../runtime/server/stdio/serve-stdio.ts";

const TOOL = {
  name: "now",
  description: "The time.",
  inputSchema: { type: "object" },
};

/** A server on two pipes, whose calls are answered by hand. */
function serve(t: TestContext) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const calls: CallRequest[] = [];
  const errors: Error[] = [];
  const serving = serveOverStdio(
    {
      version: "0.0.0",
      tools: [{ exposedName: "time__now", alias: "time", tool: TOOL }],
      callTool(request) {
        calls.push(request);
        return new Promise((resolve) =>
          request.signal.addEventListener("abort", () =>
            resolve({ content: [{ type: "text", text: "too late" }] }),
          ),
        );
      },
      reportDebt: (filter) => {
        const report = { filter: { ...filter } };
        return { report, text: JSON.stringify(report) };
      },
    },
    { input, output },
    (error) => errors.push(error),
  );
  t.after(() => serving.close());
  let text = "";
  output.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const send = (message: object): boolean =>
    input.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const received = (): JsonObject[] =>
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const answered = async (id: number): Promise<JsonObject> => {
    for (;;) {
      const found = received().find((message) => message["id"] === id);
      if (found) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const params = {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "raw", version: "1" },
  };
  send({ id: 0, method: "initialize", params });
  return { input, output, calls, errors, serving, send, received, answered };
}

test("lists tools and resources, and answers the debt report, without calling any plugin", async (t) => {
  const { send, answered, calls } = serve(t);
  send({ id: 1, method: "tools/list" });
  send({ id: 2, method: "resources/list" });
  send({ id: 3, method: "resources/templates/list" });
  send({
    id: 4,
    method: "tools/call",
    params: { name: "report_pattern_debt", arguments: { status: "open" } },
  });
  assert.partialDeepStrictEqual(await answered(1), {
    result: { tools: [{ name: "report_pattern_debt" }, { name: "time__now" }] },
  });
  await Promise.all([2, 3].map(answered));
  const filter = { status: "open" };
  assert.partialDeepStrictEqual(await answered(4), { result: { structuredContent: { filter } } });
  assert.deepEqual(calls, []);
});

test("a cancelled call hears of it, and whatever it answers then is not sent", async (t) => {
  const { send, received, answered, calls } = serve(t);
  send({ id: 1, method: "tools/call", params: { name: "time__now" } });
  while (calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
  send({ method: "notifications/cancelled", params: { requestId: 1 } });
  send({ id: 2, method: "ping" });
  await answered(2);
  assert.equal(calls[0]?.signal.aborted, true);
  assert.ok(!received().some((message) => message["id"] === 1));
});

for (const [what, leave] of [
  ["its input ends", ({ input }: ReturnType<typeof serve>) => input.end()],
  ["its input breaks", ({ input }: ReturnType<typeof serve>) => input.destroy(new Error("broken"))],
  [
    "its output breaks",
    ({ output }: ReturnType<typeof serve>) => output.destroy(new Error("broken")),
  ],
] as const)
  test(`cancels calls in flight and closes when ${what}`, async (t) => {
    const served = serve(t);
    served.send({ id: 1, method: "tools/call", params: { name: "time__now" } });
    while (served.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    leave(served);
    await served.serving.closed;
    assert.equal(served.calls[0]?.signal.aborted, true);
  });

test("stops reading from a client that does not read, and goes on when it does", async (t) => {
  const { input, output, send, answered } = serve(t);
  await answered(0);
  output.pause();
  const padding = "x".repeat(1024);
  // Each is answered with more than it says; the answers pile up where the client does not look.
  for (let id = 1; id <= 60_000 && !input.isPaused(); id += 1) {
    send({ id, method: "tools/list", params: { padding } });
    if (id % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(input.isPaused(), true);
  assert.ok(output.writableLength < 40 * 1024 * 1024);
  output.resume();
  send({ id: -1, method: "ping" });
  await answered(-1);
});
