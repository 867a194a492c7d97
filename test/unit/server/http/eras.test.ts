// Both eras of the specification on one endpoint: plain calls go around the SDK, and answer as it does.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@glovebox/host-api/json";
import { LOCAL_TENANT } from "../../../../runtime/policy/principal.ts";
import { makeChangeBus } from "../../../../runtime/server/mcp/change-bus.ts";
import {
  LEGACY,
  MODERN,
  hang,
  listen,
  modernMeta,
  openSession,
  post,
  postModern,
  readEvents,
  messagesOf,
  rpc,
  startHttp,
  until,
} from "../../../helpers/http-server.ts";

const CALL = { name: "t__echo", arguments: { text: "hi" } };

test("a plain call of either era answers what the SDK answers", async (t) => {
  const server = await startHttp(t);
  const plain = await (await postModern(server, "tools/call", CALL)).json();
  // A key that the direct way does not know.
  const odd = { ...CALL, _meta: { ...modernMeta(), "example.com/key": 1 } };
  assert.deepEqual(plain, await (await postModern(server, "tools/call", odd)).json());
  assert.partialDeepStrictEqual(plain, {
    id: 1,
    result: { resultType: "complete", content: [{ type: "text", text: "hi" }] },
  });

  const headers = { "mcp-session-id": await openSession(server) };
  const request = (params: JsonObject) =>
    post(server, { jsonrpc: "2.0", id: 7, method: "tools/call", params }, headers);
  const direct = await (await request(CALL)).json();
  const throughSdk = await (await request({ ...CALL, _meta: { "example.com/key": 1 } })).json();
  assert.deepEqual(direct, throughSdk);
  assert.equal(server.calls.length, 4);
});

test("a call knows its principal, its conversation, its trace and what its client can be asked", async (t) => {
  const server = await startHttp(t);
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const _meta = modernMeta({ elicitation: { form: {} } });
  await postModern(server, "tools/call", { ...CALL, _meta }, { traceparent });
  const session = await openSession(server, { sampling: {}, elicitation: { url: {} } });
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: CALL };
  await post(server, message, { "mcp-session-id": session, traceparent });
  const [modern, legacy] = server.calls;
  assert.equal(modern?.caller.principal.via, "none");
  assert.equal(modern?.caller.conversation, `/mcp ${modern?.caller.principal.id}`);
  assert.deepEqual(modern?.trace, { traceparent });
  assert.deepEqual(modern?.caller.can, { form: true, url: false, sampling: false, roots: false });
  assert.equal(legacy?.caller.conversation, session);
  assert.deepEqual(legacy?.trace, { traceparent });
  assert.deepEqual(legacy?.caller.can, { form: false, url: true, sampling: true, roots: false });
});

test("headers that say something else than the body are refused in the era 2026", async (t) => {
  const server = await startHttp(t);
  for (const headers of [
    { "mcp-name": "t__other" },
    { "mcp-method": "tools/list" },
    { "mcp-protocol-version": LEGACY },
    { "mcp-name": "=?base64?!!?=" },
  ]) {
    const response = await postModern(server, "tools/call", CALL, headers);
    assert.equal(response.status, 400, JSON.stringify(headers));
    assert.equal((await rpc(response)).error?.code, -32_020, JSON.stringify(headers));
  }
  const encoded = { "mcp-name": `=?base64?${Buffer.from("t__echo").toString("base64")}?=` };
  assert.equal((await postModern(server, "tools/call", CALL, encoded)).status, 200);
  assert.equal(server.calls.length, 1);
});

