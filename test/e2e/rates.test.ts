// The limits of callers, through the real server and a real sealed plugin: what is refused, what it is charged, what ends.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import { runGlovebox as run } from "../helpers/run-glovebox.ts";
import {
  FIXTURE,
  makeServedWorkspace,
  RawClient,
  type Message,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

let workspace: ServedWorkspace;
let configuration: string;
let client: RawClient | undefined;

before(async () => {
  workspace = await makeServedWorkspace([FIXTURE]);
  configuration = readFileSync(workspace.configFile, "utf8");
});
afterEach(() => void client?.child.kill());
after(() => workspace?.remove());

async function serve(rate: string): Promise<RawClient> {
  writeFileSync(workspace.configFile, `${configuration}server:\n  rate: ${rate}\n`);
  client = new RawClient(workspace);
  await client.initialize();
  return client;
}

async function stop(client: RawClient): Promise<void> {
  client.child.stdin.end();
  assert.equal(await client.exited, 0);
}

function errorOf({ result }: Message): Readonly<Record<string, unknown>> {
  assert.equal(result?.isError, true);
  return result.structuredContent ?? {};
}

test("a quota ends the calls of a caller, with the time to come back", async () => {
  const client = await serve("{ default: { per_day: 2 } }");
  const answers: Message[] = [];
  for (let id = 1; id <= 4; id += 1) {
    client.call(id, "fixture__echo", { text: "a" });
    answers.push(await client.answer(id));
  }
  assert.deepEqual(
    answers.map(({ result }) => result?.isError ?? false),
    [false, false, true, true],
  );
  for (const answer of answers.slice(2)) {
    const { error_code, retry_after } = errorOf(answer);
    assert.equal(error_code, "QUOTA_EXCEEDED");
    assert.ok(Number(retry_after) > 86_000);
  }
  await stop(client);
});

test("a place among calls at the same time comes back after failure, bad arguments and cancellation", async () => {
  const client = await serve("{ default: { concurrent: 1 } }");
  client.call("held", "fixture__spin", {});
  client.call("turned-away", "fixture__echo", { text: "a" });
  assert.equal(errorOf(await client.answer("turned-away"))["error_code"], "RATE_LIMITED");
  client.send({ method: "notifications/cancelled", params: { requestId: "held" } });
  for (let round = 0; ; round += 1) {
    client.call(`after ${round}`, "fixture__echo", { text: "a" });
    const { result } = await client.answer(`after ${round}`);
    if (result?.isError !== true) break;
    assert.equal(result.structuredContent?.["error_code"], "RATE_LIMITED");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const [id, name, args] of [
    ["failed", "fixture__divide", { number: 1, by: 0 }],
    ["invalid", "fixture__echo", { text: 1 }],
    ["valid", "fixture__echo", { text: "a" }],
  ] as const) {
    client.call(id, name, args);
    const { result } = await client.answer(id);
    assert.notEqual(result?.structuredContent?.["error_code"], "RATE_LIMITED", id);
  }
  await stop(client);
});

test("limits for a tool that is not listed refuse the start, and name the one that was meant", async () => {
  const rate = "{ default: { per_day: 2 }, tools: { fixture__ech: { per_day: 1 } } }";
  writeFileSync(workspace.configFile, `${configuration}server:\n  rate: ${rate}\n`);
  const { code, stderr } = await run(["verify"], { cwd: workspace.folder });
  assert.equal(code, 3, stderr);
  assert.match(stderr, /ERR_RATE_TOOL_UNKNOWN/);
  assert.match(stderr, /fixture__echo/);
});
