// Honest conversations with bytes, lengths, words and turns changed, against the broker's end of the channel.
// GLOVEBOX_FUZZ_SECONDS makes it longer, GLOVEBOX_FUZZ_SEED runs one seed again.
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { after, before, test } from "node:test";
import { SandboxError } from "../../../runtime/sandbox/errors.ts";
import type { CallTerms } from "../../../runtime/sandbox/running-call.ts";
import { CALLS, recordConversation, TERMS } from "../../helpers/honest-conversations.ts";
import { makeCall, startHostile } from "../../helpers/hostile-channel.ts";
import { mutate, pick, randomBytes } from "../../helpers/mutate-frames.ts";
import { between, makeRandom } from "../../helpers/random.ts";
import { openSocketRoom, type SocketRoom } from "../../helpers/socket-channel.ts";

const SECONDS = Number(process.env["GLOVEBOX_FUZZ_SECONDS"] ?? 5);
const SEED = Number(process.env["GLOVEBOX_FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const MIB = 1024 * 1024;
/** Honest conversations are far quicker, and what waits for more than is said to it should not take long. */
const PATIENCE_MS = 100;
const AT_ONCE = 64;

/** Every way in which a hostile runner may make a start, a load or a call end. */
const EXPECTED = new Set([
  "ERR_RUNNER_START",
  "ERR_COMPONENT_LOAD",
  "ERR_RUNNER_DIED",
  "ERR_CHANNEL_BREACH",
  "ERR_CALL_DEADLINE",
  "ERR_CALL_MEMORY",
  "ERR_CALL_OUTPUT",
  "ERR_CALL_HOST_CALLS",
  "ERR_CALL_LOG",
  "ERR_CALL_STACK",
  "ERR_CALL_TRAP",
]);

let room: SocketRoom;
let honest: readonly Buffer[];
before(async () => {
  const cleanups: (() => unknown)[] = [];
  const later = { after: (act: unknown) => void cleanups.push(act as () => unknown) };
  room = await openSocketRoom();
  honest = await recordConversation(later);
  for (const act of cleanups) await act();
});
after(() => room.close());

interface Outcome {
  /** `ok`, or the code of what ended it: the start, the load, and each call. */
  readonly ends: readonly string[];
}

/** Plays the runner's part from `frames` while the broker goes through start, load and every call. */
async function converse(
  frames: readonly Buffer[],
  random: () => number,
  patienceMs = PATIENCE_MS,
): Promise<Outcome> {
  const limits = { startMsMax: patienceMs, loadMsMax: patienceMs };
  const { channel, runner } = await room.open(limits);
  const ends: string[] = [];
  const endedCalls: string[] = [];
  let settledCalls = 0;
  let heardAfterwards = 0;
  const settle = async (promise: Promise<unknown>): Promise<boolean> => {
    try {
      await promise;
      ends.push("ok");
      return true;
    } catch (error) {
      assert.ok(error instanceof SandboxError, `threw ${String(error)}`);
      assert.ok(EXPECTED.has(error.code), `ended as ${error.code}`);
      // The channel catches what it did not foresee: that would be a mistake of ours.
      if (error.code === "ERR_RUNNER_DIED" && error.cause !== undefined) throw error.cause;
      ends.push(error.code);
      return channel.state === "idle";
    }
  };
  const speaking = speak(runner, frames, random);
  if ((await settle(channel.started)) && (await settle(channel.load(CODE, ["kv"]))))
    for (const [index, [tool, args]] of CALLS.entries()) {
      const terms: CallTerms = {
        ...TERMS,
        limits: { ...TERMS.limits, deadlineMs: patienceMs, hostCalls: 20 },
        brokers: [{ operations: {}, endCall: (callId) => void endedCalls.push(callId) }],
      };
      const onLog = (): void => void (heardAfterwards += settledCalls > index ? 1 : 0);
      const call = { ...makeCall(String(index), { onLog }), args: [tool, args] };
      const goesOn = await settle(channel.call(call, terms));
      settledCalls += 1;
      if (!goesOn) break;
    }
  channel.end(new SandboxError("ERR_CALL_CANCELLED", "enough"));
  await channel.exited;
  runner.destroy();
  await speaking;
  assert.equal(heardAfterwards, 0, "a note was taken for a call that was over");
  await new Promise<void>((resolve) => setImmediate(resolve));
  assert.equal(endedCalls.length, channel.calls, "the brokers hear once of the end of each call");
  assert.equal(new Set(endedCalls).size, endedCalls.length);
  return { ends };
}

const CODE = { script: Buffer.from("()=>{}"), modules: [] };

/** One frame at a time, each after a word from the broker or a moment of silence, in pieces of any size. */
async function speak(
  runner: Socket,
  frames: readonly Buffer[],
  random: () => number,
): Promise<void> {
  let heard = (): void => {};
  runner.on("data", () => heard());
  runner.on("close", () => heard());
  const inPieces = random() < 0.2;
  const hurries = random() < 0.2;
  for (const frame of frames) {
    if (runner.destroyed) return;
    const word = new Promise<void>((resolve) => (heard = resolve));
    if (inPieces && frame.length > 0)
      for (let at = 0; at < frame.length;) {
        const length = between(random, 1, Math.max(1, frame.length >> 2));
        runner.write(frame.subarray(at, at + length));
        at += length;
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    else runner.write(frame);
    // A note and a trap need no word. An answer to a call does: the next call.
    if (!hurries && !frame.includes('"note"')) {
      let timer: NodeJS.Timeout | undefined;
      const silence = new Promise<void>((resolve) => (timer = setTimeout(resolve, 20)));
      await Promise.race([word, silence]);
      clearTimeout(timer);
    }
  }
}

test("an honest conversation goes through as it was recorded", async () => {
  const { ends } = await converse(honest, () => 0.5, 10_000);
  assert.deepEqual(ends, ["ok", "ok", "ok", "ok", "ok", "ERR_CALL_TRAP", "ok"]);
});

test(`ends every conversation that was tampered with in expected ways only, for ${SECONDS} s (seed ${SEED})`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const endMs = performance.now() + SECONDS * 1000;
  const startedMib = process.memoryUsage().rss / MIB;
  const counts = new Map<string, number>();
  let conversation = 0;
  let mostMib = 0;
  const run = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const seed = (SEED + conversation) >>> 0;
      conversation += 1;
      const random = makeRandom(seed);
      const frames =
        random() < 0.05
          ? Array.from({ length: between(random, 1, 5) }, () => randomBytes(random))
          : mutate(honest, random);
      try {
        const { ends } = await converse(frames, random);
        const last = ends.at(-1) ?? "nothing";
        counts.set(last, (counts.get(last) ?? 0) + 1);
      } catch (error) {
        const saying = frames.map((frame) => frame.toString("latin1").slice(0, 200)).join("\n");
        throw new Error(`GLOVEBOX_FUZZ_SEED=${seed} ${String(error)}\n${saying}`, { cause: error });
      }
      mostMib = Math.max(mostMib, process.memoryUsage().rss / MIB);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  t.diagnostic(`${conversation} conversations: ${JSON.stringify(Object.fromEntries(counts))}`);
  assert.ok(conversation > 20 * SECONDS, `only ${conversation} conversations`);
  assert.ok((counts.get("ERR_CHANNEL_BREACH") ?? 0) > conversation / 10, "the tampering bites");
  // Each conversation may announce 16 MiB, and none can fill it.
  assert.ok(mostMib - startedMib < 400, `memory went from ${startedMib} to ${mostMib} MiB`);
});

test("is no different with a process at the other end", async (t) => {
  const seed = SEED;
  const random = makeRandom(seed);
  for (let round = 0; round < 10; round += 1) {
    // What follows the load, sent by a program in the runner's place as the broker speaks to it.
    const frames = mutate(honest.slice(2), random).map((frame) => frame.toString("base64"));
    const { channel } = await startHostile(
      t,
      `for (const text of ${JSON.stringify(frames)}) { receive(); writeAll(Buffer.from(text, "base64")); }
      sleep(${pick([0, 1000], random)});`,
    );
    for (const [tool, args] of CALLS) {
      const terms = { ...TERMS, limits: { ...TERMS.limits, deadlineMs: 300 } };
      const error: unknown = await channel
        .call({ ...makeCall(tool), args: [tool, args] }, terms)
        .then(() => undefined)
        .catch((thrown: unknown) => thrown);
      if (error === undefined) continue;
      assert.ok(
        error instanceof SandboxError && EXPECTED.has(error.code),
        `seed ${seed}: ${JSON.stringify(error)}`,
      );
      if (channel.state === "ended") break;
    }
    channel.end(new SandboxError("ERR_CALL_CANCELLED", "enough"));
    await channel.exited;
  }
});