test("arguments that a tool wants in headers must stand in both", async (t) => {
  const tool = {
    name: "query",
    description: "Queries.",
    inputSchema: {
      type: "object",
      properties: {
        region: { type: "string", "x-mcp-header": "Region" },
        inner: { type: "object", properties: { n: { type: "integer", "x-mcp-header": "N" } } },
      },
    },
  };
  const server = await startHttp(t, {
    mcp: { tools: [{ exposedName: "t__query", alias: "t", tool }] },
  });
  const ask = async (args: JsonObject, headers: Record<string, string>): Promise<number> => {
    const params = { name: "t__query", arguments: args };
    return (await postModern(server, "tools/call", params, headers)).status;
  };
  assert.equal(await ask({ region: "eu" }, { "mcp-param-region": "eu" }), 200);
  assert.equal(await ask({ region: "ü" }, { "mcp-param-region": "=?base64?w7w=?=" }), 200);
  assert.equal(await ask({ inner: { n: 42 } }, { "mcp-param-n": "42.0" }), 200);
  assert.equal(await ask({}, { "mcp-param-region": "us" }), 200);
  const accepted = server.calls.length;
  assert.equal(await ask({ region: "eu" }, { "mcp-param-region": "us" }), 400);
  assert.equal(await ask({ region: "eu" }, {}), 400);
  assert.equal(await ask({ region: "ü" }, { "mcp-param-region": "=?base64?w7w?=" }), 400);
  assert.equal(await ask({ inner: { n: 42 } }, { "mcp-param-n": "43" }), 400);
  assert.equal(server.calls.length, accepted);
});

test("progress makes a stream of the response, in both eras, and the result ends it", async (t) => {
  const server = await startHttp(t, {
    callTool({ onProgress }) {
      onProgress?.(1, 2, "half");
      return Promise.resolve({ content: [{ type: "text", text: "done" }] });
    },
  });
  const modern = { ...CALL, _meta: modernMeta({}, { progressToken: "p" }) };
  const session = { "mcp-session-id": await openSession(server) };
  const params = { ...CALL, _meta: { progressToken: "p" } };
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
  for (const response of [
    await postModern(server, "tools/call", modern),
    await post(server, message, session),
  ]) {
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    const [progress, result] = await messagesOf(response);
    assert.partialDeepStrictEqual(progress, {
      method: "notifications/progress",
      params: { progressToken: "p", progress: 1, total: 2, message: "half" },
    });
    assert.partialDeepStrictEqual(result, { id: 1, result: { content: [{ text: "done" }] } });
  }
});

test("a client of the era 2026 cancels by closing the response, and one with a session by saying so", async (t) => {
  const server = await startHttp(t, { callTool: hang });
  const leave = new AbortController();
  const answer = postModern(server, "tools/call", CALL, {}, { signal: leave.signal });
  await until(() => server.calls.length === 1);
  leave.abort();
  await answer.catch(() => undefined);
  await until(() => server.calls[0]?.signal.aborted === true);

  const session = { "mcp-session-id": await openSession(server) };
  const message = { jsonrpc: "2.0", id: 5, method: "tools/call", params: CALL };
  const gone = new AbortController();
  const inSession = post(server, message, session, { signal: gone.signal });
  await until(() => server.calls.length === 2);
  gone.abort();
  await inSession.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(server.calls[1]?.signal.aborted, false, "a connection that breaks cancels nothing");
  const params = { requestId: 5 };
  const cancel = { jsonrpc: "2.0", method: "notifications/cancelled", params };
  assert.equal((await post(server, cancel, session)).status, 202);
  await until(() => server.calls[1]?.signal.aborted === true);
});

test("a stream that broke goes on where it was, and what is forgotten is not made up", async (t) => {
  let report: ((progress: number) => void) | undefined;
  let finish: (() => void) | undefined;
  const server = await startHttp(t, {
    callTool: ({ onProgress }) =>
      new Promise((resolve) => {
        report = (progress) => onProgress?.(progress, undefined, undefined);
        finish = () => resolve({ content: [{ type: "text", text: "done" }] });
      }),
  });
  const session = { "mcp-session-id": await openSession(server) };
  const params = { ...CALL, _meta: { progressToken: 1 } };
  const leave = new AbortController();
  const asked = post(server, { jsonrpc: "2.0", id: 9, method: "tools/call", params }, session, {
    signal: leave.signal,
  });
  await until(() => report !== undefined);
  report?.(1);
  const events = readEvents(await asked);
  const primer = await events.next();
  const first = await events.next();
  assert.equal(primer.value?.message, undefined);
  assert.partialDeepStrictEqual(first.value?.message, { params: { progress: 1 } });
  leave.abort();
  await new Promise((resolve) => setTimeout(resolve, 80));
  report?.(2);
  const resumed = await listen(server, { ...session, "last-event-id": primer.value?.id ?? "" });
  finish?.();
  const rest = await messagesOf(resumed);
  assert.partialDeepStrictEqual(rest[0], { params: { progress: 1 } });
  assert.partialDeepStrictEqual(rest[1], { params: { progress: 2 } });
  assert.partialDeepStrictEqual(rest[2], { id: 9, result: { content: [{ text: "done" }] } });
  for (const lastId of ["r1-999", "nonsense", "s-0", "../../etc"]) {
    const refused = await listen(server, { ...session, "last-event-id": lastId });
    assert.equal(refused.status, 400, lastId);
  }
});

