// What a client brings back after a question: its answers count once, for what was asked, and for nobody else.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { JsonObject } from "@glovebox/host-api/json";
import type { CallTool } from "../../runtime/call.ts";
import { makeSpentStates } from "../../runtime/server/mcp/asking.ts";
import type { Authenticator } from "../../runtime/server/http/authenticate.ts";
import {
  modernMeta,
  openSession,
  post,
  postModern,
  readEvents,
  rpc,
  startHttp,
  type RpcAnswer,
  type TestServer,
} from "../helpers/http-server.ts";

const KEY = new Uint8Array(32).fill(7);
const ECHO = { name: "t__echo", arguments: { text: "send it" } };
const FORM = {
  kind: "form",
  message: "May I?",
  schema: { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] },
} as const;
const YES = { ok: { action: "accept", content: { ok: true } } };

/** Asks once, and then says what it was given. */
const ask: CallTool = ({ given }) =>
  Promise.resolve(
    given?.responses["ok"]
      ? { content: [{ type: "text", text: JSON.stringify(given) }] }
      : { content: [], needs: { requests: { ok: FORM }, state: { consent: { n: 1 } } } },
  );

const WHOEVER: Authenticator = {
  authenticate: ({ headers }) => ({
    kind: "principal",
    principal: { via: "key", tenant: "t", id: headers["x-who"] ?? "ann" },
  }),
  decideTool: () => undefined,
};

const META = modernMeta({ elicitation: { form: {} } });

function stateIn({ result }: RpcAnswer): string {
  return (result as { readonly requestState: string }).requestState;
}

async function begin(t: TestContext, key: Uint8Array = KEY): Promise<[TestServer, string]> {
  const server = await startHttp(t, {
    callTool: ask,
    authenticator: WHOEVER,
    mcp: {
      stateKey: key,
      tools: ["t__echo", "t__other"].map((exposedName) => ({
        exposedName,
        alias: "t",
        tool: { name: exposedName, description: "x", inputSchema: { type: "object" } },
      })),
    },
  });
  const asked = await rpc(postModern(server, "tools/call", { ...ECHO, _meta: META }));
  assert.partialDeepStrictEqual(asked.result, {
    resultType: "input_required",
    inputRequests: { ok: { method: "elicitation/create", params: { message: "May I?" } } },
  });
  return [server, stateIn(asked)];
}

function answer(
  server: TestServer,
  requestState: string,
  params: JsonObject = ECHO,
  headers: Record<string, string> = {},
): Promise<RpcAnswer> {
  const given = { inputResponses: YES, requestState, _meta: META };
  return rpc(postModern(server, "tools/call", { ...params, ...given }, headers));
}

test("an answer is taken once, with the state that was handed out", async (t) => {
  const [server, state] = await begin(t);
  const { result } = await answer(server, state);
  const [block] = (result?.["content"] ?? []) as { text: string }[];
  assert.deepEqual(JSON.parse(block?.text ?? ""), {
    responses: YES,
    state: { consent: { n: 1 } },
  });
  const again = await answer(server, state);
  assert.equal(again.error?.code, -32_602, "a second time");
  assert.equal(server.calls.filter(({ given }) => given !== undefined).length, 1);
});

test("refuses a state for another tool, other arguments, another person, another key, and every change of it", async (t) => {
  const [server, state] = await begin(t);
  const [elsewhere] = await begin(t, new Uint8Array(32).fill(8));
  const [, body = "", mac = ""] = state.split(".");
  const payload = JSON.parse(Buffer.from(body, "base64url").toString());
  payload.exp += 3600;
  const longer = Buffer.from(JSON.stringify(payload)).toString("base64url");
  const attempts: readonly (() => Promise<RpcAnswer>)[] = [
    () => answer(server, state, { ...ECHO, name: "t__other" }),
    () => answer(server, state, { ...ECHO, arguments: { text: "send it elsewhere" } }),
    () => answer(server, state, { ...ECHO, arguments: { text: "send it", more: 1 } }),
    () => answer(server, state, ECHO, { "x-who": "bob" }),
    () => answer(elsewhere, state),
    () => answer(server, `v1.${longer}.${mac}`),
    () => answer(server, `v1.${body}.${mac.slice(0, -2)}AA`),
    () => answer(server, `v1.${body}.`),
    () => answer(server, `v1.${body}`),
    () => answer(server, `v2.${body}.${mac}`),
    () => answer(server, ""),
    () => answer(server, "x".repeat(100_000)),
  ];
  for (const [index, attempt] of attempts.entries()) {
    const { error, result } = await attempt();
    assert.equal(error?.code, -32_602, `attempt ${index}: ${JSON.stringify(result)}`);
  }
  assert.ok(server.calls.every(({ given }) => given === undefined));
  assert.ok((await answer(server, state)).result, "none of this has spent it");
});

test("answers without a state answer nothing: the question is asked again", async (t) => {
  const [server] = await begin(t);
  const params = { ...ECHO, inputResponses: YES, _meta: META };
  const { result } = await rpc(postModern(server, "tools/call", params));
  assert.equal(result?.["resultType"], "input_required");
});

test("a client that cannot be asked is told what it lacks, in both eras", async (t) => {
  const [server] = await begin(t);
  const modern = await rpc(postModern(server, "tools/call", { ...ECHO, _meta: modernMeta() }));
  assert.equal(modern.error?.code, -32_021);
  const session = { "mcp-session-id": await openSession(server) };
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: ECHO };
  assert.equal((await rpc(post(server, message, session))).result?.["isError"], true);
});

test("a client with a session is asked on the stream of its call, and the call runs again with the answer", async (t) => {
  const [server] = await begin(t);
  const session = { "mcp-session-id": await openSession(server, { elicitation: {} }) };
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: ECHO };
  let result: JsonObject | undefined;
  for await (const { message: said } of readEvents(await post(server, message, session))) {
    result = said;
    if (said?.["method"] !== "elicitation/create") continue;
    const reply = { jsonrpc: "2.0", id: said["id"] ?? null, result: YES.ok };
    assert.equal((await post(server, reply, session)).status, 202);
  }
  assert.match(JSON.stringify(result), /consent/);
  assert.equal(server.calls.length, 3, "the one of `begin`, and this one twice");
});

test("nobody is asked without end", async (t) => {
  const server = await startHttp(t, {
    callTool: () => Promise.resolve({ content: [], needs: { requests: { ok: FORM }, state: {} } }),
  });
  let params: JsonObject = { ...ECHO, _meta: META };
  for (let round = 1; round <= 8; round++) {
    const asked = await rpc(postModern(server, "tools/call", params));
    assert.equal(asked.result?.["resultType"], "input_required", `round ${round}`);
    const requestState = stateIn(asked);
    params = { ...params, requestState, inputResponses: YES };
  }
  assert.ok((await rpc(postModern(server, "tools/call", params))).error);
});

test("what was spent is not forgotten while it could count, however much is spent", () => {
  const spent = makeSpentStates(3);
  const now = Date.now();
  for (let index = 0; index < 10; index++)
    assert.equal(spent.spend(`id-${index}`, now - 100 + index, 60_000), true);
  for (let index = 0; index < 10; index++)
    assert.equal(spent.spend(`id-${index}`, now - 100 + index, 60_000), false, `${index}`);
  assert.equal(spent.spend("old but new here", now - 99, 60_000), false);
  assert.equal(spent.spend("new", now, 60_000), true);
});
