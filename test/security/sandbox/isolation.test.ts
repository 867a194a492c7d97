// What one plugin's death and one plugin's residue do to others, and to its own later calls. Real processes, really sealed.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeProcessPowers } from "../../../runtime/powers/process.ts";
import type { SandboxError } from "../../../runtime/sandbox/errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../../../runtime/sandbox/limits.ts";
import { openSandbox } from "../../../runtime/sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../../../runtime/sandbox/programs.ts";
import type {
  Isolation,
  PluginAnswer,
  Sandbox,
  SealedPlugin,
  Transpiled,
} from "../../../runtime/sandbox/sandbox.ts";
import { sealedChildren } from "../../helpers/sealed-children.ts";

/**
 * Stands for native code that got out of its instance: what the runner loads keeps a count outside of every instance,
 * dies when it is told to, and never ends when it is told to.
 */
const TAKEN_OVER = code(`(() => {
  let seen = 0;
  const act = (name) => {
    if (name === "die") { const held = []; for (;;) held.push(new Array(100000).fill(seen)); }
    if (name === "spin") for (;;);
    seen += 1;
    return String(seen);
  };
  return () => () => ({ tools: { callTool: act } });
})()`);
const BROKEN = code("throw new Error('broken')");

let sandbox: Sandbox;
before(async () => {
  sandbox = await openSandbox(makeProcessPowers(SEALED_FOLDER));
});
after(() => sandbox.close());
let opened: SealedPlugin[] = [];
beforeEach(async () => {
  await Promise.all(opened.map((plugin) => plugin.close()));
  opened = [];
});

function code(script: string): Transpiled {
  return { script: new TextEncoder().encode(script), modules: [] };
}

function open(
  isolation: Isolation,
  limits: Partial<Limits> = {},
  transpiled = TAKEN_OVER,
): SealedPlugin {
  const plugin = sandbox.openPlugin({
    plugin: "p",
    transpiled,
    isolation,
    limits: { ...DEFAULT_LIMITS, ...limits },
    granted: [],
    brokers: [],
  });
  opened.push(plugin);
  return plugin;
}

let callCount = 0;
function call(
  plugin: SealedPlugin,
  name: string,
  signal = new AbortController().signal,
): Promise<PluginAnswer> {
  callCount += 1;
  const scope = { callId: String(callCount), plugin: "p", tool: name, signal };
  return plugin.call({ scope, export: ["tools", "callTool"], args: [name], context: null });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "ok",
    (error: SandboxError) => error.code,
  );
}

/** Waits until the processes are as the test needs them. */
async function until(holds: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!holds()) {
    assert.ok(performance.now() < endMs, `never happened: ${what}`);
    await sleep(5);
  }
}

test("native code that stays in a runner sees the plugin's later calls: debt GB-015", async () => {
  const plugin = open("plugin");
  assert.equal((await call(plugin, "count")).value, "1");
  assert.equal((await call(plugin, "count")).value, "2");
});

test("with isolation: call, what stays in a process is never seen by another call", async () => {
  const plugin = open("call", { concurrentCalls: 2, queuedCalls: 100 });
  for (let count = 0; count < 5; count += 1) assert.equal((await call(plugin, "count")).value, "1");
  const together = await Promise.all(Array.from({ length: 20 }, () => call(plugin, "count")));
  assert.deepEqual(new Set(together.map(({ value }) => value)), new Set(["1"]));
});

test("with isolation: call, also a call that failed, was stopped or cancelled leaves nothing to the next", async () => {
  const plugin = open("call", { deadlineMs: 400 });
  const cancel = new AbortController();
  await call(plugin, "count");
  assert.equal(await codeOf(call(plugin, "spin")), "ERR_CALL_DEADLINE");
  assert.equal((await call(plugin, "count")).value, "1");
  const cancelled = codeOf(call(plugin, "spin", cancel.signal));
  setTimeout(() => cancel.abort(), 50);
  assert.equal(await cancelled, "ERR_CALL_CANCELLED");
  assert.equal((await call(plugin, "count")).value, "1");
  const given = codeOf(call(plugin, "count", AbortSignal.abort()));
  assert.equal(await given, "ERR_CALL_CANCELLED");
  assert.equal((await call(plugin, "count")).value, "1");
});

test("with isolation: call, a process is gone after its answer, and one more stands ready for the next", async () => {
  const plugin = open("call");
  await until(() => sealedChildren().length === 1, "only a spare is left of the other tests");
  await call(plugin, "count");
  for (let count = 0; count < 3; count += 1) {
    await until(() => sealedChildren().length === 2, "one for the next call, and one spare");
    await sleep(150);
    const ready = new Set(sealedChildren());
    assert.equal(ready.size, 2);
    assert.equal((await call(plugin, "count")).value, "1");
    await until(
      () => sealedChildren().filter((pid) => ready.has(pid)).length === 1,
      "the used one is gone",
    );
  }
});

