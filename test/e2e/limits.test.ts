// Every limit, driven over its edge by a real sealed plugin through the real server: the code that a client gets, and that
// the next call is none the worse.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { CallRecord } from "../../runtime/audit/record.ts";
import { LIMIT_ROWS } from "../../runtime/policy/read-limits.ts";
import { DEFAULT_LIMITS } from "../../runtime/sandbox/limits.ts";
import { readCalls } from "../helpers/audit-lines.ts";
import { runGlovebox as run } from "../helpers/run-glovebox.ts";
import {
  makeServedWorkspace,
  type Message,
  RawClient,
  runGlovebox,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

const GREEDY = join(import.meta.dirname, "../helpers/greedy-plugin");
const MIB = 1024 * 1024;

/** `greedy` has less than the default of everything, `roomy` more, `plain` the defaults. */
const LOW =
  "{ deadline: 3s, memory: 16MiB, output: 4KiB, host_calls: 20, log: 2KiB, concurrent_calls: 1, queued_calls: 2 }";
const HIGH =
  "{ deadline: 30s, memory: 512MiB, resident: 128MiB, output: 4MiB, host_calls: 100, log: 1MiB, concurrent_calls: 4, queued_calls: 9 }";

let workspace: ServedWorkspace;
let client: RawClient;
let lastId = 0;

before(async () => {
  const lowGrants = ["kv=16KiB", "filesystem=read-write,quota=16KiB,files_max=3"];
  workspace = await makeServedWorkspace([{ folder: GREEDY, grants: lowGrants }]);
  const file = "greedy/dist/greedy-1.0.0.tgz";
  const highGrants = ["kv=1MiB", "filesystem=read-write,quota=1MiB"];
  for (const [alias, grants] of [
    ["roomy", highGrants],
    ["plain", ["kv", "filesystem=read-write"]],
  ] as const) {
    const words = grants.flatMap((grant) => ["--grant", grant]);
    runGlovebox(["add", file, "--as", alias, "--yes", ...words], workspace.folder);
  }
  const text = readFileSync(workspace.configFile, "utf8")
    .replace(/^ {2}greedy:\n/m, `$&    limits: ${LOW}\n`)
    .replace(/^ {2}roomy:\n/m, `$&    limits: ${HIGH}\n`);
  writeFileSync(workspace.configFile, text);
  client = new RawClient(workspace);
  await client.initialize();
});
after(async () => {
  client?.child.stdin.end();
  await client?.exited;
  workspace?.remove();
});

function start(plugin: string, tool: string, args: object): Promise<Message> {
  lastId += 1;
  client.call(lastId, `${plugin}__${tool}`, args);
  return client.answer(lastId);
}

/** `ok`, or the error's code. */
function codeOf({ result }: Message): unknown {
  return result?.isError === true ? result.structuredContent?.["error_code"] : "ok";
}

async function callCode(plugin: string, tool: string, args: object): Promise<unknown> {
  return codeOf(await start(plugin, tool, args));
}

async function assertNextWorks(plugin: string): Promise<void> {
  const answer = await start(plugin, "count", {});
  assert.equal(answer.result?.content?.[0]?.text, "1", JSON.stringify(answer));
}

/** What the audit says of the last call. */
function lastRecord(): CallRecord {
  return readCalls(workspace.folder).at(-1) ?? assert.fail("no record");
}

/** Of each limit: what fits into the low one, what does not, and what is said of it. What does not fit is let through by the high one. */
const EDGES: readonly (readonly [
  limit: string,
  tool: string,
  inside: object,
  over: object,
  code: string,
])[] = [
  ["deadline", "count", {}, {}, "TIMEOUT"],
  ["memory", "allocate", { bytes: MIB }, { bytes: 32 * MIB }, "MEMORY_LIMIT"],
  ["output", "answer", { bytes: 4000 }, { bytes: 4097 }, "OUTPUT_LIMIT"],
  ["host_calls", "ask", { times: 20 }, { times: 21 }, "HOST_CALL_LIMIT"],
  ["kv quota", "store", { key: "a", bytes: 8000 }, { key: "b", bytes: 17_000 }, "KV_QUOTA"],
  ["files quota", "write", { path: "a", bytes: 8000 }, { path: "b", bytes: 17_000 }, "FILES_QUOTA"],
];

for (const [limit, tool, inside, over, code] of EDGES)
  test(`${limit}: lets through what fits, and says ${code} of what does not`, async () => {
    assert.equal(await callCode("greedy", tool, inside), "ok");
    const failing = limit === "deadline" ? "spin" : tool;
    assert.equal(await callCode("greedy", failing, over), code);
    await assertNextWorks("greedy");
    assert.equal(await callCode("roomy", tool, over), "ok", "the configuration raises it");
  });

test("resident: kills the whole process where the component's own memory is allowed more, and says MEMORY_LIMIT", async () => {
  assert.equal(await callCode("roomy", "allocate", { bytes: 8 * MIB }), "ok");
  assert.equal(await callCode("roomy", "allocate", { bytes: 400 * MIB }), "MEMORY_LIMIT");
  await assertNextWorks("roomy");
});

test("files_max: says FILES_QUOTA of one file too many", async () => {
  const codes: unknown[] = [];
  for (const path of ["1", "2", "3", "4", "5"])
    codes.push(await callCode("greedy", "write", { path, bytes: 1 }));
  assert.equal(codes.at(-1), "FILES_QUOTA");
  assert.equal(await callCode("roomy", "write", { path: "5", bytes: 1 }), "ok");
  await assertNextWorks("greedy");
});

test("log: drops and counts what is over, and says LOG_LIMIT of a flood", async () => {
  assert.equal(await callCode("greedy", "log", { lines: 5, bytes: 100 }), "ok");
  assert.equal(lastRecord()["log_bytes_dropped"], 0);
  assert.equal(await callCode("greedy", "log", { lines: 10, bytes: 100 }), "ok");
  // A line counts 200 bytes besides its text: six fit into 2 KiB.
  assert.equal(lastRecord()["log_bytes_dropped"], 4 * 300);
  assert.equal(await callCode("roomy", "log", { lines: 10, bytes: 100 }), "ok");
  assert.equal(lastRecord()["log_bytes_dropped"], 0);
  assert.equal(await callCode("roomy", "log", { lines: 25_000, bytes: 10 }), "LOG_LIMIT");
  await assertNextWorks("roomy");
});

test("what a call spent is in its record also when it failed", async () => {
  assert.equal(await callCode("greedy", "ask", { times: 21 }), "HOST_CALL_LIMIT");
  assert.partialDeepStrictEqual(lastRecord(), { status: "failed", host_calls: 21 });
  assert.equal(await callCode("roomy", "log", { lines: 25_000, bytes: 100 }), "LOG_LIMIT");
  assert.ok(lastRecord().log_bytes_dropped > MIB);
});

test("concurrent_calls and queued_calls: one runs, two wait, and the next is OVERLOADED with a time to come back", async () => {
  const running = start("greedy", "spin", {});
  const waiting = [start("greedy", "count", {}), start("greedy", "count", {})];
  const refused = await start("greedy", "count", {});
  assert.equal(codeOf(refused), "OVERLOADED");
  assert.ok(Number(refused.result?.structuredContent?.["retry_after"]) >= 1);
  assert.equal(codeOf(await running), "TIMEOUT");
  // They may wait as long as a call may take, which is as long as the one before them took.
  for (const answer of await Promise.all(waiting))
    assert.ok(["ok", "OVERLOADED"].includes(String(codeOf(answer))));
  await assertNextWorks("greedy");
  const together = Array.from({ length: 13 }, () => start("roomy", "count", {}));
  for (const answer of await Promise.all(together)) assert.equal(codeOf(answer), "ok");
});

test("every limit and quota is shown by inspect, and the defaults are marked", async () => {
  const shown = async (alias: string): Promise<ReadonlyMap<string, readonly string[]>> => {
    const { stdout, code } = await run(["inspect", alias], { cwd: workspace.folder });
    assert.equal(code, 0);
    const lines = stdout.slice(stdout.indexOf("Limits of one call")).split("\n").slice(2);
    return new Map(
      lines.filter(Boolean).map((line) => {
        const [key = "", amount = "", ...whose] = line.trim().split(/\s+/);
        return [key, [amount, whose.join(" ")]];
      }),
    );
  };
  const keys = [
    ...Object.keys(LIMIT_ROWS).map((key) => `limits.${key}`),
    "grants.kv.quota",
    "grants.filesystem.quota",
    "grants.filesystem.files_max",
    "isolation",
  ];
  const [plain, low] = [await shown("plain"), await shown("greedy")];
  assert.deepEqual([...plain.keys()], keys);
  assert.deepEqual([...low.keys()], keys);
  for (const [key, [, whose]] of plain) assert.equal(whose, "default", key);
  const same = ["limits.resident", "isolation"];
  for (const [key, [, whose]] of low)
    assert.equal(whose, same.includes(key) ? "default" : "set by the configuration", key);
  assert.deepEqual(low.get("limits.output"), ["4KiB", "set by the configuration"]);
  assert.deepEqual(plain.get("limits.deadline"), ["10s", "default"]);
  const { json } = await run(["inspect", "plain", "--json"], { cwd: workspace.folder });
  assert.partialDeepStrictEqual(json, {
    limits: DEFAULT_LIMITS,
    default_limits: DEFAULT_LIMITS,
    isolation: "plugin",
  });
});
