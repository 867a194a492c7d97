// A runner that answered each call behind the last without reading any made the broker hold them all: they went around the
// bound on what it may leave unread. And around what waited to be sent before them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { SandboxError } from "../../runtime/sandbox/errors.ts";
import { FrameDecoder } from "../../runtime/sandbox/frames.ts";
import { makeCall, makeTerms } from "../helpers/hostile-channel.ts";
import { frameOf, openLoaded, openSocketRoom, type SocketRoom } from "../helpers/socket-channel.ts";

const MIB = 1024 * 1024;

let room: SocketRoom;
before(async () => {
  room = await openSocketRoom();
});
after(() => room.close());

const TERMS = makeTerms(
  { "kv.get": () => ({ value: true, body: new Uint8Array(4 * MIB) }) },
  { deadlineMs: 20_000 },
);

test("kills a runner that answers calls behind the last and reads none of them", async (t) => {
  const { channel, runner } = await openLoaded(room, t);
  runner.pause();
  const text = "x".repeat(4000);
  const codes = new Set<string>();
  const call = (): Promise<unknown> =>
    channel.call(makeCall("c", { args: [text] }), TERMS).catch((error: unknown) => {
      if (error instanceof SandboxError) codes.add(error.code);
    });
  let running = call();
  let answered = 0;
  for (; answered < 1000 && channel.state === "calling"; answered += 1) {
    // On a busy machine a call may be long that is short otherwise: then the next is none behind it.
    const behind = channel.room > 0 ? call() : undefined;
    await turn();
    runner.write(frameOf({ t: "result", id: 1 + answered, value: 0 }));
    await running;
    running = behind ?? call();
  }
  assert.ok(answered < 500, `${answered} calls were answered and not read`);
  assert.deepEqual([...codes], ["ERR_CHANNEL_BREACH"]);
});

test("what waits to be sent is sent before the calls behind it", async (t) => {
  const { channel, runner } = await openLoaded(room, t);
  runner.pause();
  const first = channel.call(makeCall("first"), TERMS);
  // It asks, and ends without having read what it was answered.
  runner.write(frameOf({ t: "host", id: 1, seq: 1, op: "kv.get", args: [] }));
  for (let turns = 0; turns < 50; turns += 1) await turn();
  runner.write(frameOf({ t: "result", id: 1, value: 1 }));
  await first;
  for (const name of ["second", "third"])
    channel.call(makeCall(name, { args: [name] }), TERMS).catch(() => undefined);
  const seen: unknown[] = [];
  const decoder = new FrameDecoder({ headerBytesMax: MIB, bodyBytesMax: 16 * MIB });
  runner.removeAllListeners("data").on("data", (chunk: Buffer) => {
    for (const { header } of decoder.push(chunk)) {
      const message: { readonly t: string; readonly args?: unknown[] } = JSON.parse(
        header.toString(),
      );
      if (message.t === "call" && message.args?.length === 1) seen.push(message.args);
    }
  });
  runner.resume();
  for (let turns = 0; turns < 10_000 && seen.length < 2; turns += 1) await turn();
  assert.deepEqual(seen, [["second"], ["third"]]);
});
