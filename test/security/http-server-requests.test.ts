// What a request may be: smuggling shapes, bodies without end, depth, floods, slow senders and slow readers.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import {
  JSON_REQUEST,
  modernMeta,
  openSession,
  post,
  postModern,
  rpc,
  sendRaw,
  startHttp,
  until,
} from "../helpers/http-server.ts";

const HEAD = "Host: localhost\r\nContent-Type: application/json\r\n";

test("refuses every shape that two readers could cut in two ways", async (t) => {
  const server = await startHttp(t);
  const smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const shapes: readonly (readonly [string, string])[] = [
    [
      "length and chunks",
      `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      "chunks and length",
      `POST /mcp HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      "two lengths",
      `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: 0\r\nContent-Length: 45\r\n\r\n${smuggled}`,
    ],
    ["a list of lengths", `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: 0, 0\r\n\r\n${smuggled}`],
    ["a signed length", `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: +0\r\n\r\n${smuggled}`],
    ["a hex length", `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: 0x0\r\n\r\n${smuggled}`],
    [
      "chunked in disguise",
      `POST /mcp HTTP/1.1\r\n${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      "chunked and more",
      `POST /mcp HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      "a blank before the colon",
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      "a folded header",
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\n`,
    ],
    ["bare line feeds", `POST /mcp HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n${smuggled}`],
    ["a bare carriage return", `POST /mcp HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n`],
    ["a null byte in a header", `POST /mcp HTTP/1.1\r\nHost: local\0host\r\n\r\n`],
    ["no host", `POST /mcp HTTP/1.1\r\nContent-Length: 0\r\n\r\n`],
    [
      "a bad chunk size",
      `POST /mcp HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n5x\r\nhello\r\n0\r\n\r\n`,
    ],
    ["another protocol", `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`],
    ["no protocol", "hello there\r\n\r\n"],
    ["an old version", `POST /mcp HTTP/0.9\r\nHost: localhost\r\n\r\n`],
  ];
  for (const [name, bytes] of shapes) {
    const answer = await sendRaw(server.port, bytes, 1500);
    assert.doesNotMatch(answer, /404/, `${name}: the second request was heard`);
    assert.ok(answer === "" || /^HTTP\/1\.1 (400|415) /.test(answer), `${name}: ${answer}`);
    assert.ok((answer.match(/HTTP\/1\.1/g) ?? []).length <= 1, `${name}: one answer at most`);
  }
  assert.deepEqual(server.calls, []);
  assert.equal((await postModern(server, "tools/list")).status, 200);
});

test("a header that comes twice counts as neither", async (t) => {
  const server = await startHttp(t);
  const id = await openSession(server);
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const send = async (headers: string): Promise<string> =>
    sendRaw(
      server.port,
      `POST /mcp HTTP/1.1\r\n${headers}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  assert.match(await send(`${HEAD}Mcp-Session-Id: ${id}\r\n`), /^HTTP\/1.1 200 /);
  assert.match(await send(`${HEAD}Host: evil.example\r\n`), /^HTTP\/1.1 40[03] /);
  assert.match(await send(`${HEAD}Content-Type: text/plain\r\n`), /^HTTP\/1.1 415 /);
  const twice = `Mcp-Session-Id: ${id}\r\nMcp-Session-Id: ${id}\r\n`;
  assert.match(await send(`${HEAD}${twice}`), /^HTTP\/1.1 404 /);
});

test("targets that are no path of ours are nothing, however they are written", async (t) => {
  const server = await startHttp(t);
  for (const target of [
    "http://localhost/mcp",
    "//localhost/mcp",
    "/mcp/",
    "/mcp/../mcp",
    "/MCP",
    "/mcp%00",
    "/%6dcp",
    "/mcp;x=1",
    "/../../etc/passwd",
    "/constructor",
    "/__proto__",
    "*",
    "mcp",
  ]) {
    const answer = await sendRaw(
      server.port,
      `POST ${target} HTTP/1.1\r\n${HEAD}Content-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1.1 (404|400) /, target);
    assert.doesNotMatch(answer, /etc\/passwd/, "nothing of it is said again");
  }
  assert.equal((await fetch(`http://127.0.0.1:${server.port}/mcp?x=1`)).status, 405);
});

test("methods that nobody serves are refused by name", async (t) => {
  const server = await startHttp(t);
  for (const method of ["PUT", "PATCH", "GET", "DELETE", "TRACE", "PROPFIND"]) {
    const answer = await sendRaw(
      server.port,
      `${method} /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1.1 405 /, method);
    assert.match(answer, /allow: POST/i, method);
  }
  const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  assert.equal(
    await sendRaw(server.port, `GET /mcp HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`),
    "",
  );
  assert.equal(
    await sendRaw(server.port, "CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
    "",
  );
});

test("a body that is too large is refused before it has come", async (t) => {
  const server = await startHttp(t, { limits: { bodyBytes: 1024 } });
  const declared = await sendRaw(
    server.port,
    `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: 100000000\r\n\r\n{`,
  );
  assert.match(declared, /^HTTP\/1.1 413 /);
  const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
  const streamed = await sendRaw(
    server.port,
    `POST /mcp HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(64)}`,
  );
  assert.match(streamed, /^HTTP\/1.1 413 /);
  assert.match(streamed, /connection: close/i);
});

test("a head that is too large, and one with headers without end, are refused", async (t) => {
  const server = await startHttp(t, { limits: { headerBytes: 8192 } });
  const many = Array.from({ length: 3000 }, (_, index) => `x-${index}: y\r\n`).join("");
  for (const headers of [`x: ${"y".repeat(20_000)}\r\n`, many])
    assert.match(
      await sendRaw(server.port, `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`),
      /^HTTP\/1.1 431 /,
    );
});

test("what is no message is answered as such, and reaches no tool", async (t) => {
  const server = await startHttp(t);
  const deep = `${"[".repeat(200)}${"]".repeat(200)}`;
  const wide = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t__echo","arguments":{"text":${deep}}}}`;
  for (const body of [
    "",
    "{",
    "null",
    "[]",
    '"text"',
    "[1,2]",
    '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
    '{"jsonrpc":"1.0","id":1,"method":"tools/list"}',
    '{"jsonrpc":"2.0","id":{},"method":"tools/list"}',
    '{"jsonrpc":"2.0","id":1}',
    '{"__proto__":{"jsonrpc":"2.0"}}',
    wide,
    "[".repeat(100_000),
  ]) {
    const response = await post(server, body);
    assert.equal(response.status, 400, body.slice(0, 60));
    assert.ok((await rpc(response)).error, body.slice(0, 60));
  }
  const binary = await fetch(server.url, {
    method: "POST",
    headers: JSON_REQUEST,
    body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
  });
  assert.equal(binary.status, 400);
  for (const type of ["text/plain", "application/jsonx", "", "multipart/form-data"])
    assert.equal((await post(server, "{}", { "content-type": type })).status, 415, type);
  assert.deepEqual(server.calls, []);
});

test("whoever sends slowly is cut off, in the head and in the body", async (t) => {
  const server = await startHttp(t, { limits: { receiveMs: 300 } });
  for (const start of [
    "GET /healthz HTTP/1.1\r\nHost: loc",
    `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: 1000\r\n\r\n{`,
  ]) {
    const socket = connect(server.port, "127.0.0.1", () => socket.write(start));
    let isClosed = false;
    socket.on("error", () => undefined);
    socket.on("close", () => (isClosed = true));
    // One byte now and then keeps nothing open.
    const drip = setInterval(() => socket.write("x"), 100);
    await until(() => isClosed, "the end of a slow connection");
    clearInterval(drip);
  }
  assert.deepEqual(server.calls, []);
});

test("whoever does not read is cut off, and nothing piles up", async (t) => {
  const text = "x".repeat(256 * 1024);
  let reported = 0;
  let isAborted = false;
  const server = await startHttp(t, {
    async callTool({ onProgress, signal }) {
      while (!signal.aborted && reported < 2000) {
        reported += 1;
        onProgress?.(reported, undefined, text);
        await new Promise((resolve) => setTimeout(resolve, 55));
      }
      isAborted = signal.aborted;
      return { content: [] };
    },
  });
  const params = {
    name: "t__echo",
    arguments: {},
    _meta: modernMeta({}, { progressToken: 1 }),
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
  const socket = connect(server.port, "127.0.0.1");
  socket.pause();
  socket.on("error", () => undefined);
  socket.write(
    `POST /mcp HTTP/1.1\r\n${HEAD}MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: t__echo\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await until(() => isAborted, "the end of a call whose client does not read");
  assert.ok(reported < 200, `${reported} reports of 256 KiB were taken`);
  socket.destroy();
});

test("connections, streams and pipelines are counted, and too many are refused", async (t) => {
  const server = await startHttp(t, { limits: { streamsPerPrincipal: 2, connections: 20 } });
  const listen = { notifications: { toolsListChanged: true } };
  const leave = new AbortController();
  const open = (): Promise<Response> =>
    postModern(server, "subscriptions/listen", listen, {}, { signal: leave.signal });
  const [first, second] = [await open(), await open()];
  assert.equal(first.status, 200);
  assert.equal(second.status, 200);
  assert.equal((await open()).status, 429);
  leave.abort();
  await until(() => true);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const again = new AbortController();
  const third = await postModern(
    server,
    "subscriptions/listen",
    listen,
    {},
    { signal: again.signal },
  );
  assert.equal(third.status, 200, "a place is given back");
  again.abort();

  const request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const answers = await sendRaw(server.port, request.repeat(10), 500);
  assert.equal(answers.match(/HTTP\/1.1 200/g)?.length, 10);

  const sockets = Array.from({ length: 60 }, () => connect(server.port, "127.0.0.1"));
  let closed = 0;
  for (const socket of sockets) {
    socket.on("error", () => undefined);
    socket.on("close", () => (closed += 1));
  }
  await until(() => closed >= 40, "the refusal of connections over the limit");
  for (const socket of sockets) socket.destroy();
});

test("a pipeline of calls that nobody waits for is cut off", async (t) => {
  let running = 0;
  const server = await startHttp(t, {
    callTool: () => {
      running += 1;
      return new Promise(() => undefined);
    },
  });
  const params = { name: "t__echo", arguments: {}, _meta: modernMeta() };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
  const request = `POST /mcp HTTP/1.1\r\n${HEAD}MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: t__echo\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const socket = connect(server.port, "127.0.0.1", () => socket.write(request.repeat(500)));
  let isClosed = false;
  socket.on("error", () => undefined);
  socket.on("close", () => (isClosed = true));
  await until(() => isClosed, "the end of the pipeline");
  assert.ok(running <= 16, `${running} calls were begun`);
  await until(() => server.calls.every(({ signal }) => signal.aborted), "their cancellation");
});

test("requests of one session that are not answered are counted too", async (t) => {
  const server = await startHttp(t, { callTool: () => new Promise(() => undefined) });
  const session = { "mcp-session-id": await openSession(server) };
  const leave = new AbortController();
  const params = { name: "t__echo", arguments: {} };
  const statuses: number[] = [];
  for (let id = 1; id <= 140; id++)
    void post(server, { jsonrpc: "2.0", id, method: "tools/call", params }, session, {
      signal: leave.signal,
    }).then(
      ({ status }) => statuses.push(status),
      () => undefined,
    );
  await until(() => statuses.length >= 12, "the refusals");
  assert.ok(statuses.every((status) => status === 429));
  assert.ok(server.calls.length <= 128);
  const twice = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
  assert.equal((await post(server, twice, session)).status, 400);
  leave.abort();
});
