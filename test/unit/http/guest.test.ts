import assert from "node:assert/strict";
import { test } from "node:test";
import { GuestRefusal } from "@glovebox/host-api/guest";
import type { GuestChannel } from "@glovebox/host-api/guest";
import { makeHttpImports } from "@glovebox/host-api/http/guest";
import type { PluginResponse } from "@glovebox/host-api/http/guest";
import { httpErrorCode } from "@glovebox/host-api/http/wasi/error-code";
import { Fields } from "@glovebox/host-api/http/wasi/fields";
import type { FutureIncomingResponse } from "@glovebox/host-api/http/wasi/incoming";
import {
  IncomingBody,
  IncomingRequest,
  ResponseOutparam,
} from "@glovebox/host-api/http/wasi/incoming";
import {
  OutgoingBody,
  OutgoingRequest,
  OutgoingResponse,
  RequestOptions,
} from "@glovebox/host-api/http/wasi/outgoing";
import type { RequestScheme } from "@glovebox/host-api/http/wasi/outgoing";
import { Pollable, poll } from "@glovebox/host-api/io/poll";
import { IoError } from "@glovebox/host-api/io/streams";
import type { JsonValue } from "@glovebox/host-api/json";
import { duringCall } from "../../helpers/loopback.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => new TextDecoder().decode(value);

interface Sent {
  readonly operation: string;
  readonly args: readonly JsonValue[];
  readonly body: string | undefined;
}

const HEAD = { status: 201, url: "https://a.example/", headers: [["etag", "x"]] };

/**
 * The runner's end of a channel whose broker always says the same: what is sent is the subject here. The real broker's
 * side is in `test/security/sandbox/streamed-http.test.ts`.
 */
function channel(refusal?: string) {
  const sent: Sent[] = [];
  let reads = 0;
  const answers: Readonly<Record<string, (args: readonly JsonValue[]) => JsonValue>> = {
    "http.send": () => HEAD,
    "http.open": () => 7,
    "http.wait": ([items]) => Object.keys(items as object).map(Number),
    "http.head": () => HEAD,
    "http.read": () => (reads += 1) === 1,
    "http.trailers": () => [["x-sum", "5"]],
  };
  const end: GuestChannel = {
    call(operation, args, body) {
      sent.push({ operation, args, body: body === undefined ? undefined : text(body) });
      if (refusal !== undefined) throw new GuestRefusal(refusal);
      return { value: answers[operation]?.(args) ?? null, body: bytes("hello") };
    },
  };
  const imports = makeHttpImports({
    channel: end,
    note: () => {},
    granted: new Set(),
    call: { context: null },
    ...duringCall(),
  });
  const plugin = imports["glovebox:plugin/http"] as {
    send(
      method: string,
      url: string,
      headers: string,
      body: Uint8Array | undefined,
    ): PluginResponse;
  };
  const handler = imports["wasi:http/outgoing-handler"] as {
    handle(request: OutgoingRequest, options?: RequestOptions): FutureIncomingResponse;
  };
  return { sent, imports, plugin, handler };
}

function outgoing(scheme?: RequestScheme): OutgoingRequest {
  const request = new OutgoingRequest(Fields.fromList([["X-One", bytes("1")]]));
  request.setMethod({ tag: "post" });
  request.setScheme(scheme);
  request.setAuthority("a.example:8443");
  request.setPathWithQuery("/v1?x=y");
  return request;
}

/** What a WIT `err` carries: the thrown value itself. */
function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("send hands a request over and gives the answer back as flat values", () => {
  const { plugin, sent } = channel();
  assert.deepEqual(plugin.send("POST", "https://a.example/", '[["x-one","1"]]', bytes("body")), {
    status: 201,
    url: "https://a.example/",
    headers: '[["etag","x"]]',
    body: bytes("hello"),
  });
  assert.deepEqual(sent, [
    {
      operation: "http.send",
      args: ["POST", "https://a.example/", [["x-one", "1"]]],
      body: "body",
    },
  ]);
});