test("with isolation: call, no more processes than calls at once and one ahead, whatever is asked", async () => {
  const plugin = open("call", { concurrentCalls: 3, queuedCalls: 1000 });
  let most = 0;
  const looking = setInterval(() => (most = Math.max(most, sealedChildren().length)), 5);
  await Promise.all(Array.from({ length: 40 }, () => call(plugin, "count")));
  clearInterval(looking);
  assert.ok(most <= 3 + 1 + 1, `${most} processes; three, one ahead and a spare were allowed`);
});

test("a plugin that dies on every call holds up no call of another", async () => {
  const other = open("plugin");
  await call(other, "count");
  let answered = 1;
  for (let death = 0; death < 5; death += 1) {
    const dying = open("plugin");
    const over = new AbortController();
    const startedMs = performance.now();
    const died = codeOf(call(dying, "die")).finally(() => over.abort());
    let slowestMs = 0;
    let during = 0;
    while (!over.signal.aborted) {
      const sentMs = performance.now();
      answered += 1;
      assert.equal((await call(other, "count")).value, String(answered), "its runner lives on");
      slowestMs = Math.max(slowestMs, performance.now() - sentMs);
      during += 1;
    }
    assert.equal(await died, "ERR_CALL_MEMORY");
    assert.ok(during >= 5, `${during} answers while one died`);
    assert.ok(slowestMs < performance.now() - startedMs, "nobody waited for the whole of it");
    await dying.close();
  }
});

test("backs off longer and longer from a plugin whose runners are killed in every call, and forgives after one answer", async () => {
  const plugin = open("plugin", { concurrentCalls: 1 });
  const killed = async (): Promise<SandboxError> => {
    const outcome = call(plugin, "spin").catch((error: SandboxError) => error);
    await sleep(150);
    // Its runner and the spare: nobody can tell from outside which is which.
    const ended = sealedChildren();
    for (const pid of ended) process.kill(pid, "SIGKILL");
    await until(() => !sealedChildren().some((pid) => ended.includes(pid)), "they are gone");
    await sleep(50);
    return (await outcome) as SandboxError;
  };
  const codes: string[] = [];
  for (let time = 0; time < 3; time += 1) codes.push((await killed()).code);
  // On a busy machine it may not have come further than its start.
  for (const code of codes) assert.match(code, /^ERR_(RUNNER_DIED|RUNNER_START|COMPONENT_LOAD)$/);
  const waits: number[] = [];
  for (let attempt = 0; attempt < 20 && waits.length < 4; attempt += 1) {
    const refused = (await call(plugin, "count").catch(
      (error: SandboxError) => error,
    )) as SandboxError;
    const isRefused = refused.code === "ERR_OVERLOADED";
    if (isRefused) {
      waits.push(refused.retryAfterMs ?? 0);
      await sleep((refused.retryAfterMs ?? 0) + 20);
    } else waits.length = 0;
    // On a busy machine the call may come when its wait is over: then it is answered, and all is forgiven.
    for (let time = 0; time < (isRefused ? 1 : 3) && waits.length < 4; time += 1) await killed();
  }
  assert.equal(waits.length, 4);
  assert.ok(waits.every((wait) => wait > 0));
  assert.ok(waits[3]! > waits[0]! * 3, `waits ${waits.join(", ")}`);
  assert.equal((await call(plugin, "count")).value, "1");
  assert.match((await killed()).code, /^ERR_(RUNNER_DIED|RUNNER_START|COMPONENT_LOAD)$/);
  assert.equal((await call(plugin, "count")).value, "1");
});

test("backs off from code that never loads, also where each call would have a process of its own", async () => {
  const plugin = open("call", {}, BROKEN);
  const codes: string[] = [];
  for (let count = 0; count < 5; count += 1) codes.push(await codeOf(call(plugin, "count")));
  assert.deepEqual(codes, [
    "ERR_COMPONENT_LOAD",
    "ERR_COMPONENT_LOAD",
    "ERR_COMPONENT_LOAD",
    "ERR_OVERLOADED",
    "ERR_OVERLOADED",
  ]);
});

test("backs off from code that never loads, although every caller gives up before", async () => {
  const plugin = open("plugin", { concurrentCalls: 1 }, BROKEN);
  const codes: string[] = [];
  for (let count = 0; count < 8; count += 1) {
    const cancel = new AbortController();
    const given = codeOf(call(plugin, "count", cancel.signal));
    // Inside the turnstile, with a runner on its way that no message has come from.
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    cancel.abort();
    codes.push(await given);
    // What it started goes on without it, and fails.
    await sleep(300);
  }
  assert.deepEqual(codes.slice(0, 3), Array<string>(3).fill("ERR_CALL_CANCELLED"));
  assert.ok(codes.includes("ERR_OVERLOADED"), codes.join(" "));
});
