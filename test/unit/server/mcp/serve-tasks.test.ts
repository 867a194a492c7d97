import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createMcpHandler } from "@modelcontextprotocol/server";
import type { JsonObject } from "@glovebox/host-api/json";
import type { CallRequest } from "../../../../runtime/call.ts";
import type { ToolAnswer } from "../../../../runtime/answer.ts";
import type { Principal } from "../../../../runtime/policy/principal.ts";
import { makeMcpServers } from "../../../../runtime/server/mcp/mcp-server.ts";
import { makeMemoryStore } from "../../../../runtime/server/store/memory-store.ts";
import { StoreError } from "../../../../runtime/server/store/errors.ts";
import type { SharedStore } from "../../../../runtime/server/store/shared-store.ts";
import { openTasks } from "../../../../runtime/server/tasks/tasks.ts";
import { DEFAULT_TASK_LIMITS } from "../../../../runtime/policy/server/tasks.ts";
import { textIn } from "../../../helpers/modern-client.ts";
import { ADA, ADA_ELSEWHERE, BOB, FAST, say } from "../../../helpers/task-room.ts";

const EXTENSION = "io.modelcontextprotocol/tasks";
const TASKS = { extensions: { [EXTENSION]: {} }, elicitation: { form: {} } };
const META = "io.modelcontextprotocol/clientCapabilities";

type Perform = (request: CallRequest) => Promise<ToolAnswer> | ToolAnswer;

/** The SDK's handler of the era 2026, before our servers, with these tools: `work`, `only` (a task or nothing), `first` (asks first). */
async function openHandler(perform: Perform, store: SharedStore = makeMemoryStore()) {
  const callTool = async (request: CallRequest): Promise<ToolAnswer> =>
    request.task?.kind === "begin" ? { content: [] } : perform(request);
  const tasks = await openTasks({
    store,
    place: "/mcp",
    configuration: {
      tools: {
        work: { support: "optional", asks: "within" },
        only: { support: "required", asks: "within" },
        first: { support: "optional", asks: "before" },
      },
      limits: DEFAULT_TASK_LIMITS,
    },
    callTool,
    componentOf: () => "sha256:one",
    onTrouble: () => undefined,
    nowMs: Date.now,
    times: FAST,
  });
  const tools = ["plain", "work", "only", "first"].map((exposedName) => ({
    exposedName,
    alias: "made-up",
    tool: { name: exposedName, description: exposedName, inputSchema: { type: "object" } },
  }));
  let principal = ADA;
  const makeServer = makeMcpServers({
    version: "1",
    tools,
    callTool,
    reportDebt: () => ({ report: {}, text: "{}" }),
    tasks,
    mayCall: (who, name) => who !== BOB || name !== "only",
  });
  const handler = createMcpHandler(() =>
    makeServer({
      originOf: () => ({ principal, conversation: principal.id }),
      takeFirst: () => undefined,
      logs: {},
      subscribed: new Set(),
    }),
  );
  let id = 0;
  const ask = async (
    method: string,
    params: JsonObject,
    { as = ADA, capabilities = TASKS }: { as?: Principal; capabilities?: JsonObject } = {},
  ): Promise<JsonObject> => {
    principal = as;
    const name = params["taskId"] ?? params["name"];
    const response = await handler.fetch(
      new Request("http://localhost/mcp", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": method,
          ...(typeof name === "string" ? { "mcp-name": name } : {}),
        },
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: (id += 1),
          method,
          params: {
            ...params,
            _meta: {
              "io.modelcontextprotocol/protocolVersion": "2026-07-28",
              [META]: capabilities,
            },
          },
        }),
      }),
    );
    const answer = (await response.json()) as { result?: JsonObject; error?: JsonObject };
    return answer.result ?? { error: answer.error ?? null };
  };
  const until = async (taskId: string, status: string): Promise<JsonObject> => {
    for (;;) {
      await wait(5);
      const task = await ask("tasks/get", { taskId });
      if (task["status"] === status) return task;
      assert.equal(task["status"], "working", JSON.stringify(task));
    }
  };
  return { ask, until, close: () => tasks.close(0) };
}

const codeOf = ({ error }: JsonObject) => (error as JsonObject | null)?.["code"];

test("offers the extension, and makes a task where the tool and this very request say so", async () => {
  const { ask, until, close } = await openHandler(() => say("done"));
  const { capabilities } = await ask("server/discover", {});
  assert.deepEqual((capabilities as JsonObject)["extensions"], { [EXTENSION]: {} });
  const begun = await ask("tools/call", { name: "work", arguments: {} });
  const { resultType, status, ttlMs, pollIntervalMs } = begun;
  const taskId = textIn(begun, "taskId");
  assert.deepEqual(
    [resultType, status, ttlMs, pollIntervalMs],
    ["task", "working", 3_600_000, 1000],
  );
  for (const time of ["createdAt", "lastUpdatedAt"])
    assert.ok(!Number.isNaN(Date.parse(textIn(begun, time))));
  for (const key of ["task", "result", "error", "inputRequests", "requestState", "ttl"])
    assert.ok(!(key in begun), key);
  const ended = await until(taskId, "completed");
  assert.equal(ended["resultType"], "complete");
  assert.deepEqual(ended["result"], { content: [{ type: "text", text: "done" }] });
  for (const [name, capabilities] of [
    ["plain", TASKS],
    ["work", {}],
    ["work", { extensions: {} }],
    ["first", TASKS],
  ] as const) {
    const answer = await ask("tools/call", { name, arguments: {} }, { capabilities });
    assert.equal(answer["resultType"], "complete", name);
    assert.ok(Array.isArray(answer["content"]) && !("taskId" in answer));
  }
  await close();
});