test("send throws a refusal as its bare tag", () => {
  assert.equal(
    thrown(() =>
      channel("refused-by-policy").plugin.send("GET", "https://a.example/", "[]", undefined),
    ),
    "refused-by-policy",
  );
  assert.equal(
    thrown(() => channel().plugin.send("GET", "https://a.example/", "not json", undefined)),
    "invalid-argument",
  );
});

const OPEN = ["POST", "https://a.example:8443/v1?x=y", [["X-One", "1"]]] as const;
const NO_TIMES = [null, null, null];
const names = (sent: readonly Sent[]) => sent.map(({ operation }) => operation);

test("a wasi request goes out at once, and its answer is taken once", () => {
  const { handler, sent } = channel();
  const future = handler.handle(outgoing());
  assert.deepEqual(sent, [
    { operation: "http.open", args: [...OPEN, "whole", null, NO_TIMES], body: "" },
  ]);
  future.subscribe().block();
  const result = future.get();
  assert.ok(result?.tag === "ok" && result.val.tag === "ok");
  const response = result.val.val;
  assert.equal(response.status(), 201);
  assert.equal(text(response.headers().get("ETag")[0]), "x");
  assert.deepEqual(future.get(), { tag: "err", val: undefined });
  assert.deepEqual(names(sent), ["http.open", "http.wait", "http.head"]);
});

test("a wasi response's body is a stream, once, and its trailers follow", () => {
  const { handler, sent } = channel();
  const future = handler.handle(outgoing());
  const result = future.get();
  future[Symbol.dispose]();
  assert.ok(result?.tag === "ok" && result.val.tag === "ok");
  const body = result.val.val.consume();
  result.val.val[Symbol.dispose]();
  const stream = body.stream();
  assert.equal(text(stream.blockingRead(3n)), "hel");
  assert.equal(text(stream.blockingRead(100n)), "lo");
  assert.deepEqual(
    thrown(() => stream.blockingRead(1n)),
    { tag: "closed" },
  );
  assert.equal(
    thrown(() => body.stream()),
    undefined,
  );
  stream[Symbol.dispose]();
  const trailers = IncomingBody.finish(body);
  const taken = trailers.get();
  assert.ok(taken?.tag === "ok" && taken.val.tag === "ok");
  assert.equal(text(taken.val.val?.get("X-Sum")[0]), "5");
  assert.deepEqual(trailers.get(), { tag: "err", val: undefined });
  trailers[Symbol.dispose]();
  assert.equal(names(sent).filter((name) => name === "http.close").length, 1);
});

test("a body that is finished before the request is handed over goes out whole", () => {
  const { handler, sent } = channel();
  const request = outgoing();
  const body = request.body();
  const stream = body.write();
  stream.blockingWriteAndFlush(bytes("one "));
  stream.write(bytes("two"));
  OutgoingBody.finish(body, new Fields());
  handler.handle(request);
  assert.deepEqual(sent, [
    { operation: "http.open", args: [...OPEN, "whole", null, NO_TIMES], body: "one two" },
  ]);
});

test("a body that is not finished goes out as it is written", () => {
  const { handler, sent } = channel();
  const request = outgoing();
  const body = request.body();
  const stream = body.write();
  stream.write(bytes("one "));
  handler.handle(request);
  stream.write(bytes("two"));
  OutgoingBody.finish(body, undefined);
  body[Symbol.dispose]();
  assert.deepEqual(sent, [
    { operation: "http.open", args: [...OPEN, "stream", null, NO_TIMES], body: "one " },
    { operation: "http.write", args: [7], body: "two" },
    { operation: "http.finish", args: [7], body: undefined },
  ]);
});

