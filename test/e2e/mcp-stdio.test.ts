// What a client may send over stdio, and what becomes of the server and its processes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import {
  descendantsOf,
  FIXTURE,
  makeServedWorkspace,
  type Message,
  RawClient,
  stillAlive,
  until,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

let workspace: ServedWorkspace;
before(async () => (workspace = await makeServedWorkspace([FIXTURE])));
after(() => workspace?.remove());

async function connect(t: TestContext): Promise<RawClient> {
  const client = new RawClient(workspace);
  t.after(async () => {
    client.child.kill("SIGKILL");
    await client.exited;
    assert.deepEqual(client.strayLines, [], "stdout carries the protocol only");
    assert.doesNotMatch(client.stderr, /\n\s+at /, "no stack on stderr");
  });
  await client.initialize();
  return client;
}

const pidOf = (client: RawClient): number => client.child.pid ?? assert.fail("not started");
/** The kinds of the last lines of the audit trail, and the names of events. */
function trailEnd(): readonly string[] {
  const text = readFileSync(join(workspace.folder, ".glovebox/audit.jsonl"), "utf8");
  const lines = text.trimEnd().split("\n").slice(-4);
  return lines.map((line) => {
    const { kind, event } = JSON.parse(line) as { readonly kind: string; readonly event?: string };
    return event ?? kind;
  });
}

const textOf = (message: Message): string => message.result?.content?.[0]?.text ?? "";

test("answers each broken line and goes on", async (t) => {
  const client = await connect(t);
  const lines: [line: string, code: number, id?: number][] = [
    ["no json", -32700],
    ["\u0000\u0001{", -32700],
    ['{"jsonrpc":"2.0","id":1', -32700],
    ['[{"jsonrpc":"2.0","id":2,"method":"ping"}]', -32600],
    ["[]", -32600],
    ["null", -32600],
    ["7", -32600],
    ['{"jsonrpc":"1.0","id":3,"method":"ping"}', -32600, 3],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600],
    ['{"jsonrpc":"2.0","id":4,"method":5}', -32600, 4],
    ['{"jsonrpc":"2.0","id":5,"result":"unasked"}', -32600],
    [
      `{"jsonrpc":"2.0","id":6,"method":"ping","params":${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
      -32600,
      6,
    ],
    [
      `{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":${'{"x":'.repeat(200)}1${"}".repeat(200)}}}`,
      -32600,
      7,
    ],
  ];
  for (const [line, code, id] of lines) {
    const seen = client.messages.length;
    client.send(line);
    const answer = await client.find((message) => client.messages.indexOf(message) >= seen);
    assert.equal(answer.error?.code, code, line.slice(0, 60));
    assert.equal(answer.id, id, line.slice(0, 60));
  }
  client.child.stdin.write(Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]));
  await until(
    () => client.messages.filter((message) => message.error?.code === -32700).length === 4,
    "invalid UTF-8 is answered",
  );
  client.send("");
  client.send({ id: 8, method: "ping" });
  assert.deepEqual((await client.answer(8)).result, {});
});

test("skips a line that is too long without holding it, and goes on", async (t) => {
  const client = await connect(t);
  const piece = "x".repeat(1024 * 1024);
  client.child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"');
  for (let count = 0; count < 64; count += 1) client.child.stdin.write(piece);
  client.send('"}}');
  assert.equal((await client.find((message) => message.error !== undefined)).error?.code, -32600);
  client.send({ id: 2, method: "ping" });
  assert.deepEqual((await client.answer(2)).result, {});
});

