// Ways around the limits of callers, tried on two real replicas with one real Redis: more keys, more sessions, the other
// era, other spellings, the other replica, a Redis that dies.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { askModern } from "../helpers/modern-client.ts";
import { HAS_REDIS, startRedis, type RealRedis } from "../helpers/redis.ts";
import { startReplica, type Replica } from "../helpers/replicas.ts";
import { runGlovebox } from "../helpers/run-glovebox.ts";
import { FIXTURE, makeServedWorkspace, type ServedWorkspace } from "../helpers/served-workspace.ts";

const ECHO = "fixture__echo";
const CALLS_MAX = 20;
const ROUNDS_MAX = 100;

describe("the limits of a caller", { skip: !HAS_REDIS && process.env["CI"] === undefined }, () => {
  let redis: RealRedis;
  let workspace: ServedWorkspace;
  let replicas: readonly Replica[] = [];

  before(async () => {
    redis = await startRedis();
    workspace = await makeServedWorkspace([FIXTURE]);
    const settings = `server:
  auth: { mode: keys }
  store: { redis: env:TEST_REDIS_URL }
  state_key: env:TEST_STATE_KEY
  rate: { default: { per_day: ${CALLS_MAX} } }
`;
    writeFileSync(workspace.configFile, readFileSync(workspace.configFile, "utf8") + settings);
    await newKey("first", "nobody");
    const environment = {
      TEST_REDIS_URL: redis.url,
      TEST_STATE_KEY: randomBytes(32).toString("hex"),
    };
    const start = (): Promise<Replica> => startReplica(workspace.configFile, environment);
    replicas = await Promise.all([start(), start()]);
  });
  after(async () => {
    for (const { child } of replicas) child.kill("SIGKILL");
    await Promise.all(replicas.map(({ exited }) => exited));
    await redis?.[Symbol.asyncDispose]();
    workspace?.remove();
  });

  async function newKey(name: string, subject: string): Promise<string> {
    const words = ["key", "new", name, "--tenant", "acme", "--subject", subject, "--json"];
    const { stdout, stderr } = await runGlovebox(words, { cwd: workspace.folder });
    assert.equal(stderr.includes("ERR_"), false, stderr);
    return (JSON.parse(stdout) as { key: string }).key;
  }

  /** The code of the error, or undefined when the plugin has answered. */
  async function call(
    index: number,
    key: string,
    name = ECHO,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string | undefined> {
    const url = replicas[index % replicas.length]?.url ?? "";
    const result = await askModern(
      url,
      "tools/call",
      { name, arguments: { text: "a" } },
      { headers: { authorization: `Bearer ${key}`, ...headers } },
    );
    const { error_code } = (result["structuredContent"] ?? {}) as { readonly error_code?: string };
    return result["isError"] === true ? error_code : undefined;
  }

  it("hold over many keys of one user, both replicas, and whatever else a client may say of itself", async () => {
    const keys = await Promise.all(
      ["desk", "phone", "ci", "night"].map((name) => newKey(name, "ann")),
    );
    // Running servers see new keys within a second.
    await wait(1500);
    const codes = await Promise.all(
      Array.from({ length: 3 * CALLS_MAX }, (_, index) =>
        call(index, keys[index % keys.length] ?? "", ECHO, {
          "x-forwarded-for": `203.0.113.${index}`,
          "user-agent": `client ${index}`,
          "mcp-session-id": `session-${index}`,
        }),
      ),
    );
    assert.equal(codes.filter((code) => code === undefined).length, CALLS_MAX);
    assert.deepEqual(new Set(codes), new Set([undefined, "QUOTA_EXCEEDED"]));
  });

  it("hold over sessions of the era of 2025", async () => {
    const key = await newKey("old", "olga");
    await wait(1500);
    let count = 0;
    for (let session = 0; session < 2 * CALLS_MAX; session += 1)
      if ((await callInSession(session, key)) === undefined) count += 1;
    assert.equal(count, CALLS_MAX);
    assert.equal(await call(0, key), "QUOTA_EXCEEDED", "both eras count together");
  });

  async function callInSession(index: number, key: string): Promise<string | undefined> {
    const url = replicas[index % replicas.length]?.url ?? "";
    const send = async (message: object, headers: Readonly<Record<string, string>> = {}) =>
      fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          authorization: `Bearer ${key}`,
          ...headers,
        },
        body: JSON.stringify({ jsonrpc: "2.0", ...message }),
      });
    const hello = await send({
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "test", version: "1" },
      },
    });
    await hello.text();
    const session = { "mcp-session-id": hello.headers.get("mcp-session-id") ?? "" };
    await (await send({ method: "notifications/initialized" }, session)).text();
    const params = { name: ECHO, arguments: { text: "a" } };
    const text = await (await send({ id: 2, method: "tools/call", params }, session)).text();
    await (
      await fetch(url, {
        method: "DELETE",
        headers: { authorization: `Bearer ${key}`, ...session },
      })
    ).text();
    return /"error_code":"(\w+)"/.exec(text)?.[1];
  }

  it("know no tool by another spelling", async () => {
    const key = await newKey("speller", "sam");
    await wait(1500);
    for (const name of [
      "FIXTURE__ECHO",
      " fixture__echo",
      "fixture__echo ",
      "fixture__echo\u200b",
      "fixture__ｅcho",
    ])
      await assert.rejects(call(0, key, name, { "mcp-name": encodeName(name) }), name);
    assert.equal(await call(0, key), undefined);
  });

  it("refuse while Redis is away, on every replica, and hold again when it is back", async () => {
    const key = await newKey("lucky", "leo");
    await wait(1500);
    assert.equal(await call(0, key), undefined);
    await redis.kill();
    const away = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => call(index, key)),
    );
    for (const answer of away)
      assert.ok(
        answer.status === "rejected" || answer.value === "OVERLOADED",
        JSON.stringify(answer),
      );
    await redis.restart();
    for (let round = 0; ; round += 1) {
      const [answer] = await Promise.allSettled([call(round, key)]);
      if (answer.status === "fulfilled" && answer.value === undefined) break;
      assert.ok(round < ROUNDS_MAX, "it does not come back");
      await wait(100);
    }
  });
});

/** Names that no header can hold as they are come in Base64. */
function encodeName(name: string): string {
  return `=?base64?${Buffer.from(name).toString("base64")}?=`;
}