test("a body that is dropped before its end ends the request, and waiting for the answer is an error and no hang", () => {
  const { handler, sent } = channel();
  const request = outgoing();
  const body = request.body();
  const future = handler.handle(request);
  body[Symbol.dispose]();
  assert.deepEqual(names(sent), ["http.open", "http.close"]);
  poll([future.subscribe()]);
  assert.deepEqual(future.get(), {
    tag: "ok",
    val: { tag: "err", val: { tag: "HTTP-protocol-error" } },
  });
  future[Symbol.dispose]();
  assert.equal(sent.length, 2);
});

test("an answer that nobody takes is closed when the future goes", () => {
  const { handler, sent } = channel();
  handler.handle(outgoing())[Symbol.dispose]();
  assert.deepEqual(names(sent), ["http.open", "http.close"]);
});

test("many answers are waited for in one host call, beside a timer", () => {
  const { handler, sent } = channel();
  const futures = [1, 2, 3].map(() => handler.handle(outgoing()).subscribe());
  const timer = new Pollable({ ready: () => false, block: () => {}, leftMs: () => 250 });
  assert.deepEqual([...poll([timer, ...futures])], [1, 2, 3]);
  assert.deepEqual(sent.at(-1)?.args.at(-1), 250);
  assert.equal(sent.length, 4);
});

test("a body over the cap fails while it is written, as the request's, and is not finished without the rest", () => {
  const body = outgoing().body();
  const stream = body.write();
  stream.write(new Uint8Array(1024 * 1024));
  const error = thrown(() => stream.write(new Uint8Array(1))) as { tag: string; val: IoError };
  assert.equal(error.tag, "last-operation-failed");
  assert.deepEqual(httpErrorCode(error.val), { tag: "HTTP-request-body-size", val: 1_048_577n });
  assert.equal(
    (thrown(() => OutgoingBody.finish(body, undefined)) as { tag: string }).tag,
    "HTTP-request-body-size",
  );
});

test("a body that contradicts its content-length, or has trailers, is refused", () => {
  const request = new OutgoingRequest(Fields.fromList([["content-length", bytes("5")]]));
  const body = request.body();
  body.write().write(bytes("four"));
  assert.deepEqual(
    thrown(() => OutgoingBody.finish(body, undefined)),
    { tag: "HTTP-request-body-size", val: 4n },
  );
  const other = outgoing().body();
  const trailers = Fields.fromList([["x-sum", bytes("1")]]);
  assert.equal(
    (thrown(() => OutgoingBody.finish(other, trailers)) as { tag: string }).tag,
    "HTTP-request-trailer-section-size",
  );
});

for (const [tag, code] of [
  ["refused-by-policy", "HTTP-request-denied"],
  ["not-permitted", "HTTP-request-denied"],
  ["timed-out", "HTTP-response-timeout"],
  ["unreachable", "destination-unavailable"],
  ["too-large", "HTTP-response-body-size"],
  ["invalid-argument", "HTTP-request-URI-invalid"],
  ["internal", "internal-error"],
  ["anything", "internal-error"],
] as const) {
  test(`a refusal "${tag}" is the wasi error ${code}`, () => {
    const result = channel(tag).handler.handle(outgoing()).get();
    assert.ok(result?.tag === "ok" && result.val.tag === "err");
    assert.equal(result.val.val.tag, code);
  });
}

test("a request without authority, or of another scheme, is refused at once", () => {
  const { handler } = channel();
  assert.equal(
    (thrown(() => handler.handle(new OutgoingRequest(new Fields()))) as { tag: string }).tag,
    "HTTP-request-URI-invalid",
  );
  assert.equal(
    (thrown(() => handler.handle(outgoing({ tag: "other", val: "ftp" }))) as { tag: string }).tag,
    "HTTP-request-URI-invalid",
  );
});

