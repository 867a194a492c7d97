// Real components behind the real seal: each tries to take more than it may, and what it cannot take is named.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import type { HostOperation } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import { makeProcessPowers } from "../../../runtime/powers/process.ts";
import type { SandboxErrorCode } from "../../../runtime/sandbox/errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../../../runtime/sandbox/limits.ts";
import { openSandbox } from "../../../runtime/sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../../../runtime/sandbox/programs.ts";
import type {
  PluginAnswer,
  PluginCall,
  Sandbox,
  SealedPlugin,
  Transpiled,
} from "../../../runtime/sandbox/sandbox.ts";
import { buildToolsGuest, runWat } from "../../helpers/tools-guest.ts";

const GUEST = `
import { getValue, setValue } from "glovebox:plugin/kv@0.1.0";
import { write } from "glovebox:plugin/log@0.1.0";
import { report } from "glovebox:plugin/progress@0.1.0";
import { getContext } from "glovebox:plugin/context@0.1.0";
let calls = 0;
const attempt = (run) => { try { return run(); } catch (error) { return "refused: " + (error?.payload ?? error); } };
function callTool(name, args) {
  calls += 1;
  switch (name) {
    case "echo": return args;
    case "count": return String(calls);
    case "context": return getContext();
    case "loop": for (;;);
    case "memory": { const held = []; for (;;) held.push(new Uint8Array(1 << 20).fill(1)); }
    case "output": return "x".repeat(Number(args));
    case "storm": for (;;) attempt(() => getValue("k"));
    case "read": return attempt(() => String(getValue("k")));
    case "big": return attempt(() => setValue("k", new Uint8Array(Number(args))) ?? "stored");
    case "log": for (let i = 0; i < 100; i += 1) write("info", "line " + i); return "logged";
    case "flood": for (;;) write("error", "x".repeat(8000));
    case "progress": report(1, 2, "half"); return "reported";
    case "throw": throw new Error("guest words");
    case "recurse": return (function deeper(n) { return deeper(n + 1) + 1; })(0);
  }
}`;

/** Calls itself until the stack is gone, where the optimiser cannot make a loop of it. */
const RECURSION = runWat('(func $f (export "run") (result i32) (i32.add (call $f) (i32.const 1)))');
/** Takes page after page, and touches each. */
const GROWTH = runWat(`(memory 1) (func (export "run") (result i32) (local $at i32)
  (loop $more
    (drop (memory.grow (i32.const 16)))
    (memory.fill (local.get $at) (i32.const 1) (i32.const 65536))
    (local.set $at (i32.add (local.get $at) (i32.const 65536)))
    (br $more)) unreachable)`);
const START_LOOP = runWat(
  '(func $s (loop $l (br $l))) (start $s) (func (export "run") (result i32) i32.const 1)',
);
/** Each level instantiates the one below twice: 2^10 core instances out of half a kilobyte. */
const NESTED = nest(10);

function nest(levels: number): string {
  let inner = "(component $c0 (core module $m) (core instance (instantiate $m)))";
  for (let level = 1; level <= levels; level += 1) {
    inner = `(component $c${level} ${inner} (instance (instantiate $c${level - 1})) (instance (instantiate $c${level - 1})))`;
  }
  return inner;
}

let sandbox: Sandbox;
let quickjs: Transpiled;

before(async () => {
  sandbox = await openSandbox(makeProcessPowers(SEALED_FOLDER), { loadMsMax: 2000 });
  quickjs = await sandbox.transpile(await buildToolsGuest(GUEST));
});
after(() => sandbox.close());

const KV: Readonly<Record<string, HostOperation>> = {
  "kv.get": () => ({ value: true, body: new TextEncoder().encode("v") }),
  "kv.set": () => ({ value: null }),
};

function open(limits: Partial<Limits> = {}, transpiled = quickjs, kv = true): SealedPlugin {
  const brokers = kv ? [{ operations: KV }] : [];
  return sandbox.openPlugin({
    plugin: "p",
    transpiled,
    limits: { ...DEFAULT_LIMITS, deadlineMs: 5000, ...limits },
    granted: kv ? ["kv"] : [],
    brokers,
  });
}

let callCount = 0;
function tool(
  plugin: SealedPlugin,
  name: string,
  args = "",
  rest: Partial<PluginCall> & { signal?: AbortSignal } = {},
): Promise<PluginAnswer> {
  const { signal = new AbortController().signal, ...handlers } = rest;
  callCount += 1;
  const scope = { callId: String(callCount), plugin: "p", tool: name, signal };
  return plugin.call({
    scope,
    export: ["tools", "callTool"],
    args: [name, args],
    context: { call_id: scope.callId },
    ...handlers,
  });
}

