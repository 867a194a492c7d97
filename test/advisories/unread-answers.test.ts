// A runner that asked without ever reading made the broker hold every answer: 1.9 GB in three seconds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeCall, makeTerms, startHostile } from "../helpers/hostile-channel.ts";

const MIB = 1024 * 1024;

test("kills a runner that asks on and on without reading, and holds two answers at most", async (t) => {
  const { channel } = await startHostile(
    t,
    `const { id } = receive();
    for (let seq = 1; ; seq += 1) { send(host(id, seq, "kv.get")); sleep(100); }`,
  );
  let answers = 0;
  const answer = { value: true, body: new Uint8Array(15 * MIB) };
  const terms = makeTerms({ "kv.get": () => ((answers += 1), answer) });
  await assert.rejects(channel.call(makeCall("a"), terms), { code: "ERR_CHANNEL_BREACH" });
  assert.equal(answers, 3);
});

test("kills a runner that answers calls which it has not read", async (t) => {
  const { channel } = await startHostile(
    t,
    "receive(); send(result(1, 0)); for (let id = 2; ; id += 1) { sleep(300); send(result(id, 0)); }",
  );
  await channel.call(makeCall("a"), makeTerms({}));
  const call = (): Promise<unknown> =>
    channel.call(makeCall("a", { args: ["x".repeat(8 * MIB)] }), makeTerms({}));
  const calls = async (): Promise<void> => {
    for (let count = 0; count < 3; count += 1) await call();
  };
  await assert.rejects(calls(), { code: "ERR_CHANNEL_BREACH" });
});

test("takes answers of the largest size from the broker, one after the other", async (t) => {
  const { channel } = await startHostile(
    t,
    `const { id } = receive();
    for (let seq = 1; seq <= 20; seq += 1) { send(host(id, seq, "kv.get")); receive(); }
    send(result(id, "read"));
    receive();`,
  );
  const answer = { value: true, body: new Uint8Array(16 * MIB) };
  const terms = makeTerms({ "kv.get": () => answer }, { deadlineMs: 20_000 });
  assert.equal((await channel.call(makeCall("a"), terms)).value, "read");
});

test("goes on with a runner whose messages end where the broker's reads do", async (t) => {
  const { channel } = await startHostile(
    t,
    `const { id } = receive();
    for (let seq = 1; seq <= 3000; seq += 1) {
      const message = host(id, seq, "kv.get");
      send(message, Buffer.alloc(65536 * (1 + (seq % 3)) - frame(message).length));
      receive();
    }
    send(result(id, "read"));
    receive();`,
  );
  const answer = { value: true, body: new Uint8Array(220_000) };
  const terms = makeTerms({ "kv.get": () => answer }, { deadlineMs: 20_000 });
  assert.equal((await channel.call(makeCall("a"), terms)).value, "read");
});
