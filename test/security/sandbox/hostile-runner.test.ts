// The channel against a runner that was taken over: native code after an engine bug, with fd 3 in its hands.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { HostError } from "@glovebox/host-api/errors";
import type { HostOperation } from "@glovebox/host-api/capability";
import { makeProcessPowers } from "../../../runtime/powers/process.ts";
import { Channel } from "../../../runtime/sandbox/channel.ts";
import { SandboxError, type SandboxErrorCode } from "../../../runtime/sandbox/errors.ts";
import { DEFAULT_LIMITS } from "../../../runtime/sandbox/limits.ts";
import { SEALED_FOLDER } from "../../../runtime/sandbox/programs.ts";
import type { CallTerms } from "../../../runtime/sandbox/running-call.ts";
import type { PluginCall } from "../../../runtime/sandbox/sandbox.ts";
import { makeSpawner } from "../../../runtime/sandbox/seal/sealed-process.ts";

const spawn = makeSpawner(makeProcessPowers(SEALED_FOLDER));
const channels: Channel[] = [];
after(async () => {
  for (const channel of channels)
    channel.end(new SandboxError("ERR_CALL_CANCELLED", "the test is over"));
  await Promise.all(channels.map((channel) => channel.exited));
});

const CODE = { script: Buffer.from("()=>{}"), modules: [] };
const MIB = 1024 * 1024;

/** Starts the hostile program in the runner's place. What is tested is the broker, so it runs without ring 5. */
function startHostile(mode: string, startMsMax = 10_000, loadMsMax = 10_000): Channel {
  const program = join(import.meta.dirname, "../../helpers/hostile-runner.cjs");
  const limits = { dataBytesMax: 1024 * MIB, residentBytesMax: 512 * MIB };
  const channel = new Channel(spawn({ seal: "none", program, programArgs: [mode], ...limits }), {
    startMsMax,
    loadMsMax,
  });
  channels.push(channel);
  return channel;
}

async function startLoaded(mode: string): Promise<Channel> {
  const channel = startHostile(mode);
  await channel.started;
  await channel.load(CODE, []);
  return channel;
}

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;
const KV: Readonly<Record<string, HostOperation>> = {
  "kv.get": () => ({ value: "held" }),
  "kv.slow": (_request, { signal }) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve({ value: 0 }))),
  "kv.huge": () => ({ value: null, body: new Uint8Array(17 * MIB) }),
  "kv.wrong": () => ({ value: 1n as never }),
  "kv.throws": () => {
    throw new Error("/host/path in a message");
  },
  "kv.refuses": () => Promise.reject(new HostError("quota-exceeded", "no room at /host/path")),
  "kv.cyclic": () => ({ value: cyclic as never }),
};
const ended: string[] = [];
const TERMS: CallTerms = {
  limits: { ...DEFAULT_LIMITS, deadlineMs: 1000, hostCalls: 200 },
  operations: new Map(Object.entries(KV)),
  brokers: [{ operations: KV, endCall: (callId) => void ended.push(callId) }],
};

function makeCall(callId: string, signal = new AbortController().signal): PluginCall {
  const scope = { callId, plugin: "p", tool: "t", signal };
  return { scope, export: ["tools", "callTool"], args: [], context: null };
}

function failToLog(): never {
  throw new Error("the disk is full");
}

function rejectsWith(promise: Promise<unknown>, code: SandboxErrorCode): Promise<void> {
  return assert.rejects(promise, { name: "SandboxError", code });
}

for (const [mode, code] of [
  ["never ready", "ERR_RUNNER_START"],
  ["exit at start", "ERR_RUNNER_START"],
  ["loaded before load", "ERR_CHANNEL_BREACH"],
  ["result before call", "ERR_CHANNEL_BREACH"],
  ["another protocol", "ERR_CHANNEL_BREACH"],
] as const) {
  test(`kills a runner that starts with: ${mode}`, async () => {
    const channel = startHostile(mode, 500);
    await rejectsWith(channel.started, code);
    await channel.exited;
  });
}

