// The broker's end of streamed requests, asked as a hostile runner would ask.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallScope, HostAnswer } from "@glovebox/host-api/capability";
import { HostError } from "@glovebox/host-api/errors";
import { makeHttpBroker } from "@glovebox/host-api/http/broker";
import { parseGrant } from "@glovebox/host-api/http/grant";
import type { JsonValue } from "@glovebox/host-api/json";
import {
  httpPowers,
  loopbackGrant,
  type LocalServer,
  refusedAs,
  serve,
} from "../helpers/http-room.ts";

const NO_TIMES = [null, null, null];

function open(server: LocalServer) {
  const broker = makeHttpBroker(parseGrant(loopbackGrant(server)), httpPowers());
  const aborts = new Map<string, AbortController>();
  const scope = (callId: string): CallScope => {
    const abort = aborts.get(callId) ?? new AbortController();
    aborts.set(callId, abort);
    return { callId, plugin: "p", tool: "t", signal: abort.signal };
  };
  const ask = async (
    name: string,
    args: readonly JsonValue[],
    body = new Uint8Array(0),
    callId = "1",
  ): Promise<HostAnswer> => {
    const operation = broker.operations[`http.${name}`];
    assert.ok(operation !== undefined, name);
    return await operation({ args, body }, scope(callId));
  };
  const start = async (path = "/", callId = "1") =>
    (
      await ask(
        "open",
        ["GET", `${server.origin}${path}`, [], "whole", null, NO_TIMES],
        undefined,
        callId,
      )
    ).value as number;
  const end = (callId: string): void => {
    scope(callId);
    aborts.get(callId)?.abort();
    broker.endCall?.(callId);
  };
  return { ask, start, end, close: () => broker.close?.() };
}

const quiet = () => serve(() => {});

test("refuses arguments of every wrong shape", async () => {
  await using server = await quiet();
  const { ask, start, close } = open(server);
  const handle = await start();
  const url = `${server.origin}/`;
  const attacks: Readonly<Record<string, readonly (readonly JsonValue[])[]>> = {
    open: [
      [],
      ["GET", url, []],
      ["GET", url, [], "half", null, NO_TIMES],
      ["GET", url, [], "whole", null, null],
      ["GET", url, [], "whole", null, [null, null]],
      ["GET", url, [], "whole", null, [-1, null, null]],
      ["GET", url, [], "whole", null, [null, "1", null]],
      ["GET", url, [], "stream", null, NO_TIMES],
      ["POST", url, [], "stream", -1, NO_TIMES],
      ["POST", url, [], "stream", 1.5, NO_TIMES],
      ["CONNECT", url, [], "whole", null, NO_TIMES],
      ["GET", 7, [], "whole", null, NO_TIMES],
      ["GET", url, null, "whole", null, NO_TIMES],
    ],
    wait: [
      [],
      [[], 0],
      [null, 0],
      [[handle], 0],
      [[[handle]], 0],
      [[[handle, "heads"]], 0],
      [[[handle, "toString"]], 0],
      [[[handle + 1, "head"]], 0],
      [[[String(handle), "head"]], 0],
      [[[handle, "head"]], -1],
      [Array.from({ length: 257 }, () => [handle, "head"]), 0],
    ],
    read: [[handle], [handle, -1], [handle, null], [handle + 1, 1], [null, 1]],
    write: [[], [handle], [handle + 1], [handle, 1]],
    finish: [[handle], [null]],
    head: [[handle], [handle + 1], [{}]],
    trailers: [[handle], ["__proto__"]],
    close: [[], [handle + 1], [1.5]],
  };
  for (const [name, all] of Object.entries(attacks))
    for (const args of all)
      await assert.rejects(
        ask(name, args),
        refusedAs("invalid-argument"),
        `${name} ${JSON.stringify(args)}`,
      );
  for (const [name, args] of [
    ["read", [handle, 2 ** 30]],
    ["wait", [[[handle, "head"]], 2 ** 40]],
    ["open", ["POST", url, [], "stream", 2 ** 30, NO_TIMES]],
  ] as const)
    await assert.rejects(ask(name, args), refusedAs("too-large"));
  close();
});

test("a handle means nothing in another call, and nothing after its own", async () => {
  await using server = await quiet();
  const { ask, start, end, close } = open(server);
  const handle = await start("/", "1");
  for (const name of ["head", "trailers", "close", "finish"])
    await assert.rejects(ask(name, [handle], undefined, "2"), refusedAs("invalid-argument"));
  await assert.rejects(
    ask("wait", [[[handle, "head"]], 0], undefined, "2"),
    refusedAs("invalid-argument"),
  );
  end("1");
  await assert.rejects(ask("head", [handle], undefined, "1"), refusedAs("invalid-argument"));
  await assert.rejects(start("/", "1"), refusedAs("timed-out"));
  close();
});

test("a wait ends with its call, and with its time", async () => {
  await using server = await quiet();
  const { ask, start, end, close } = open(server);
  const handle = await start();
  assert.deepEqual((await ask("wait", [[[handle, "head"]], 10])).value, []);
  const waiting = ask("wait", [[[handle, "head"]], null]);
  end("1");
  // Whichever is seen first: the request that was stopped, or the call that ended.
  await waiting.catch((error: unknown) => assert.ok(error instanceof HostError));
  close();
});

test("answers that nobody reads are bounded in number, also when their servers have finished", async () => {
  await using server = await serve((_incoming, outgoing) => outgoing.end("x"));
  const { ask, start, close } = open(server);
  for (let count = 0; count < 64; count += 1) {
    const handle = await start();
    await ask("wait", [[[handle, "trailers"]], null]);
    // The end is there a moment after the last byte.
    while ((await ask("read", [handle, 100])).value === true)
      await ask("wait", [[[handle, "body"]], 100]);
  }
  await assert.rejects(start(), refusedAs("limit-exceeded"));
  close();
});

test("a body that is written in pieces is bounded as a whole", async () => {
  await using server = await serve((incoming) => void incoming.resume());
  const { ask, close } = open(server);
  const handle = (await ask("open", ["POST", `${server.origin}/`, [], "stream", null, NO_TIMES]))
    .value as number;
  const piece = new Uint8Array(256 * 1024);
  for (let count = 0; count < 4; count += 1) await ask("write", [handle], piece);
  await assert.rejects(ask("write", [handle], new Uint8Array(1)), refusedAs("too-large"));
  await ask("finish", [handle]);
  await assert.rejects(ask("write", [handle], new Uint8Array(1)), refusedAs("invalid-argument"));
  close();
});

test("trailers are bounded as headers are", async () => {
  await using server = await serve((_incoming, outgoing) => {
    outgoing.writeHead(200, { trailer: "x-many" });
    outgoing.write("x");
    const many = Array.from({ length: 4000 }, (_one, index) => [`x-${index}`, "y".repeat(60)]);
    outgoing.addTrailers(Object.fromEntries(many) as Record<string, string>);
    outgoing.end();
  });
  const { ask, start, close } = open(server);
  const handle = await start();
  await ask("wait", [[[handle, "head"]], null]);
  await assert.rejects(async () => {
    for (;;) {
      await ask("wait", [[[handle, "body"]], null]);
      if ((await ask("read", [handle, 100])).value === false) break;
    }
    assert.fail(`let through: ${JSON.stringify((await ask("trailers", [handle])).value).length}`);
  }, refusedAs("too-large"));
  close();
});
