// Calls that a runner is sent behind the one that it runs: whose turn it is only the broker decides.
import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { NotBegun } from "../../../runtime/sandbox/calls-behind.ts";
import { SandboxError } from "../../../runtime/sandbox/errors.ts";
import { makeCall, makeTerms } from "../../helpers/hostile-channel.ts";
import {
  frameOf,
  openLoaded,
  openSocketRoom,
  type SocketPair,
  type SocketRoom,
} from "../../helpers/socket-channel.ts";

let room: SocketRoom;
before(async () => {
  room = await openSocketRoom();
});
after(() => room.close());

const performed: string[] = [];
const TERMS = makeTerms(
  {
    "kv.get": (_request, { callId }) => {
      performed.push(callId);
      return { value: null };
    },
  },
  { deadlineMs: 20_000 },
);

interface Line {
  readonly channel: SocketPair["channel"];
  /** Calls with this number, in the order of the test. What became of it is in `ends`. */
  call(number: number, rest?: { readonly signal?: AbortSignal; readonly text?: string }): void;
  say(...frames: readonly object[]): Promise<void>;
  ends(): Readonly<Record<number, string>>;
}

async function openLine(t: TestContext): Promise<Line> {
  const { channel, runner } = await openLoaded(room, t);
  const ends: Record<number, string> = {};
  return {
    channel,
    ends: () => ({ ...ends }),
    call(number, { signal = new AbortController().signal, text = "" } = {}) {
      const call = makeCall(String(number), { args: [text] });
      channel.call({ ...call, scope: { ...call.scope, signal } }, TERMS).then(
        ({ value }) => (ends[number] = `answered ${JSON.stringify(value)}`),
        (error: unknown) =>
          (ends[number] =
            error instanceof NotBegun
              ? "not begun"
              : error instanceof SandboxError
                ? error.code
                : String(error)),
      );
    },
    async say(...frames) {
      runner.write(Buffer.concat(frames.map((frame) => frameOf(frame))));
      await sleep(30);
    },
  };
}

const resultOf = (number: number): object => ({ t: "result", id: number, value: number });

test("each has its turn, in order, however many answers come in one piece", async (t) => {
  const line = await openLine(t);
  for (let number = 1; number <= 5; number += 1) line.call(number);
  assert.equal(line.channel.room, 12);
  await line.say(resultOf(1));
  assert.deepEqual(line.ends(), { 1: "answered 1" });
  await line.say(resultOf(2), resultOf(3), {
    t: "note",
    id: 4,
    op: "log",
    args: ["info", "x"],
  });
  assert.deepEqual(Object.keys(line.ends()), ["1", "2", "3"]);
  assert.equal(line.channel.state, "calling");
  await line.say(resultOf(4), resultOf(5));
  assert.equal(line.ends()[5], "answered 5");
  assert.equal(line.channel.state, "idle");
});

test("nobody is behind a runner that runs nothing, nor behind sixteen, nor with a long message", async (t) => {
  const line = await openLine(t);
  assert.equal(line.channel.room, 0);
  line.call(1);
  line.call(2, { text: "x".repeat(5000) });
  for (let number = 3; number <= 18; number += 1) line.call(number);
  line.call(19);
  await sleep(1);
  assert.equal(line.channel.room, 0);
  assert.deepEqual(Object.keys(line.ends()), ["2", "19"]);
  assert.deepEqual([line.ends()[2], line.ends()[19]], ["not begun", "not begun"]);
});

for (const [what, frame] of [
  ["an answer", resultOf(2)],
  ["a host call", { t: "host", id: 2, seq: 1, op: "kv.get", args: [] }],
  ["a log line", { t: "note", id: 2, op: "log", args: ["info", "x"] }],
] as const) {
  test(`${what} in the name of a call before its turn ends the runner`, async (t) => {
    const line = await openLine(t);
    performed.length = 0;
    for (const number of [1, 2, 3]) line.call(number);
    await line.say(frame);
    assert.deepEqual(line.ends(), { 1: "ERR_CHANNEL_BREACH", 2: "not begun", 3: "not begun" });
    assert.deepEqual(performed, []);
  });
}

test("an answer behind the last call, or for one that is over, is a breach", async (t) => {
  const line = await openLine(t);
  line.call(1);
  line.call(2);
  await line.say(resultOf(1), resultOf(1));
  assert.deepEqual(line.ends(), { 1: "answered 1", 2: "ERR_CHANNEL_BREACH" });
});

test("a call that is cancelled before its turn never has one, and its runner ends then", async (t) => {
  const line = await openLine(t);
  const cancel = new AbortController();
  line.call(1);
  line.call(2, { signal: cancel.signal });
  line.call(3);
  await sleep(1);
  cancel.abort();
  await sleep(1);
  assert.deepEqual(line.ends(), { 2: "ERR_CALL_CANCELLED" });
  performed.length = 0;
  await line.say(resultOf(1), { t: "host", id: 2, seq: 1, op: "kv.get", args: [] });
  assert.deepEqual(line.ends(), {
    1: "answered 1",
    2: "ERR_CALL_CANCELLED",
    3: "not begun",
  });
  assert.equal(line.channel.state, "ended");
  assert.deepEqual(performed, []);
});

test("a call that takes long gives back those behind it, is answered, and its runner ends", async (t) => {
  const line = await openLine(t);
  for (const number of [1, 2, 3]) line.call(number);
  await sleep(1);
  assert.deepEqual(line.ends(), {});
  await sleep(250);
  assert.deepEqual(line.ends(), { 2: "not begun", 3: "not begun" });
  assert.equal(line.channel.room, 0, "nobody else goes behind it");
  await line.say(resultOf(1));
  assert.equal(line.ends()[1], "answered 1");
  assert.equal(line.channel.state, "ended");
});

test("nobody goes behind a call that has taken long already", async (t) => {
  const line = await openLine(t);
  line.call(1);
  assert.equal(line.channel.room, 16);
  await sleep(150);
  assert.equal(line.channel.room, 0);
  await line.say(resultOf(1));
  line.call(2);
  line.call(3);
  assert.equal(line.channel.room, 15);
  await line.say(resultOf(2), resultOf(3));
  assert.equal(line.ends()[3], "answered 3");
});

test("when a runner dies, only the call whose turn it was is lost", async (t) => {
  const line = await openLine(t);
  let isFree = false;
  for (const number of [1, 2, 3]) line.call(number);
  line.channel.whenFree(() => (isFree = true));
  await line.say(resultOf(1));
  assert.equal(isFree, false);
  line.channel.end(new SandboxError("ERR_RUNNER_DIED", "gone"));
  await sleep(1);
  assert.deepEqual(line.ends(), { 1: "answered 1", 2: "ERR_RUNNER_DIED", 3: "not begun" });
  assert.equal(isFree, true);
});