test("refuses a client that did not say that it knows tasks", async () => {
  const { ask, close } = await openHandler(() => say("done"));
  const begun = await ask("tools/call", { name: "work", arguments: {} });
  const taskId = textIn(begun, "taskId");
  for (const [method, params] of [
    ["tasks/get", { taskId }],
    ["tasks/update", { taskId, inputResponses: {} }],
    ["tasks/cancel", { taskId }],
    ["tools/call", { name: "only", arguments: {} }],
  ] as const) {
    const answer = await ask(method, params, { capabilities: {} });
    assert.equal(codeOf(answer), -32_021, method);
    const { data } = answer["error"] as JsonObject;
    assert.deepEqual(data, { requiredCapabilities: { extensions: { [EXTENSION]: {} } } });
  }
  await close();
});

test("asks within a task, and takes answers by tasks/update", async () => {
  const { ask, until, close } = await openHandler(({ given }) => {
    if (given) return say(JSON.stringify(given.responses));
    const schema = { type: "object", properties: { ok: { type: "boolean" } } };
    const request = { kind: "form", message: "sure?", schema } as const;
    return { content: [], needs: { requests: { sure: request }, state: {} } };
  });
  const id = textIn(await ask("tools/call", { name: "only", arguments: {} }), "taskId");
  const asking = await until(id, "input_required");
  const { inputRequests } = asking as { inputRequests: JsonObject };
  const [key = ""] = Object.keys(inputRequests);
  assert.equal((inputRequests[key] as JsonObject)["method"], "elicitation/create");
  const accept = { action: "accept", content: { ok: true } };
  for (const inputResponses of [{ other: accept }, { [key]: 1 }, {}])
    assert.deepEqual(
      (await ask("tasks/update", { taskId: id, inputResponses }))["resultType"],
      "complete",
    );
  assert.equal((await ask("tasks/get", { taskId: id }))["status"], "input_required");
  await ask("tasks/update", { taskId: id, inputResponses: { [key]: accept } });
  const { result } = (await until(id, "completed")) as { result: JsonObject };
  assert.deepEqual(result["content"], [{ type: "text", text: JSON.stringify({ sure: accept }) }]);
  await close();
});

test("a tool that asks first becomes a task when the answers are there", async () => {
  const { ask, until, close } = await openHandler(({ given }) => {
    if (given) return say(JSON.stringify(given.responses));
    const request = {
      kind: "form",
      message: "name?",
      schema: { type: "object", properties: {} },
    } as const;
    return { content: [], needs: { requests: { name: request }, state: {} } };
  });
  const first = await ask("tools/call", { name: "first", arguments: {} });
  assert.equal(first["resultType"], "input_required");
  assert.ok(!("taskId" in first));
  const begun = await ask("tools/call", {
    name: "first",
    arguments: {},
    inputResponses: { name: { action: "accept", content: { name: "Ada" } } },
    requestState: first["requestState"] ?? null,
  });
  assert.equal(begun["resultType"], "task");
  assert.ok(!("requestState" in begun) && !("inputRequests" in begun));
  const ended = await until(textIn(begun, "taskId"), "completed");
  assert.match(JSON.stringify(ended["result"]), /Ada/);
  await close();
});

test("a task of somebody else is a task that never was", async () => {
  const { ask, close } = await openHandler(async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    return say("stopped");
  });
  const taskId = textIn(await ask("tools/call", { name: "only", arguments: {} }), "taskId");
  const made = [
    taskId,
    `${taskId.slice(0, -1)}_`,
    "",
    "x".repeat(1_000_000),
    "../../etc/passwd",
    "task:*",
    `${taskId}\r\nDEL x`,
    "__proto__",
  ];
  const answers = new Set<string>();
  for (const as of [BOB, ADA_ELSEWHERE])
    for (const id of made)
      for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
        const params = { taskId: id, inputResponses: {} };
        if (!/^[\x20-\x7e]*$/.test(id)) continue;
        const answer = await ask(method, params, { as });
        answers.add(JSON.stringify(answer));
      }
  assert.deepEqual(
    [...answers],
    [JSON.stringify({ error: { code: -32_602, message: "Task not found." } })],
  );
  assert.equal((await ask("tasks/get", { taskId: taskId }))["status"], "working");
  for (const taskId of [1, null, [], {}])
    assert.equal(codeOf(await ask("tasks/get", { taskId })), -32_602);
  for (const method of ["tasks/list", "tasks/result"])
    assert.equal(codeOf(await ask(method, { taskId: taskId })), -32_601);
  await close();
});

test("while the store is away nothing becomes a task, and nothing is said of why", async () => {
  const inner = makeMemoryStore();
  let isAway = false;
  const guard = <Value>(value: Value): Value => {
    if (isAway) throw new StoreError("ERR_STORE_UNREACHABLE", "redis://secret-host is away");
    return value;
  };
  const store: SharedStore = {
    ...inner,
    get: async (key) => inner.get(guard(key)),
    put: async (key, value, options) => inner.put(guard(key), value, options),
    enlist: async (list, member, options) => inner.enlist(guard(list), member, options),
  };
  let runs = 0;
  const { ask, close } = await openHandler(() => ((runs += 1), say("done")), store);
  isAway = true;
  for (const answer of [
    await ask("tools/call", { name: "work", arguments: {} }),
    await ask("tasks/get", { taskId: "A".repeat(32) }),
  ]) {
    assert.equal(codeOf(answer), -32_603);
    assert.ok(!JSON.stringify(answer).includes("secret-host"));
  }
  assert.equal(runs, 0);
  await close();
});