for (const [mode, code] of [
  ["never loaded", "ERR_COMPONENT_LOAD"],
  ["ready twice", "ERR_CHANNEL_BREACH"],
  ["load failed", "ERR_COMPONENT_LOAD"],
  ["host call while loading", "ERR_CHANNEL_BREACH"],
  ["abort while loading", "ERR_CALL_MEMORY"],
] as const) {
  test(`kills a runner that answers the load with: ${mode}`, async () => {
    const channel = startHostile(mode, 10_000, 500);
    await channel.started;
    await rejectsWith(channel.load(CODE, []), code);
    await channel.exited;
  });
}

for (const [mode, code] of [
  ["never answers", "ERR_CALL_DEADLINE"],
  ["busy loop", "ERR_CALL_DEADLINE"],
  ["loaded twice", "ERR_CHANNEL_BREACH"],
  ["forged id", "ERR_CHANNEL_BREACH"],
  ["host call with forged id", "ERR_CHANNEL_BREACH"],
  ["host call out of sequence", "ERR_CHANNEL_BREACH"],
  ["host call twice at once", "ERR_CHANNEL_BREACH"],
  ["result while owed an answer", "ERR_CHANNEL_BREACH"],
  ["host call of an earlier call", "ERR_CHANNEL_BREACH"],
  ["host call again with the same number", "ERR_CHANNEL_BREACH"],
  ["note with a body", "ERR_CHANNEL_BREACH"],
  ["key twice", "ERR_CHANNEL_BREACH"],
  ["not a number", "ERR_CHANNEL_BREACH"],
  ["number beyond all numbers", "ERR_CHANNEL_BREACH"],
  ["half a surrogate pair", "ERR_CHANNEL_BREACH"],
  ["empty frame", "ERR_CHANNEL_BREACH"],
  ["4 GiB header", "ERR_CHANNEL_BREACH"],
  ["body that never comes", "ERR_CALL_DEADLINE"],
  ["bodies of the largest size without end", "ERR_CALL_HOST_CALLS"],
  ["unknown capability", "ERR_CHANNEL_BREACH"],
  ["unknown operation", "ERR_CHANNEL_BREACH"],
  ["2 GiB body", "ERR_CHANNEL_BREACH"],
  ["large header", "ERR_CHANNEL_BREACH"],
  ["garbage", "ERR_CHANNEL_BREACH"],
  ["random bytes", "ERR_CHANNEL_BREACH"],
  ["deep JSON", "ERR_CHANNEL_BREACH"],
  ["forbidden key", "ERR_CHANNEL_BREACH"],
  ["log of numbers", "ERR_CHANNEL_BREACH"],
  ["log of unknown level", "ERR_CHANNEL_BREACH"],
  ["progress of words", "ERR_CHANNEL_BREACH"],
  ["change of nothing", "ERR_CHANNEL_BREACH"],
  ["change of a list with an address", "ERR_CHANNEL_BREACH"],
  ["update of no address", "ERR_CHANNEL_BREACH"],
  ["update of an endless address", "ERR_CHANNEL_BREACH"],
  ["flood of changes", "ERR_CALL_LOG"],
  ["flood of notes", "ERR_CALL_LOG"],
  ["flood of long notes", "ERR_CALL_LOG"],
  ["host storm", "ERR_CALL_HOST_CALLS"],
  ["exit", "ERR_RUNNER_DIED"],
  ["abort", "ERR_CALL_MEMORY"],
  ["closes the channel", "ERR_RUNNER_DIED"],
] as const) {
  test(`kills a runner that answers a call with: ${mode}`, async () => {
    const channel = await startLoaded(mode);
    // Where the deadline is not what ends it, there is time to get to what does, also on a busy machine.
    const deadlineMs = code === "ERR_CALL_DEADLINE" ? TERMS.limits.deadlineMs : 20_000;
    const terms = { ...TERMS, limits: { ...TERMS.limits, deadlineMs } };
    await rejectsWith(channel.call(makeCall(mode), terms), code);
    assert.equal(channel.state, "ended");
    await channel.exited;
    await new Promise(setImmediate);
    assert.deepEqual(
      ended.filter((callId) => callId === mode),
      [mode],
    );
  });
}

