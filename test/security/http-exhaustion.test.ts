import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import type { OutgoingHttpHeaders } from "node:http";
import net from "node:net";
import { test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { makeHttpBroker } from "@glovebox/host-api/http/broker";
import type { HostErrorTag } from "@glovebox/host-api/errors";
import { parseGrant } from "@glovebox/host-api/http/grant";
import {
  httpPowers,
  listen,
  loopbackGrant,
  refusedAs,
  scope,
  send,
  serve,
} from "../helpers/http-room.ts";

const MIB = 1024 * 1024;

/** A server that says what no HTTP library would. `talk` gets each connection once a request arrived on it. */
function raw(talk: (socket: net.Socket) => void) {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => talk(socket));
  });
  return listen(server);
}

/** Writes `chunk` for as long as anybody reads. */
function pour(socket: net.Socket, chunk: string | Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", more);
  more();
}

const HEAD = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n`;

type Pour = readonly [head: string, chunk: string | Buffer, refusal?: HostErrorTag];
const POURS: Readonly<Record<string, Pour>> = {
  "an endless body": [`${HEAD}\r\n`, Buffer.alloc(65_536)],
  "an endless chunked body": [`${CHUNKED}\r\n`, `1000\r\n${"x".repeat(4096)}\r\n`],
  "an endless body of one-byte chunks": [`${CHUNKED}\r\n`, "1\r\nx\r\n".repeat(4096)],
  "an endless body that claims to be gzip": [
    `${CHUNKED}Content-Encoding: gzip\r\n\r\n`,
    `1000\r\n${"x".repeat(4096)}\r\n`,
    "unreachable",
  ],
  "endless headers": [HEAD, "X-Name: value\r\n".repeat(100)],
  "an endless header": [`${HEAD}X: `, "y".repeat(4096)],
};
for (const [what, [head, chunk, refusal = "too-large"]] of Object.entries(POURS)) {
  test(`stops ${what}`, async () => {
    await using server = await raw((socket) => {
      socket.write(head);
      pour(socket, chunk);
    });
    const grant = { ...loopbackGrant(server), responseBytesMax: 256 * 1024 };
    await assert.rejects(send({ grant, url: server.origin }), refusedAs(refusal));
  });
}

const STALLS: Readonly<Record<string, (socket: net.Socket) => void>> = {
  "never answers": () => {},
  "stops in its headers": (socket) => void socket.write(`${HEAD}X: `),
  "stops in its body": (socket) => void socket.write(`${HEAD}Content-Length: 10\r\n\r\nabc`),
  "drips its body": (socket) => {
    socket.write(`${HEAD}Content-Length: 100000\r\n\r\n`);
    const timer = setInterval(() => socket.write("x"), 5);
    socket.on("close", () => clearInterval(timer));
  },
  "drips its headers": (socket) => {
    socket.write(HEAD);
    const timer = setInterval(() => socket.write("X: y\r\n"), 20);
    socket.on("close", () => clearInterval(timer));
  },
  "sends early hints without end": (socket) => {
    const timer = setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n"), 5);
    socket.on("close", () => clearInterval(timer));
  },
  "drips chunk extensions": (socket) => {
    socket.write(`${CHUNKED}\r\n1;`);
    const timer = setInterval(() => socket.write("a"), 5);
    socket.on("close", () => clearInterval(timer));
  },
  "drips trailers": (socket) => {
    socket.write(`${CHUNKED}\r\n1\r\nx\r\n0\r\n`);
    const timer = setInterval(() => socket.write("X: y\r\n"), 20);
    socket.on("close", () => clearInterval(timer));
  },
  "redirects slowly for ever": (socket) => {
    setTimeout(
      () => socket.end("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
      150,
    );
  },
};
for (const [what, talk] of Object.entries(STALLS)) {
  test(`ends a request to a server that ${what}, and its connection, at the deadline`, async () => {
    const closed: Promise<unknown>[] = [];
    await using server = await raw((socket) => {
      closed.push(new Promise((resolve) => socket.on("close", resolve)));
      talk(socket);
    });
    const grant = { ...loopbackGrant(server), timeoutMs: 250, redirectsMax: 10 };
    await assert.rejects(send({ grant, url: server.origin }), refusedAs("timed-out"));
    await Promise.all(closed);
  });
}

test("ends a request, and its connection, when the call ends", async () => {
  const controller = new AbortController();
  let closed: Promise<unknown> | undefined;
  await using server = await raw((socket) => {
    closed = new Promise((resolve) => socket.on("close", resolve));
    socket.write(`${HEAD}Content-Length: 10\r\n\r\nabc`);
    setTimeout(() => controller.abort(), 20);
  });
  await assert.rejects(
    send({ grant: loopbackGrant(server), url: server.origin, signal: controller.signal }),
    refusedAs("timed-out"),
  );
  await closed;
  await assert.rejects(
    send({ grant: loopbackGrant(server), url: server.origin, signal: AbortSignal.abort() }),
    refusedAs("timed-out"),
  );
});

test("waits for no body of a redirect, and ends its connection", async () => {
  let first: Promise<unknown> | undefined;
  await using server = await raw((socket) => {
    if (first !== undefined) {
      socket.end(`${HEAD}Content-Length: 2\r\n\r\nok`);
      return;
    }
    first = new Promise((resolve) => socket.on("close", resolve));
    socket.write("HTTP/1.1 302 Found\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n");
    pour(socket, `1000\r\n${"x".repeat(4096)}\r\n`);
  });
  assert.equal((await send({ grant: loopbackGrant(server), url: server.origin })).text, "ok");
  await first;
});

const LIES: Readonly<Record<string, string>> = {
  "no HTTP": "220 smtp.example ESMTP\r\n",
  "an upgrade that nobody asked for":
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
  "two lengths": `${HEAD}Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde`,
  "a length and chunks": `${CHUNKED}Content-Length: 3\r\n\r\n0\r\n\r\n`,
  "less than its length": `${HEAD}Content-Length: 10\r\n\r\nabc`,
  "a chunk size that overflows": `${CHUNKED}\r\nfffffffffffffffff\r\nx`,
  "a NUL in a header": `${HEAD}X: a\0b\r\n\r\n`,
  "broken gzip": `${HEAD}Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc`,
  "a folded header": `${HEAD}X: a\r\n b\r\nContent-Length: 0\r\nBad Name: x\r\n\r\n`,
};
for (const [what, answer] of Object.entries(LIES)) {
  test(`refuses an answer with ${what}`, async () => {
    await using server = await raw((socket) => socket.end(answer, "latin1"));
    await assert.rejects(
      send({ grant: loopbackGrant(server), url: server.origin }),
      refusedAs("unreachable"),
    );
  });
}

test("refuses a bomb, stacked encodings, and encodings that it does not read", async () => {
  const bomb = gzipSync(Buffer.alloc(64 * MIB), { level: 9 });
  await using server = await serve((incoming, outgoing) => {
    const encoding = decodeURIComponent(incoming.url?.slice(1) ?? "");
    outgoing
      .writeHead(200, { "content-encoding": encoding.split("+") } as unknown as OutgoingHttpHeaders)
      .end(encoding === "gzip" ? bomb : gzipSync(bomb));
  });
  const grant = loopbackGrant(server);
  await assert.rejects(send({ grant, url: `${server.origin}/gzip` }), refusedAs("too-large"));
  for (const encoding of [
    "gzip+gzip",
    "gzip, gzip",
    "br",
    "deflate",
    "gzip,br",
    "GZIP, identity",
  ]) {
    await assert.rejects(
      send({ grant, url: `${server.origin}/${encodeURIComponent(encoding)}` }),
      refusedAs("refused-by-policy"),
    );
  }
});

test("runs a bounded number of requests at once and is free again afterwards", async () => {
  const held = Promise.withResolvers<void>();
  await using server = await serve(async (_incoming, outgoing) => {
    await held.promise;
    outgoing.end("ok");
  });
  const operation = makeHttpBroker(parseGrant(loopbackGrant(server)), httpPowers()).operations[
    "http.send"
  ];
  const ask = async () =>
    operation?.({ args: ["GET", server.origin, []], body: new Uint8Array(0) }, scope());
  const running = Array.from({ length: 8 }, ask);
  await assert.rejects(ask(), refusedAs("limit-exceeded"));
  held.resolve();
  await Promise.all(running);
  await ask();
});

test("uses no proxy from the environment", async () => {
  let proxied = 0;
  await using proxy = await raw((socket) => {
    proxied += 1;
    socket.end(`${HEAD}Content-Length: 5\r\n\r\nproxy`);
  });
  await using server = await serve((_incoming, outgoing) => outgoing.end("direct"));
  const script = `
    const { send, loopbackGrant } = await import(${JSON.stringify(new URL("../helpers/http-room.ts", import.meta.url).href)});
    const { text } = await send({ grant: loopbackGrant({ port: ${server.port} }), url: "${server.origin}" });
    process.stdout.write(text);`;
  const environment = {
    NODE_USE_ENV_PROXY: "1",
    HTTP_PROXY: proxy.origin,
    http_proxy: proxy.origin,
    ALL_PROXY: proxy.origin,
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", script],
    {
      env: { ...process.env, ...environment, NO_PROXY: "", no_proxy: "" },
    },
  );
  assert.equal(stdout, "direct");
  assert.equal(proxied, 0);
});