test("accepts a message that arrives byte by byte, and several in one piece", async (t) => {
  const client = await connect(t);
  for (const byte of Buffer.from('{"jsonrpc":"2.0","id":"é","method":"ping"}\r\n')) {
    client.child.stdin.write(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await client.answer("é");
  client.child.stdin.write(
    [1, 2, 3].map((id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`).join(""),
  );
  await Promise.all([1, 2, 3].map((id) => client.answer(id)));
});

test("refuses an unknown tool, an unknown method and an unknown resource by protocol error", async (t) => {
  const client = await connect(t);
  client.call(1, "fixture__missing", {});
  client.call(2, "__proto__", {});
  client.send({ id: 3, method: "tools/install", params: {} });
  client.send({ id: 4, method: "resources/read", params: { uri: "file:///etc/passwd" } });
  client.send({ id: 5, method: "tools/call", params: { name: "fixture__echo", arguments: [] } });
  assert.equal((await client.answer(1)).error?.code, -32602);
  assert.equal((await client.answer(2)).error?.code, -32602);
  assert.equal((await client.answer(3)).error?.code, -32601);
  assert.equal((await client.answer(4)).error?.code, -32602);
  assert.equal((await client.answer(5)).error?.code, -32602);
});

test("answers wrong arguments and foreseen failures in the one error schema, as text and structured", async (t) => {
  const client = await connect(t);
  client.call(1, "fixture__echo", { text: 5 });
  client.call(2, "fixture__divide", { number: 1, by: 0 });
  client.call(3, "report_pattern_debt", { color: "red" });
  client.call(4, "report_pattern_debt", { severity: "huge" });
  for (const [id, code] of [
    [1, "INVALID_ARGUMENTS"],
    [2, "INVALID_INPUT"],
    [3, "INVALID_ARGUMENTS"],
    [4, "INVALID_ARGUMENTS"],
  ] as const) {
    const answer = await client.answer(id);
    assert.equal(answer.result?.isError, true);
    assert.equal(answer.result?.structuredContent?.["error_code"], code);
    assert.deepEqual(JSON.parse(textOf(answer)), answer.result?.structuredContent);
  }
});

test("reports progress strictly increasing, and only when asked", async (t) => {
  const client = await connect(t);
  client.call(1, "fixture__wait", { steps: 5, stepMs: 80 }, { progressToken: "p" });
  client.call(2, "fixture__wait", { steps: 3, stepMs: 80 });
  await Promise.all([client.answer(1), client.answer(2)]);
  const reports = client.messages.filter((message) => message.method === "notifications/progress");
  const progress = reports.map((message) => Number(message.params?.["progress"]));
  assert.ok(progress.length >= 2, "more than one report");
  assert.ok(
    reports.every(
      (message) => message.params?.["progressToken"] === "p" && message.params["total"] === 5,
    ),
  );
  assert.deepEqual(
    progress,
    [...new Set(progress)].toSorted((a, b) => a - b),
  );
});

test(
  "cancelling a call ends its runner and sends nothing more for it",
  { skip: process.platform !== "linux" },
  async (t) => {
    const client = await connect(t);
    client.call("first", "fixture__echo", { text: "warm" });
    await client.answer("first");
    client.call("long", "fixture__wait", { steps: 100, stepMs: 90 }, { progressToken: "p" });
    await client.find((message) => message.method === "notifications/progress");
    client.call("other", "fixture__wait", { steps: 5, stepMs: 100 });
    const running = descendantsOf(pidOf(client));
    client.send({
      method: "notifications/cancelled",
      params: { requestId: "long", reason: "no longer wanted" },
    });
    await until(() => stillAlive(running).length < running.length, "a runner ends");
    const seen = client.messages.length;
    assert.equal(textOf(await client.answer("other")), "waited");
    client.call("next", "fixture__echo", { text: "still here" });
    assert.equal(textOf(await client.answer("next")), "still here");
    const later = client.messages
      .slice(seen)
      .filter((message) => message.id === "long" || message.method === "notifications/progress");
    assert.deepEqual(later, []);
  },
);

test("runs two calls at once, and turns some of fifty away with a time to come back", async (t) => {
  const client = await connect(t);
  client.call("slow", "fixture__wait", { steps: 10, stepMs: 50 });
  client.call("quick", "fixture__echo", { text: "quick" });
  await client.answer("quick");
  assert.ok(
    !client.messages.some((message) => message.id === "slow"),
    "the quick one did not wait for the slow one",
  );
  // Both runners are held, or the echoes would be answered faster than they are read.
  for (const id of ["held", "too"]) client.call(id, "fixture__wait", { steps: 1, stepMs: 1000 });
  for (let id = 0; id < 50; id += 1) client.call(id, "fixture__echo", { text: String(id) });
  const answers = await Promise.all(Array.from({ length: 50 }, (_, id) => client.answer(id)));
  const refused = answers.filter((answer) => answer.result?.isError);
  assert.ok(refused.length > 0 && refused.length < 50, `${refused.length} refused`);
  for (const answer of refused) {
    assert.equal(answer.result?.structuredContent?.["error_code"], "OVERLOADED");
    assert.equal(typeof answer.result.structuredContent["retry_after"], "number");
  }
  answers.forEach((answer, id) =>
    assert.ok(answer.result?.isError || textOf(answer) === String(id)),
  );
});

test("answers what runs when it is told to stop, and waits for nothing", async (t) => {
  const client = await connect(t);
  client.call(1, "fixture__spin", {});
  client.call(2, "fixture__wait", { steps: 100, stepMs: 90 }, { progressToken: 1 });
  await client.find((message) => message.method === "notifications/progress");
  client.child.kill("SIGTERM");
  for (const id of [1, 2]) {
    const { result } = await client.answer(id);
    assert.equal(result?.structuredContent?.["error_code"], "SERVER_STOPPING");
  }
  assert.equal(await client.exited, 0);
});

test("lets go of a client that takes nothing, and says why", async (t) => {
  const client = await connect(t);
  client.child.stdout.pause();
  for (let id = 0; id < 4000; id += 1) client.send({ id, method: "tools/list" });
  assert.equal(await client.exited, 0);
  assert.match(client.stderr, /taken nothing of \d+ bytes for 10 s/);
  client.strayLines.splice(0);
});

for (const [how, end] of [
  ["stdin ends", (client: RawClient) => client.child.stdin.end()],
  ["SIGTERM", (client: RawClient) => client.child.kill("SIGTERM")],
  ["SIGINT", (client: RawClient) => client.child.kill("SIGINT")],
  ["SIGHUP", (client: RawClient) => client.child.kill("SIGHUP")],
  ["SIGKILL", (client: RawClient) => client.child.kill("SIGKILL")],
] as const)
  test(
    `leaves no process behind after ${how}, in the middle of calls`,
    { skip: process.platform !== "linux" },
    async (t) => {
      const client = await connect(t);
      client.call(1, "fixture__spin", {});
      client.call(2, "fixture__wait", { steps: 100, stepMs: 100 }, { progressToken: 1 });
      await client.find((message) => message.method === "notifications/progress");
      const processes = descendantsOf(pidOf(client));
      assert.ok(processes.length > 0);
      end(client);
      const code = await client.exited;
      if (how !== "SIGKILL") {
        assert.equal(code, 0);
        assert.deepEqual(trailEnd(), ["call", "call", "stop", "checkpoint"]);
      }
      await until(() => stillAlive(processes).length === 0, `${how} ends every process`);
    },
  );

test(
  "ends after its input although the client never reads what it asked for",
  { skip: process.platform !== "linux" },
  async (t) => {
    const client = await connect(t);
    client.child.stdout.pause();
    client.child.stderr.pause();
    for (let id = 0; id < 3000; id += 1) client.send({ id, method: "tools/list" });
    for (let count = 0; count < 3000; count += 1) client.send("no json");
    client.child.stdin.end();
    const pid = pidOf(client);
    await until(() => stillAlive([pid]).length === 0, "the server ends", 30_000);
    await client.exited;
    // What nobody read can end in the middle of a message.
    assert.ok(client.strayLines.splice(0).length <= 1);
  },
);
