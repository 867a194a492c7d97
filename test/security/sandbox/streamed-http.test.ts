// Bodies in pieces, both ways: a real guest behind the real seal, a real broker, and servers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { assertNothingOpen, serve, visit } from "../../helpers/streamed-visit.ts";

test("a request's body is sent while it is written, and the answer read before it is finished", async () => {
  await using upstream = await serve((incoming, outgoing) => {
    incoming.on("data", (chunk: Buffer) => outgoing.write(`<${chunk.toString()}>`));
    incoming.on("end", () => outgoing.end("end"));
  });
  await using guest = visit(upstream);
  const seen = await guest.run(`
    const asked = request("${upstream.origin}/", { method: "post" });
    const body = asked.body();
    const future = handler.handle(asked, undefined);
    const out = body.write();
    out.blockingWriteAndFlush(bytes("one"));
    const got = answer(future).consume();
    const stream = got.stream();
    const first = text(stream.blockingRead(100));
    out.blockingWriteAndFlush(bytes("two"));
    const second = text(stream.blockingRead(100));
    http.OutgoingBody.finish(body, undefined);
    return [first, second, readAll(stream)];`);
  assert.deepEqual(seen, ["<one>", "<two>", "end"]);
  await assertNothingOpen(upstream);
});

test("an answer's body is read in pieces as it arrives, by small reads too", async () => {
  let goOn = Promise.withResolvers<void>();
  await using upstream = await serve((incoming, outgoing) => {
    if (incoming.url === "/next") {
      goOn.resolve();
      outgoing.end();
      return;
    }
    outgoing.write("first");
    void goOn.promise.then(() => outgoing.end("second"));
  });
  await using guest = visit(upstream);
  const seen = await guest.run(`
    const stream = answer(get("${upstream.origin}/")).consume().stream();
    const first = text(stream.blockingRead(2)) + text(stream.read(2)) + text(stream.read(2));
    const nothing = stream.read(10).length;
    answer(get("${upstream.origin}/next"));
    stream.subscribe().block();
    return [first, nothing, readAll(stream)];`);
  assert.deepEqual(seen, ["first", 0, "second"]);
  await assertNothingOpen(upstream);
  goOn = Promise.withResolvers();
});

test("a gzip answer is decoded as it arrives, and nothing of its encoding is left to see", async () => {
  const text = "hello ".repeat(50_000);
  await using upstream = await serve((_incoming, outgoing) => {
    outgoing.setHeader("content-encoding", "gzip").end(gzipSync(text));
  });
  await using guest = visit(upstream);
  const seen = await guest.run(`
    const response = answer(get("${upstream.origin}/"));
    return [response.headers().has("content-encoding"), readAll(response.consume().stream()).length];`);
  assert.deepEqual(seen, [false, text.length]);
});

test("trailers come after a body that was read to its end, and none after one that was not", async () => {
  await using upstream = await serve((incoming, outgoing) => {
    outgoing.writeHead(200, { trailer: "x-sum" });
    outgoing.write(incoming.url === "/long" ? "x".repeat(1_000_000) : "body");
    outgoing.addTrailers({ "x-sum": "5", "set-cookie": "a=b" });
    outgoing.end();
  });
  await using guest = visit(upstream);
  const seen = await guest.run(`
    const trailers = (path, read) => {
      const body = answer(get("${upstream.origin}" + path)).consume();
      { const stream = body.stream(); read(stream); stream[Symbol.dispose](); }
      return answer(http.IncomingBody.finish(body))?.entries();
    };
    return [trailers("/", readAll), trailers("/long", (stream) => stream.blockingRead(1)) ?? null];`);
  assert.deepEqual(seen, [[["x-sum", "5"]], null]);
  await assertNothingOpen(upstream);
});

test("an answer that comes before the body is finished is read, and the rest of the body harms nobody", async () => {
  await using upstream = await serve(
    (_incoming, outgoing) => void outgoing.writeHead(401).end("no"),
  );
  await using guest = visit(upstream);
  for (const end of [
    "",
    "http.OutgoingBody.finish(body, undefined);",
    "out.blockingWriteAndFlush(bytes('more'));",
  ]) {
    const seen = await guest.run(`
      const asked = request("${upstream.origin}/", { method: "post" });
      const body = asked.body();
      const out = body.write();
      const future = handler.handle(asked, undefined);
      out.blockingWriteAndFlush(bytes("some"));
      const response = answer(future);
      const seen = [response.status(), readAll(response.consume().stream())];
      ${end}
      return seen;`);
    assert.deepEqual(seen, [401, "no"]);
    await assertNothingOpen(upstream);
  }
});

test("a redirect in the middle of a body gets all of it, also what was sent before", async () => {
  await using upstream = await serve((incoming, outgoing) => {
    if (incoming.url === "/there") incoming.pipe(outgoing);
    else incoming.once("data", () => outgoing.writeHead(307, { location: "/there" }).end());
  });
  await using guest = visit(upstream);
  const seen = await guest.run(`
    const asked = request("${upstream.origin}/", { method: "put" });
    const body = asked.body();
    const out = body.write();
    const future = handler.handle(asked, undefined);
    out.blockingWriteAndFlush(bytes("one "));
    const stream = answer(future).consume().stream();
    out.blockingWriteAndFlush(bytes("two"));
    http.OutgoingBody.finish(body, undefined);
    return readAll(stream);`);
  assert.equal(seen, "one two");
  await assertNothingOpen(upstream);
});

test("many answers are waited for at once, and the first of them comes first", async () => {
  await using upstream = await serve((incoming, outgoing) => {
    if (incoming.url === "/fast") outgoing.end("fast");
  });
  await using guest = visit(upstream);
  const seen = await guest.run(`
    const futures = ["/never", "/fast", "/nor"].map((path) => get("${upstream.origin}" + path));
    const pollables = futures.map((future) => future.subscribe());
    const ready = [...poll.poll(pollables)];
    const timer = monotonic.subscribeDuration(20000000);
    const late = [...poll.poll([pollables[0], timer, pollables[2]])];
    return [ready, late, futures[0].get() == null];`);
  assert.deepEqual(seen, [[1], [1], true]);
  await assertNothingOpen(upstream);
});