test("changes are told to sessions that listen and to subscriptions", async (t) => {
  const changes = makeChangeBus();
  const server = await startHttp(t, { mcp: { changes } });
  const session = { "mcp-session-id": await openSession(server) };
  const common = readEvents(await listen(server, session));
  const subscription = readEvents(
    await postModern(server, "subscriptions/listen", { notifications: { toolsListChanged: true } }),
  );
  const acknowledged = await subscription.next();
  assert.partialDeepStrictEqual(acknowledged.value?.message, {
    method: "notifications/subscriptions/acknowledged",
  });
  changes.publish({ tenant: LOCAL_TENANT, event: { kind: "tools_list_changed" } });
  const changed = { method: "notifications/tools/list_changed" };
  assert.partialDeepStrictEqual((await common.next()).value?.message, changed);
  assert.partialDeepStrictEqual((await subscription.next()).value?.message, changed);
  const second = await listen(server, session);
  assert.equal(second.status, 409);
});

test("the list shows each principal what it may call, and the rest is refused with what is missing", async (t) => {
  const server = await startHttp(t, {
    authenticator: {
      authenticate: ({ headers }) => ({
        kind: "principal",
        principal: { via: "key", tenant: "a", id: headers["x-who"] ?? "nobody" },
      }),
      decideTool: ({ id }, name) =>
        id === "ann" || name !== "t__echo"
          ? undefined
          : {
              status: 403,
              reason: "insufficient_scope",
              challenges: ['Bearer error="insufficient_scope", scope="echo"'],
              message: "no",
            },
    },
  });
  const names = async (who: string): Promise<string[]> => {
    const listed = await rpc(postModern(server, "tools/list", {}, { "x-who": who }));
    const tools = listed.result?.["tools"] as readonly { readonly name: string }[];
    return tools.map((tool) => tool.name);
  };
  assert.deepEqual(await names("ann"), ["report_pattern_debt", "t__echo"]);
  assert.deepEqual(await names("bob"), ["report_pattern_debt"]);
  const refused = await postModern(server, "tools/call", CALL, { "x-who": "bob" });
  assert.equal(refused.status, 403);
  assert.match(refused.headers.get("www-authenticate") ?? "", /insufficient_scope.*scope="echo"/);
  const session = await openSession(server, {}, { "x-who": "bob" });
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: CALL };
  const inSession = await post(server, message, { "mcp-session-id": session, "x-who": "bob" });
  assert.equal(inSession.status, 403);
  assert.deepEqual(server.calls, []);
});

test("what the era 2026 does not have is said in its words", async (t) => {
  const server = await startHttp(t);
  const unknown = await postModern(server, "no/such");
  assert.equal(unknown.status, 404);
  assert.equal((await rpc(unknown)).error?.code, -32_601);
  assert.equal((await fetch(server.url)).status, 405);
  const later = await postModern(
    server,
    "tools/list",
    {
      _meta: { ...modernMeta(), "io.modelcontextprotocol/protocolVersion": "2099-01-01" },
    },
    { "mcp-protocol-version": "2099-01-01" },
  );
  assert.equal(later.status, 400);
  assert.equal((await rpc(later)).error?.code, -32_022);
  const discovered = await rpc(postModern(server, "server/discover"));
  assert.deepEqual(discovered.result?.["supportedVersions"], [MODERN]);
});