async function run(wat: string, limits: Partial<Limits> = {}): Promise<JsonValue> {
  const plugin = open(limits, await sandbox.transpile(await parse(wat)), false);
  const scope = { callId: "run", plugin: "p", tool: "run", signal: new AbortController().signal };
  return (await plugin.call({ scope, export: ["run"], args: [], context: null })).value;
}

function rejectsWith(promise: Promise<unknown>, code: SandboxErrorCode): Promise<void> {
  return assert.rejects(promise, { name: "SandboxError", code });
}

/** Processes of this machine that run one of our sealed programs for this test. */
function sealedProcesses(): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      return parent === String(process.pid);
    } catch {
      return false;
    }
  });
}

test("runs behind a seal that the probe could not leave", () => {
  assert.notEqual(sandbox.seal.name, "none");
  assert.deepEqual(sandbox.seal.allowed, []);
});

test("answers a call, with its context, log and progress", async () => {
  const plugin = open();
  assert.equal((await tool(plugin, "echo", '{"a":"é\\n"}')).value, '{"a":"é\\n"}');
  assert.match((await tool(plugin, "context")).value as string, /"call_id"/);
  const lines: string[] = [];
  const onLog = (level: string, message: string): void => void lines.push(`${level} ${message}`);
  await tool(plugin, "log", "", { onLog });
  assert.deepEqual([lines.length, lines[99]], [100, "info line 99"]);
  const reports: unknown[] = [];
  await tool(plugin, "progress", "", { onProgress: (...args) => void reports.push(args) });
  assert.deepEqual(reports, [[1, 2, "half"]]);
});

test("gives every call an instance that no other call has touched", async () => {
  const plugin = open();
  for (let count = 0; count < 20; count += 1)
    assert.equal((await tool(plugin, "count")).value, "1");
});

test("answers host calls from the grant, and not-permitted without it", async () => {
  assert.notEqual((await tool(open(), "read")).value, "refused: not-permitted");
  assert.equal((await tool(open({}, quickjs, false), "read")).value, "refused: not-permitted");
});

test("refuses a host call that is too large to send, and goes on", async () => {
  const plugin = open();
  assert.equal((await tool(plugin, "big", String(1024 * 1024))).value, "stored");
  assert.equal((await tool(plugin, "big", String(17 * 1024 * 1024))).value, "refused: too-large");
});

test("kills an endless loop at its deadline while other calls go on, and calls again", async () => {
  const looping = open({ deadlineMs: 1000 });
  const other = open();
  await tool(looping, "echo");
  await tool(other, "echo");
  let ended = false;
  const startedMs = performance.now();
  const loop = rejectsWith(tool(looping, "loop"), "ERR_CALL_DEADLINE").then(() => (ended = true));
  let answered = 0;
  for (; answered < 50; answered += 1) await tool(other, "echo");
  assert.equal(ended, false);
  await loop;
  assert.ok(performance.now() - startedMs >= 950);
  assert.equal((await tool(looping, "count")).value, "1");
});

test("kills a loop in a start function while it loads", async () => {
  await rejectsWith(run(START_LOOP), "ERR_COMPONENT_LOAD");
});

test("kills a memory bomb", async () => {
  await rejectsWith(tool(open({ residentBytes: 160 * 1024 * 1024 }), "memory"), "ERR_CALL_MEMORY");
  await rejectsWith(run(GROWTH, { residentBytes: 160 * 1024 * 1024 }), "ERR_CALL_MEMORY");
});

test("refuses an answer beyond the limit", async () => {
  const plugin = open({ outputBytes: 1000 });
  assert.equal(((await tool(plugin, "output", "1000")).value as string).length, 1000);
  await rejectsWith(tool(plugin, "output", "1001"), "ERR_CALL_OUTPUT");
  await rejectsWith(tool(plugin, "output", String(20 * 1024 * 1024)), "ERR_CALL_OUTPUT");
  assert.equal((await tool(plugin, "count")).value, "1");
});

test("ends a recursion without end, in QuickJS and in WebAssembly", async () => {
  await rejectsWith(tool(open(), "recurse"), "ERR_CALL_STACK");
  await rejectsWith(run(RECURSION), "ERR_CALL_STACK");
});

test("kills a storm of host calls", async () => {
  await rejectsWith(tool(open({ hostCalls: 500 }), "storm"), "ERR_CALL_HOST_CALLS");
});

test("drops log lines beyond the limit, and kills a flood of them", async () => {
  const { logBytesDropped } = await tool(open({ logBytes: 100 }), "log");
  assert.ok(logBytesDropped > 500);
  await rejectsWith(tool(open(), "flood"), "ERR_CALL_LOG");
});

test("names a trap, and gives the next call a new instance", async () => {
  const plugin = open();
  await rejectsWith(tool(plugin, "throw"), "ERR_CALL_TRAP");
  assert.equal((await tool(plugin, "count")).value, "1");
});