test("ends the one call once, and kills the runner, when a result comes twice", async () => {
  const channel = await startLoaded("result twice");
  assert.equal((await channel.call(makeCall("a"), TERMS)).value, "first");
  await channel.exited;
  await rejectsWith(channel.call(makeCall("b"), TERMS), "ERR_CHANNEL_BREACH");
});

for (const mode of [
  "note after the result",
  "host call after the result",
  "half a frame after the result",
  "half a frame while idle",
  "next result ahead of its call",
]) {
  test(`kills a runner between calls for a ${mode}, and the call before keeps its one answer`, async () => {
    const channel = await startLoaded(mode);
    assert.equal((await channel.call(makeCall("a"), TERMS)).value, "first");
    await channel.exited;
    assert.equal(channel.state, "ended");
    await rejectsWith(channel.call(makeCall("b"), TERMS), "ERR_CHANNEL_BREACH");
  });
}

for (const [mode, what] of [
  ["large frame at start", "a frame that no honest runner begins with"],
  ["body at start", "a body before any call"],
] as const) {
  test(`kills a runner that announces ${what}, before any of it has come`, async () => {
    const channel = startHostile(mode);
    await rejectsWith(channel.started, "ERR_CHANNEL_BREACH");
    await channel.exited;
  });
}

test("takes an answer that comes byte by byte", async () => {
  const channel = await startLoaded("byte by byte");
  assert.equal((await channel.call(makeCall("a"), TERMS)).value, "slow");
});

test("takes a log line while an answer is owed", async () => {
  const channel = await startLoaded("log while owed an answer");
  const lines: string[] = [];
  const onLog = (_level: string, message: string): void => void lines.push(message);
  assert.equal((await channel.call({ ...makeCall("a"), onLog }, TERMS)).value, "held");
  assert.deepEqual(lines, ["x"]);
});

test("refuses a capability without a grant, and lets the call go on", async () => {
  const channel = await startLoaded("asks without a grant");
  assert.equal((await channel.call(makeCall("a"), TERMS)).value, "not-permitted");
});

test("tells a runner only tags of what went wrong in the host", async () => {
  const channel = await startLoaded("asks for the impossible");
  const { value } = await channel.call(makeCall("a"), TERMS);
  assert.deepEqual(value, ["too-large", "internal", "internal", "quota-exceeded", "internal"]);
});

test("refuses an answer beyond the limit, and keeps the runner", async () => {
  const channel = await startLoaded("large answer");
  await rejectsWith(channel.call(makeCall("a"), TERMS), "ERR_CALL_OUTPUT");
  assert.equal(channel.state, "idle");
});

test("kills the runner of a call that is cancelled, and stops its host operation", async () => {
  const channel = await startLoaded("host call twice at once");
  const controller = new AbortController();
  const call = channel.call(makeCall("cancelled", controller.signal), TERMS);
  controller.abort();
  await rejectsWith(call, "ERR_CALL_CANCELLED");
  await channel.exited;
});

test("does not hand over a call that was cancelled before", async () => {
  const channel = await startLoaded("honest");
  await rejectsWith(channel.call(makeCall("a", AbortSignal.abort()), TERMS), "ERR_CALL_CANCELLED");
  assert.equal((await channel.call(makeCall("b"), TERMS)).value, "fine");
});

test("does not hand over arguments that are too large to carry", async () => {
  const channel = await startLoaded("honest");
  const call = { ...makeCall("a"), args: ["x".repeat(17 * MIB)] };
  await rejectsWith(channel.call(call, TERMS), "ERR_CALL_INPUT");
  assert.equal((await channel.call(makeCall("b"), TERMS)).value, "fine");
});

test("survives a caller whose log handler throws", async () => {
  const channel = await startLoaded("log while owed an answer");
  await rejectsWith(channel.call({ ...makeCall("a"), onLog: failToLog }, TERMS), "ERR_RUNNER_DIED");
});
