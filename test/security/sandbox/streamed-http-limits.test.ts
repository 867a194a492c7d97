// Streams that end badly: servers that do what servers should not, and guests that let everything hang.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertNothingOpen, SECRET, serve, visit } from "../../helpers/streamed-visit.ts";

for (const [where, cut] of [
  ["in one piece", []],
  ["split over two chunks", [9]],
  ["one byte in each chunk", Array.from(SECRET, (_character, index) => index)],
] as const) {
  test(`a secret that comes back ${where} never reaches the guest, nor any part of it`, async () => {
    const body = Buffer.from(`${"before ".repeat(500)}${SECRET}${" after".repeat(500)}`);
    const at = body.indexOf(SECRET);
    await using upstream = await serve(async (_incoming, outgoing) => {
      const edges = [0, ...cut.map((offset) => at + offset), body.length];
      for (const [index, edge] of edges.entries()) {
        outgoing.write(body.subarray(edge, edges[index + 1] ?? body.length));
        await sleep(2);
      }
      outgoing.end();
    });
    await using guest = visit(upstream, { secret: true });
    const seen = (await guest.run(`
      let all = "";
      try {
        const stream = answer(get("${upstream.origin}/")).consume().stream();
        for (;;) all += text(stream.blockingRead(65536));
      } catch (error) { return [all, code(error)]; }`)) as [string, string];
    assert.equal(seen[1], "HTTP-request-denied");
    assert.ok(body.toString().startsWith(seen[0]));
    assert.ok(seen[0].length <= at);
    await assertNothingOpen(upstream);
  });
}

test("a secret in trailers is refused", async () => {
  await using upstream = await serve((_incoming, outgoing) => {
    outgoing.writeHead(200, { trailer: "x-echo" });
    outgoing.write("body");
    outgoing.addTrailers({ "x-echo": Buffer.from(SECRET).toString("base64") });
    outgoing.end();
  });
  await using guest = visit(upstream, { secret: true });
  const seen = await guest.run(`
    return err(() => readAll(answer(get("${upstream.origin}/")).consume().stream()))[0];`);
  assert.equal(seen, "err");
});

test("an endless answer ends at the cap, as the guest reads it", async () => {
  await using upstream = await serve((_incoming, outgoing) => {
    const pour = (): void => {
      while (!outgoing.destroyed && outgoing.write(Buffer.alloc(16_384)));
    };
    outgoing.on("drain", pour);
    pour();
  });
  await using guest = visit(upstream, { responseBytesMax: 1_000_000 });
  const seen = (await guest.run(`
    const stream = answer(get("${upstream.origin}/")).consume().stream();
    let size = 0;
    try { for (;;) size += stream.blockingRead(65536).length; }
    catch (error) { return [size, code(error)]; }`)) as [number, string];
  assert.ok(seen[0] <= 1_000_000);
  assert.equal(seen[1], "HTTP-response-body-size");
  await assertNothingOpen(upstream);
});

test("a guest that never reads holds back its server, and leaves nothing open", async () => {
  let sentBytes = 0;
  await using upstream = await serve((_incoming, outgoing) => {
    const pour = (): void => {
      while (sentBytes < 50_000_000 && !outgoing.destroyed && outgoing.write(Buffer.alloc(65_536)))
        sentBytes += 65_536;
    };
    outgoing.on("drain", pour);
    pour();
  });
  await using guest = visit(upstream, { responseBytesMax: 15 * 1024 * 1024 });
  await guest.run(`
    const stream = answer(get("${upstream.origin}/")).consume().stream();
    monotonic.subscribeDuration(300000000).block();`);
  await assertNothingOpen(upstream);
  // What kernels buffer between the two ends, and far below what the grant would let through.
  assert.ok(sentBytes < 12_000_000, `${sentBytes} bytes left the server`);
});

test("a guest that opens a thousand requests gets as many as are allowed, and places come back", async () => {
  await using upstream = await serve((incoming, outgoing) => {
    if (incoming.url === "/ok") outgoing.end("ok");
  });
  await using guest = visit(upstream);
  const seen = (await guest.run(`
    const futures = Array.from({ length: 1000 }, () => get("${upstream.origin}/never"));
    const codes = {};
    for (const future of futures) {
      const result = future.get();
      const code = result == null ? "under way" : result.val.val.tag;
      codes[code] = (codes[code] ?? 0) + 1;
    }
    return codes;`)) as Record<string, number>;
  assert.deepEqual(seen, { "under way": 8, "connection-limit-reached": 992 });
  await assertNothingOpen(upstream);
  const again = await guest.run(`
    return Array.from({ length: 20 }, () => answer(get("${upstream.origin}/ok")).status());`);
  assert.deepEqual(
    again,
    Array.from({ length: 20 }, () => 200),
  );
});