test("refuses an export that is not there, also of Object's own", async () => {
  const plugin = open();
  for (const path of [
    ["nothing"],
    ["constructor"],
    ["tools", "__proto__"],
    ["tools", "toString"],
    [],
  ]) {
    const scope = { callId: "x", plugin: "p", tool: "x", signal: new AbortController().signal };
    await rejectsWith(
      plugin.call({ scope, export: path, args: [], context: null }),
      "ERR_CALL_TRAP",
    );
  }
});

test("refuses a component that multiplies its core instances", async () => {
  await rejectsWith(run(NESTED), "ERR_COMPONENT_LOAD");
});

test("cancels a running call and a waiting call, each at once", async () => {
  const plugin = open({ concurrentCalls: 1 });
  const [first, second] = [new AbortController(), new AbortController()];
  await tool(plugin, "echo");
  const running = rejectsWith(
    tool(plugin, "loop", "", { signal: first.signal }),
    "ERR_CALL_CANCELLED",
  );
  const waiting = rejectsWith(
    tool(plugin, "echo", "", { signal: second.signal }),
    "ERR_CALL_CANCELLED",
  );
  second.abort();
  await waiting;
  first.abort();
  await running;
  assert.equal((await tool(plugin, "count")).value, "1");
});

test("runs as many calls at once as it may, queues some, and turns the rest away with a time to retry", async () => {
  const plugin = open({ concurrentCalls: 2, queuedCalls: 3, deadlineMs: 3000 });
  const calls = Array.from({ length: 8 }, (_, index) => tool(plugin, "echo", String(index)));
  const results = await Promise.allSettled(calls);
  assert.deepEqual(
    results.slice(0, 5).map((result) => result.status === "fulfilled" && result.value.value),
    ["0", "1", "2", "3", "4"],
  );
  for (const result of results.slice(5)) {
    assert.ok(
      result.status === "rejected" &&
        result.reason.code === "ERR_OVERLOADED" &&
        result.reason.retryAfterMs > 0,
    );
  }
});

test("answers every call exactly once while its runners are killed at random", async () => {
  const plugin = open({ concurrentCalls: 2, queuedCalls: 100 });
  const ends: string[] = [];
  const over = new AbortController();
  const killer = (async () => {
    while (!over.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      const pid = sealedProcesses().at(Math.floor(Math.random() * 3));
      if (pid !== undefined) process.kill(Number(pid), "SIGKILL");
    }
  })();
  const calls = Array.from({ length: 60 }, async (_, index) => {
    try {
      ends.push(`${index} ${(await tool(plugin, "echo", "ok")).value as string}`);
    } catch (error) {
      ends.push(`${index} ${(error as { code: string }).code}`);
    }
  });
  await Promise.all(calls);
  over.abort();
  await killer;
  assert.equal(new Set(ends.map((end) => end.split(" ")[0])).size, 60);
  assert.equal(ends.length, 60);
  for (const end of ends)
    assert.match(end, / (ok|ERR_RUNNER_DIED|ERR_RUNNER_START|ERR_COMPONENT_LOAD|ERR_OVERLOADED)$/);
});

test("backs off from a plugin whose runners fail again and again", async () => {
  const broken = { script: new TextEncoder().encode("throw new Error('broken')"), modules: [] };
  const plugin = open({}, broken);
  const codes: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    await tool(plugin, "echo").catch((error: { code: string }) => codes.push(error.code));
  }
  assert.deepEqual(codes, [
    "ERR_COMPONENT_LOAD",
    "ERR_COMPONENT_LOAD",
    "ERR_COMPONENT_LOAD",
    "ERR_OVERLOADED",
    "ERR_OVERLOADED",
  ]);
});

test("ends what runs and what waits when a plugin is closed, and starts nothing afterwards", async () => {
  const plugin = open({ concurrentCalls: 1 });
  await tool(plugin, "echo");
  const running = rejectsWith(tool(plugin, "loop"), "ERR_CALL_CANCELLED");
  const waiting = rejectsWith(tool(plugin, "echo"), "ERR_CALL_CANCELLED");
  await plugin.close();
  await Promise.all([running, waiting]);
  await rejectsWith(tool(plugin, "echo"), "ERR_CALL_CANCELLED");
});

test("leaves no process when it is closed", async () => {
  const second = await openSandbox(makeProcessPowers(SEALED_FOLDER));
  const plugin = second.openPlugin({
    plugin: "p",
    transpiled: quickjs,
    limits: DEFAULT_LIMITS,
    granted: [],
    brokers: [],
  });
  const component = await parse(RECURSION);
  const call = rejectsWith(tool(plugin, "loop"), "ERR_CALL_CANCELLED");
  const transpile = rejectsWith(second.transpile(component), "ERR_TRANSPILE_FAILED");
  await Promise.all([second.close(), sandbox.close(), call, transpile]);
  assert.deepEqual(sealedProcesses(), []);
});