test("parts that would move the border between host and path are refused", () => {
  const request = outgoing();
  for (const authority of ["a@b", "a/b", "a\\b", "a b", "a#b", "a?b", "a\r\n", "é", ""]) {
    assert.equal(
      thrown(() => request.setAuthority(authority)),
      undefined,
    );
  }
  for (const path of ["v1", "@b", ".evil.example", "/a b", "/a\r\nb", "/é"]) {
    assert.equal(
      thrown(() => request.setPathWithQuery(path)),
      undefined,
    );
  }
  assert.equal(
    thrown(() => request.setMethod({ tag: "other", val: "A B" })),
    undefined,
  );
  assert.equal(request.authority(), "a.example:8443");
});

test("timeouts are told to the broker in whole milliseconds, and none stays none", () => {
  const { handler, sent } = channel();
  const options = new RequestOptions();
  assert.equal(options.connectTimeout(), undefined);
  options.setConnectTimeout(1n);
  options.setFirstByteTimeout(2n ** 64n - 1n);
  options.setBetweenBytesTimeout(7_000_000n);
  assert.equal(options.betweenBytesTimeout(), 7_000_000n);
  handler.handle(outgoing(), options);
  options.setBetweenBytesTimeout(undefined);
  handler.handle(outgoing(), options);
  assert.deepEqual(
    sent.map(({ args }) => args.at(-1)),
    [
      [1, 18_446_744_073_710, 7],
      [1, 18_446_744_073_710, null],
    ],
  );
});

test("an error of a body's stream is told apart from other errors", () => {
  const { imports } = channel();
  assert.equal(imports["wasi:http/types"]?.["httpErrorCode"], httpErrorCode);
  assert.deepEqual(httpErrorCode(new IoError("http: timed-out")), { tag: "HTTP-response-timeout" });
  assert.equal(httpErrorCode(new IoError("timed-out")), undefined);
});

test("fields compare names without case and keep their order and spelling", () => {
  const fields = Fields.fromList([
    ["A", bytes("1")],
    ["b", bytes("2")],
    ["a", bytes("3")],
  ]);
  assert.deepEqual(fields.get("a").map(text), ["1", "3"]);
  assert.ok(fields.has("B"));
  assert.deepEqual(
    fields.entries().map(([name]) => name),
    ["A", "b", "a"],
  );
  const copy = fields.clone();
  copy.set("a", [bytes("4")]);
  copy.delete("B");
  assert.deepEqual(copy.entries(), [["a", bytes("4")]]);
  assert.equal(fields.entries().length, 3);
});

test("fields refuse bad syntax, forbidden names, and change when they belong to an answer", () => {
  const fields = new Fields();
  assert.deepEqual(
    thrown(() => fields.append("a b", bytes("x"))),
    { tag: "invalid-syntax" },
  );
  assert.deepEqual(
    thrown(() => fields.append("a", bytes("x\r\nHost: y"))),
    { tag: "invalid-syntax" },
  );
  assert.deepEqual(
    thrown(() => fields.append("Host", bytes("x"))),
    { tag: "forbidden" },
  );
  assert.deepEqual(
    thrown(() => Fields.fromList([["cookie", bytes("x")]])),
    { tag: "forbidden" },
  );
  const answer = Fields.immutable([["etag", "x"]]);
  assert.deepEqual(
    thrown(() => answer.set("etag", [])),
    { tag: "immutable" },
  );
  assert.deepEqual(
    thrown(() => answer.delete("etag")),
    { tag: "immutable" },
  );
  answer.clone().delete("etag");
});

test("what only a server would need links, and does nothing", () => {
  const response = new OutgoingResponse(new Fields());
  response.setStatusCode(204);
  assert.equal(response.statusCode(), 204);
  assert.equal(
    thrown(() => response.body()),
    undefined,
  );
  assert.ok(thrown(() => new IncomingRequest()) instanceof Error);
  assert.ok(thrown(() => new ResponseOutparam()) instanceof Error);
});

test("serves the interfaces that the capability names", () => {
  const { imports } = channel();
  assert.deepEqual(Object.keys(imports).toSorted(), [
    "glovebox:plugin/http",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
  ]);
});
