// A cancelled request has no answer. It kept its session busy and its connection open for good, so that fifty cancelled
// calls locked their principal out, and nothing ever ended the sessions.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import {
  hang,
  LEGACY,
  openSession,
  post,
  startHttp,
  until,
  type TestServer,
} from "../helpers/http-server.ts";

const CALL = { name: "t__echo", arguments: { text: "a" } };

async function cancelOne(server: TestServer, params: object): Promise<string> {
  const id = await openSession(server);
  const session = { "mcp-session-id": id, "mcp-protocol-version": LEGACY };
  const before = server.calls.length;
  const running = post(server, { jsonrpc: "2.0", id: 7, method: "tools/call", params }, session);
  await until(() => server.calls.length > before);
  const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } };
  assert.equal((await post(server, cancelled, session)).status, 202);
  const ended = await Promise.race([
    running.then((response) => response.text()),
    new Promise<string>((resolve) => setTimeout(() => resolve("never"), 5000).unref()),
  ]);
  assert.equal(ended, "", "the response to a cancelled request ends, and says nothing");
  return id;
}

for (const [way, params] of [
  ["directly", CALL],
  ["through the SDK", { ...CALL, extra: true }],
] as const)
  test(`a call that was taken ${way} and cancelled lets go of its session`, async (t: TestContext) => {
    const server = await startHttp(t, { callTool: hang, limits: { sessionsPerPrincipal: 1 } });
    const first = await cancelOne(server, params);
    const second = await openSession(server);
    assert.notEqual(second, first, "there is room for another session");
  });
