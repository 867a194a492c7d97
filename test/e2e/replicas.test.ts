// Two real servers behind one round-robin proxy, with one real Redis: what a company puts behind its load balancer.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { JsonObject } from "@glovebox/host-api/json";
import { askModern, listenModern, RpcError, textIn } from "../helpers/modern-client.ts";
import { HAS_REDIS, startRedis, type RealRedis } from "../helpers/redis.ts";
import { startBalancer, startReplica, type Balancer, type Replica } from "../helpers/replicas.ts";
import { makeServedWorkspace, type ServedWorkspace } from "../helpers/served-workspace.ts";

const EFFECTS = {
  folder: join(import.meta.dirname, "../fixtures/effects"),
  grants: ["clock", "filesystem=read-write", "ask=form"],
};
const SETTINGS = `
server:
  store: { redis: env:TEST_REDIS_URL }
  state_key: env:TEST_STATE_KEY
  rate:
    default: { per_minute: 100000 }
    requests: { per_minute: 100000, burst: 10000 }
  tasks:
    tools:
      effects__work: {}
      effects__confirm: {}
    limits: { running: 3, poll: 50ms, open_per_principal: 200 }
`;
const ENDED = new Set(["completed", "failed", "cancelled"]);

describe("two replicas with one Redis", { skip: !HAS_REDIS }, () => {
  let redis: RealRedis;
  let workspace: ServedWorkspace;
  let environment: NodeJS.ProcessEnv;
  let replicas: Replica[] = [];
  let balancer: Balancer;

  before(async () => {
    redis = await startRedis();
    workspace = await makeServedWorkspace([EFFECTS], SETTINGS);
    environment = {
      TEST_REDIS_URL: redis.url,
      TEST_STATE_KEY: randomBytes(32).toString("hex"),
    };
    const start = () => startReplica(workspace.configFile, environment);
    replicas = [await start(), await start()];
    balancer = await startBalancer(replicas);
  });
  after(async () => {
    for (const { child } of replicas) child.kill("SIGKILL");
    await Promise.all(replicas.map(({ exited }) => exited));
    await balancer[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
    workspace.remove();
  });

  const ask = (method: string, params: JsonObject) => askModern(balancer.url, method, params);
  const begin = async (name: string, args: JsonObject): Promise<string> => {
    const begun = await ask("tools/call", { name, arguments: args });
    assert.equal(begun["resultType"], "task", JSON.stringify(begun));
    return textIn(begun, "taskId");
  };
  const until = async (
    taskId: string,
    isSo: (task: JsonObject) => boolean,
  ): Promise<JsonObject> => {
    for (let tries = 0; tries < 1200; tries += 1) {
      const task = await ask("tasks/get", { taskId });
      if (isSo(task)) return task;
      await wait(200);
    }
    throw new Error("the task never came to be so");
  };
  const untilEnded = (taskId: string) => until(taskId, (task) => ENDED.has(textIn(task, "status")));
  /** How often a job was run, by the files that it left. */
  const runsOf = (job: string): number =>
    globSync(`**/${job}.*`, { cwd: join(workspace.folder, ".glovebox/data") }).length;

  test("a task that one of them made is found, answered, watched and cancelled on the other", async () => {
    const taskId = await begin("effects__confirm", { job: "asked" });
    const asking = await until(taskId, ({ status }) => status === "input_required");
    const [key = ""] = Object.keys(asking["inputRequests"] as JsonObject);
    const inputResponses = { [key]: { action: "accept", content: {} } };
    await ask("tasks/update", { taskId, inputResponses });
    assert.match(JSON.stringify(await untilEnded(taskId)), /did asked/);
    assert.equal(runsOf("asked"), 1);

    const long = await begin("effects__work", { job: "cancelled", ms: 30_000 });
    await until(long, () => runsOf("cancelled") === 1);
    // Whichever of the two runs it, both are told to.
    for (const { url } of replicas) await askModern(url, "tasks/cancel", { taskId: long });
    for (const { url } of replicas)
      assert.equal((await askModern(url, "tasks/get", { taskId: long }))["status"], "cancelled");
    for (const { url } of replicas) assert.ok((balancer.counts.get(url) ?? 0) > 0);
  });

  test("whoever listens on one hears of the tasks of both", async () => {
    const heard: JsonObject[] = [];
    const ids = await Promise.all(
      ["one", "two", "three", "four"].map((job) => begin("effects__work", { job, ms: 400 })),
    );
    const [first] = replicas;
    assert.ok(first);
    const stop = await listenModern(
      first.url,
      { notifications: { taskIds: [...ids, "A".repeat(32)] } },
      (message) => heard.push(message),
    );
    await Promise.all(ids.map(untilEnded));
    await wait(200);
    stop();
    const [acknowledged, ...notices] = heard;
    assert.equal(acknowledged?.["method"], "notifications/subscriptions/acknowledged");
    assert.deepEqual((acknowledged["params"] as JsonObject)["notifications"], { taskIds: ids });
    const ended = new Set<unknown>();
    for (const { method, params } of notices) {
      assert.equal(method, "notifications/tasks");
      const { taskId, status, result, _meta } = params as JsonObject;
      assert.ok((_meta as JsonObject)["io.modelcontextprotocol/subscriptionId"]);
      if (status !== "completed") continue;
      assert.match(JSON.stringify(result), /did /);
      ended.add(taskId);
    }
    assert.deepEqual(ended, new Set(ids));
  });

  test("an answer to what one of them asked counts on the other, and once", async () => {
    const [one, two] = replicas;
    assert.ok(one && two);
    const call = { name: "effects__confirm", arguments: { job: "confirmed" } };
    // A client without the extension is asked in the answer to its call, and comes back with the state.
    const options = { capabilities: { elicitation: { form: {} } } };
    const asked = await askModern(one.url, "tools/call", call, options);
    assert.equal(asked["resultType"], "input_required");
    const [key = ""] = Object.keys(asked["inputRequests"] as JsonObject);
    const back = {
      ...call,
      inputResponses: { [key]: { action: "accept", content: {} } },
      requestState: asked["requestState"] ?? null,
    };
    const done = await askModern(two.url, "tools/call", back, options);
    assert.match(JSON.stringify(done["content"]), /did confirmed/);
    for (const { url } of [one, two])
      await assert.rejects(askModern(url, "tools/call", back, options), { code: -32_602 });
    assert.equal(runsOf("confirmed"), 1);
  });

  test("a session of 2025 is known where it was begun, and elsewhere its client begins another", async () => {
    const [one, two] = replicas;
    assert.ok(one && two);
    const transport = new StreamableHTTPClientTransport(new URL(one.url));
    const client = new Client({ name: "old", version: "1" });
    await client.connect(transport);
    const { sessionId } = transport;
    assert.ok(sessionId);
    const body = JSON.stringify({ jsonrpc: "2.0", id: 7, method: "tools/list", params: {} });
    const headers = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-session-id": sessionId,
      "mcp-protocol-version": "2025-11-25",
    };
    const known = await fetch(one.url, { method: "POST", headers, body });
    assert.equal(known.status, 200);
    await known.text();
    const elsewhere = await fetch(two.url, { method: "POST", headers, body });
    assert.equal(elsewhere.status, 404);
    const answer = (await elsewhere.json()) as JsonObject;
    assert.equal(answer["id"], 7);
    assert.equal((answer["error"] as JsonObject)["code"], -32_001);
    await client.close();
  });

  test("one that is killed under load loses no accepted task and repeats no side effect", async () => {
    const accepted = new Map<string, string>();
    let refused = 0;
    const jobs = Array.from({ length: 48 }, (_, index) => `load-${index}`);
    const submit = async (job: string): Promise<void> => {
      try {
        accepted.set(await begin("effects__work", { job, ms: 500 }), job);
      } catch (error) {
        // A connection that broke with its replica: that client was promised nothing.
        if (error instanceof RpcError) throw error;
        refused += 1;
      }
    };
    const [victim] = replicas;
    assert.ok(victim);
    const killing = wait(700).then(() => victim.child.kill("SIGKILL"));
    for (const job of jobs) await Promise.all([submit(job), wait(40)]);
    await killing;
    await victim.exited;
    const ended = await Promise.all(
      [...accepted].map(async ([taskId, job]) => ({ job, task: await untilEnded(taskId) })),
    );
    const lost = ended.filter(({ task }) => task["status"] === "failed");
    for (const { task, job } of ended) {
      if (task["status"] === "completed") assert.equal(runsOf(job), 1, job);
      else {
        const { data } = task["error"] as { readonly data: JsonObject };
        assert.equal(data["error_code"], "TASK_LOST", job);
      }
    }
    for (const job of jobs) assert.ok(runsOf(job) <= 1, `${job} ran ${runsOf(job)} times`);
    // No more than it could run at once, and at least one, or nothing was killed in the middle.
    assert.ok(lost.length >= 1 && lost.length <= 3, `${lost.length} lost`);
    assert.ok(accepted.size + refused === jobs.length && refused <= 3, `${refused} refused`);
    assert.ok(existsSync(workspace.configFile));
  });

  test("nothing is promised while Redis is away, and it goes on when it is back", async () => {
    const url = replicas[1]?.url ?? "";
    await redis.kill();
    await assert.rejects(
      askModern(url, "tools/call", { name: "effects__work", arguments: { job: "away" } }),
      { code: -32_603 },
    );
    const ready = await fetch(url.replace(/mcp$/, "readyz"));
    assert.equal(ready.status, 503);
    assert.equal(runsOf("away"), 0);
    await redis.restart();
    for (let tries = 0; (await fetch(url.replace(/mcp$/, "readyz"))).status !== 200; tries += 1) {
      assert.ok(tries < 200);
      await wait(50);
    }
    const begun = await askModern(url, "tools/call", {
      name: "effects__work",
      arguments: { job: "back" },
    });
    await untilEnded(textIn(begun, "taskId"));
    assert.equal(runsOf("back"), 1);
  });
});
