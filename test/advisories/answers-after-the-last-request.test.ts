// A client was let go that took nothing of its answers while it asked on. One that had asked for all of them before the
// first was made was never looked at again: what waited for it was held for as long as its pipe was open.
import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { test, type TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { StdioTransport } from "../../runtime/server/stdio/stdio-transport.ts";

const MIB = 1024 * 1024;
const HELD_BYTES_MAX = 16 * MIB;
const PATIENCE_MS = 10_000;

interface Session {
  readonly output: Writable;
  isOver(): boolean;
  answer(count: number): Promise<void>;
  pass(ms: number): Promise<void>;
}

/** A client that has asked for everything, and was answered nothing. `take` hears of each piece that is there to be taken. */
async function openAsked(t: TestContext, take: (done: () => void) => void): Promise<Session> {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const input = new PassThrough();
  const output = new Writable({ write: (_chunk, _encoding, done) => take(done) });
  const transport = new StdioTransport({ input, output });
  t.after(() => transport.close());
  const asked: number[] = [];
  Object.assign(transport, {
    onmessage: ({ id }: { readonly id: number }) => void asked.push(id),
  });
  let isOver = false;
  void transport.closed.then(() => (isOver = true));
  await transport.start();
  const ids = Array.from({ length: 60 }, (_, id) => id);
  input.write(ids.map((id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`).join(""));
  while (asked.length < ids.length) await turn();
  return {
    output,
    isOver: () => isOver,
    async answer(count) {
      for (const id of asked.splice(0, count)) {
        await transport.send({ jsonrpc: "2.0", id, result: { big: "x".repeat(MIB) } });
        await turn();
      }
    },
    async pass(ms) {
      t.mock.timers.tick(ms);
      await turn();
    },
  };
}

test("lets go of a client that takes none of the answers to what it asked before", async (t) => {
  const session = await openAsked(t, () => undefined);
  await session.answer(20);
  assert.ok(session.output.writableLength > HELD_BYTES_MAX);
  await session.pass(PATIENCE_MS - 1);
  assert.equal(session.isOver(), false);
  await session.pass(1);
  assert.equal(session.isOver(), true);
});

test("lets nobody go who takes less than is answered meanwhile", async (t) => {
  let takeNext = (): void => undefined;
  const session = await openAsked(t, (done) => (takeNext = done));
  await session.answer(20);
  for (let round = 0; round < 3; round += 1) {
    takeNext();
    await session.answer(5);
    await session.pass(PATIENCE_MS);
    assert.equal(session.isOver(), false);
  }
  await session.pass(PATIENCE_MS);
  assert.equal(session.isOver(), true);
});
