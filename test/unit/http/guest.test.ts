import assert from "node:assert/strict";
import { test } from "node:test";
import { GuestRefusal } from "@glovebox/host-api/guest";
import type { GuestChannel } from "@glovebox/host-api/guest";
import { makeHttpImports } from "@glovebox/host-api/http/guest";
import type { PluginResponse } from "@glovebox/host-api/http/guest";
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
import { poll } from "@glovebox/host-api/io/streams";
import type { JsonValue } from "@glovebox/host-api/json";
import { duringCall } from "../../helpers/loopback.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => new TextDecoder().decode(value);

interface Sent {
  readonly operation: string;
  readonly args: readonly JsonValue[];
  readonly body: string | undefined;
}

/** The runner's end of a channel whose broker always says the same. */
function channel(refusal?: string) {
  const sent: Sent[] = [];
  const end: GuestChannel = {
    call(operation, args, body) {
      sent.push({ operation, args, body: body === undefined ? undefined : text(body) });
      if (refusal !== undefined) throw new GuestRefusal(refusal);
      return {
        value: { status: 201, url: "https://a.example/", headers: [["etag", "x"]] },
        body: bytes("hello"),
      };
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
    handle(request: OutgoingRequest): FutureIncomingResponse;
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

test("a wasi request goes out once, when its answer is asked for", () => {
  const { handler, sent } = channel();
  const future = handler.handle(outgoing());
  assert.equal(sent.length, 0);
  future.subscribe().block();
  const result = future.get();
  assert.deepEqual(sent, [
    {
      operation: "http.send",
      args: ["POST", "https://a.example:8443/v1?x=y", [["X-One", "1"]]],
      body: undefined,
    },
  ]);
  assert.ok(result?.tag === "ok" && result.val.tag === "ok");
  const response = result.val.val;
  assert.equal(response.status(), 201);
  assert.equal(text(response.headers().get("ETag")[0]), "x");
  assert.deepEqual(future.get(), { tag: "err", val: undefined });
  assert.equal(sent.length, 1);
});

test("a wasi response's body is a stream, once", () => {
  const { handler } = channel();
  const result = handler.handle(outgoing()).get();
  assert.ok(result?.tag === "ok" && result.val.tag === "ok");
  const body = result.val.val.consume();
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
  const trailers = IncomingBody.finish(body);
  assert.deepEqual(trailers.get(), { tag: "ok", val: { tag: "ok", val: undefined } });
  assert.deepEqual(trailers.get(), { tag: "err", val: undefined });
});

test("a wasi request waits for its body to be finished", () => {
  const { handler, sent } = channel();
  const request = outgoing();
  const body = request.body();
  const future = handler.handle(request);
  assert.equal(future.get(), undefined);
  const stream = body.write();
  assert.deepEqual([...poll([future.subscribe(), stream.subscribe()])], [1]);
  stream.blockingWriteAndFlush(bytes("one "));
  stream.write(bytes("two"));
  assert.equal(sent.length, 0);
  OutgoingBody.finish(body, undefined);
  assert.deepEqual([...poll([future.subscribe()])], [0]);
  assert.equal(future.get()?.tag, "ok");
  assert.equal(sent[0]?.body, "one two");
});

test("a guest that waits for an answer before it finished the body gets an error, not a hang", () => {
  const { handler, sent } = channel();
  const request = outgoing();
  request.body();
  const future = handler.handle(request);
  poll([future.subscribe()]);
  assert.deepEqual(future.get(), {
    tag: "ok",
    val: { tag: "err", val: { tag: "HTTP-protocol-error" } },
  });
  assert.equal(sent.length, 0);
});

test("a body over the cap fails while it is written", () => {
  const body = outgoing().body();
  const stream = body.write();
  stream.write(new Uint8Array(1024 * 1024));
  assert.equal(
    (thrown(() => stream.write(new Uint8Array(1))) as { tag: string }).tag,
    "last-operation-failed",
  );
});

test("a body that contradicts its content-length, or has trailers, is refused", () => {
  const request = new OutgoingRequest(Fields.fromList([["content-length", bytes("3")]]));
  const body = request.body();
  body.write().write(bytes("four"));
  assert.deepEqual(
    thrown(() => OutgoingBody.finish(body, undefined)),
    { tag: "HTTP-request-body-size", val: 4n },
  );
  const other = outgoing().body();
  assert.equal(
    (thrown(() => OutgoingBody.finish(other, new Fields())) as { tag: string }).tag,
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

test("timeouts that the host does not keep are refused, not ignored", () => {
  const options = new RequestOptions();
  assert.equal(
    thrown(() => options.setConnectTimeout(1n)),
    undefined,
  );
  options.setConnectTimeout(undefined);
  assert.equal(options.connectTimeout(), undefined);
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