test("a place comes back when a guest drops what it holds in the middle", async () => {
  await using upstream = await serve((_incoming, outgoing) => void outgoing.write("x"));
  await using guest = visit(upstream);
  const seen = await guest.run(`
    let statuses = 0;
    for (let round = 0; round < 20; round += 1) {
      const future = get("${upstream.origin}/");
      const response = answer(future);
      statuses += response.status();
      future[Symbol.dispose]();
      if (round % 3 === 0) { response[Symbol.dispose](); continue; }
      const body = response.consume();
      response[Symbol.dispose]();
      if (round % 3 === 1) { body[Symbol.dispose](); continue; }
      const stream = body.stream();
      stream.blockingRead(1);
      stream[Symbol.dispose]();
      body[Symbol.dispose]();
    }
    return statuses;`);
  assert.equal(seen, 4000);
  await assertNothingOpen(upstream);
});

const TIMEOUTS: Readonly<Record<string, readonly [set: string, path: string]>> = {
  "the first byte": ["setFirstByteTimeout(50000000)", "/silent"],
  "the next byte": ["setBetweenBytesTimeout(50000000)", "/stalls"],
};
for (const [what, [set, path]] of Object.entries(TIMEOUTS)) {
  test(`a guest's own limit on the wait for ${what} is kept`, async () => {
    await using upstream = await serve((incoming, outgoing) => {
      if (incoming.url === "/stalls") outgoing.write("x");
    });
    await using guest = visit(upstream);
    const seen = await guest.run(`
      const options = new http.RequestOptions();
      options.${set};
      try { readAll(answer(get("${upstream.origin}${path}", { options })).consume().stream()); }
      catch (error) { return code(error); }`);
    assert.equal(seen, "HTTP-response-timeout");
    await assertNothingOpen(upstream);
  });
}

test("the grant's time ends a drip, however slowly the guest reads", async () => {
  await using upstream = await serve((_incoming, outgoing) => {
    const timer = setInterval(() => outgoing.write("x"), 10);
    outgoing.on("close", () => clearInterval(timer));
  });
  await using guest = visit(upstream, { timeoutMs: 300 });
  const seen = await guest.run(`
    const stream = answer(get("${upstream.origin}/")).consume().stream();
    try { for (;;) stream.blockingRead(100); } catch (error) { return code(error); }`);
  assert.equal(seen, "HTTP-response-timeout");
  await assertNothingOpen(upstream);
});

const ENDS: Readonly<Record<string, string>> = {
  returns: "return 1;",
  throws: "throw new Error('x');",
  exits: "exit.exit({ tag: 'ok' });",
  "loops until its deadline": "for (;;);",
  "waits until its deadline": "future.subscribe().block();",
};
for (const [how, end] of Object.entries(ENDS)) {
  test(`nothing is left open of a call that ${how} with streams both ways under way`, async () => {
    await using upstream = await serve((incoming, outgoing) => {
      if (incoming.url === "/body") outgoing.write("x");
    });
    await using guest = visit(upstream, { deadlineMs: 1500 });
    await guest
      .run(`
        const asked = request("${upstream.origin}/", { method: "post" });
        const body = asked.body();
        const future = handler.handle(asked, undefined);
        const out = body.write();
        out.blockingWriteAndFlush(bytes("never finished"));
        const stream = answer(get("${upstream.origin}/body")).consume().stream();
        stream.blockingRead(1);
        ${end}`)
      .catch(() => {});
    await assertNothingOpen(upstream);
    const left = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap");
    assert.deepEqual(left, []);
  });
}

test("a call that is cancelled lets go of its streams", async () => {
  await using upstream = await serve((_incoming, outgoing) => void outgoing.write("x"));
  await using guest = visit(upstream);
  const stop = new AbortController();
  const asked = guest.run(
    `const future = get("${upstream.origin}/"); for (const stream = answer(future).consume().stream(); ;) stream.blockingRead(10);`,
    stop.signal,
  );
  while (upstream.open.size === 0) await sleep(5);
  stop.abort();
  await assert.rejects(asked, { code: "ERR_CALL_CANCELLED" });
  await assertNothingOpen(upstream);
});

test("a body of another length than its content-length is not sent as if it were whole", async () => {
  const ends: string[] = [];
  await using upstream = await serve((incoming, outgoing) => {
    incoming.resume();
    incoming.on("end", () => ends.push(String(incoming.headers["content-length"])));
    incoming.on("error", () => ends.push("broken"));
    incoming.on("close", () => outgoing.end());
  });
  await using guest = visit(upstream);
  const seen = await guest.run(`
    const send = (parts) => {
      const asked = request("${upstream.origin}/", { method: "post", headers: [["content-length", "6"]] });
      const body = asked.body();
      const out = body.write();
      const future = handler.handle(asked, undefined);
      const written = err(() => parts.forEach((part) => out.blockingWriteAndFlush(bytes(part))))[0];
      out[Symbol.dispose]();
      return [written, err(() => http.OutgoingBody.finish(body, undefined))[0], settle(future).val.tag];
    };
    return [send(["one", "two"]), send(["one"]), send(["one", "two", "three"])];`);
  assert.deepEqual(seen, [
    ["ok", "ok", "ok"],
    ["ok", "err", "err"],
    ["err", "err", "err"],
  ]);
  await assertNothingOpen(upstream);
  // Of the first and the third six bytes arrive, which is what was announced. Half a body never ends well.
  assert.ok(ends.every((end) => end === "broken" || end === "6"));
});
