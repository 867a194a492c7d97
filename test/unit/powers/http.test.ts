import assert from "node:assert/strict";
import https from "node:https";
import net from "node:net";
import { test } from "node:test";
import type { HttpPowerRequest, ResolvedAddress } from "@glovebox/host-api/powers";
import { makeSendHttp, resolveHost } from "../../../runtime/powers/http.ts";
import { makeCertificate } from "../../helpers/certificate.ts";
import { listen, refusedAs, serve } from "../../helpers/http-room.ts";

const LOOPBACK: readonly ResolvedAddress[] = [{ address: "127.0.0.1", family: 4 }];

function request(url: string, own: Partial<HttpPowerRequest> = {}): HttpPowerRequest {
  return {
    url,
    method: "GET",
    headers: [],
    body: undefined,
    addresses: LOOPBACK,
    signal: AbortSignal.timeout(20_000),
    connectMsMax: 5000,
    headerBytesMax: 16 * 1024,
    ...own,
  };
}

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("sends exactly what it was given, to the pinned address, with the host's name", async () => {
  await using server = await serve((incoming, outgoing) => {
    outgoing.setHeader(
      "x-seen",
      JSON.stringify([incoming.method, incoming.url, incoming.rawHeaders]),
    );
    incoming.pipe(outgoing);
  });
  const response = await makeSendHttp()(
    request(`http://nowhere.invalid:${server.port}/a%2Fb?c=d`, {
      method: "POST",
      headers: [
        ["x-one", "1"],
        ["x-two", "2"],
      ],
      body: { bytes: new TextEncoder().encode("hello") },
    }),
  );
  assert.equal(await text(response.body), "hello");
  response.cancel();
  const seen = JSON.parse(response.headers.find(([name]) => name === "x-seen")?.[1] ?? "") as [
    string,
    string,
    string[],
  ];
  assert.deepEqual(seen.slice(0, 2), ["POST", "/a%2Fb?c=d"]);
  assert.deepEqual(
    Object.fromEntries(
      seen[2]
        .map((name, index, all) => [name.toLowerCase(), all[index + 1]])
        .filter((_, index) => index % 2 === 0),
    ),
    {
      host: `nowhere.invalid:${server.port}`,
      connection: "close",
      "x-one": "1",
      "x-two": "2",
      "content-length": "5",
    },
  );
});

test("neither follows a redirect nor keeps a cookie nor decodes", async () => {
  let requests = 0;
  await using server = await serve((incoming, outgoing) => {
    requests += 1;
    assert.equal(incoming.headers.cookie, undefined);
    outgoing
      .writeHead(302, {
        location: "/next",
        "set-cookie": ["a=1", "b=2"],
        "content-encoding": "gzip",
      })
      .end("raw");
  });
  const sendHttp = makeSendHttp();
  for (const round of [1, 2]) {
    const response = await sendHttp(request(`${server.origin}/`));
    assert.equal(response.status, 302);
    assert.equal(await text(response.body), "raw");
    assert.equal(response.headers.filter(([name]) => name === "set-cookie").length, 2);
    response.cancel();
    assert.equal(requests, round);
  }
});

test("refuses an address that was not checked, when the host is itself an address", async () => {
  for (const url of [
    "http://127.0.0.2/",
    "http://[::1]/",
    "http://2130706434/",
    "http://[::ffff:127.0.0.1]/",
  ]) {
    await assert.rejects(makeSendHttp()(request(url)), refusedAs("refused-by-policy"));
  }
});

test("refuses to connect where no address was checked", async () => {
  await assert.rejects(
    makeSendHttp()(request("http://localhost/", { addresses: [] })),
    refusedAs("refused-by-policy"),
  );
});

test("every request has a connection of its own, closed with it", async () => {
  const closed: Promise<unknown>[] = [];
  const server = net.createServer((socket) => {
    closed.push(new Promise((resolve) => socket.on("close", resolve)));
    socket.on("error", () => {});
    socket.once("data", () =>
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok"),
    );
  });
  await using local = await listen(server);
  for (let count = 0; count < 3; count += 1) {
    const response = await makeSendHttp()(request(local.origin));
    assert.equal(await text(response.body), "ok");
    response.cancel();
  }
  assert.equal(closed.length, 3);
  await Promise.all(closed);
});

test("a cancelled or aborted body ends its connection and nothing else", async () => {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () =>
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"),
    );
  });
  await using local = await listen(server);
  const cancelled = await makeSendHttp()(request(local.origin));
  cancelled.cancel();
  cancelled.cancel();
  const controller = new AbortController();
  const aborted = await makeSendHttp()(request(local.origin, { signal: controller.signal }));
  const reading = text(aborted.body);
  controller.abort();
  await assert.rejects(reading, refusedAs("timed-out"));
  aborted.cancel();
});

test("a signal that fired already sends nothing", async () => {
  await using server = await serve(() => assert.fail("a request arrived"));
  await assert.rejects(
    makeSendHttp()(request(server.origin, { signal: AbortSignal.abort() })),
    refusedAs("timed-out"),
  );
});

test("TLS proves the host's name, not the address's", async () => {
  const certificate = makeCertificate("api.example.test");
  const seen: unknown[] = [];
  const server = https.createServer(
    { ...certificate, ALPNProtocols: ["h2", "http/1.1"] },
    (incoming, outgoing) => {
      const { servername, alpnProtocol } = incoming.socket as unknown as {
        servername: unknown;
        alpnProtocol: unknown;
      };
      seen.push(servername, alpnProtocol);
      outgoing.end("sealed");
    },
  );
  server.on("tlsClientError", () => {});
  await using local = await listen(server);
  const trusting = makeSendHttp({ certificates: certificate.cert });
  const response = await trusting(request(`https://api.example.test:${local.port}/`));
  assert.equal(await text(response.body), "sealed");
  response.cancel();
  assert.deepEqual(seen, ["api.example.test", "http/1.1"]);

  await assert.rejects(
    trusting(request(`https://other.example.test:${local.port}/`)),
    refusedAs("unreachable"),
  );
  await assert.rejects(
    trusting(request(`https://127.0.0.1:${local.port}/`)),
    refusedAs("unreachable"),
  );
  await assert.rejects(
    makeSendHttp()(request(`https://api.example.test:${local.port}/`)),
    refusedAs("unreachable"),
  );
  assert.equal(seen.length, 2);
});

test("the environment cannot switch the check of certificates off", async () => {
  const server = https.createServer(makeCertificate("api.example.test"), () =>
    assert.fail("a request arrived"),
  );
  server.on("tlsClientError", () => {});
  await using local = await listen(server);
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  try {
    await assert.rejects(
      makeSendHttp()(request(`https://api.example.test:${local.port}/`)),
      refusedAs("unreachable"),
    );
  } finally {
    delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  }
});

test("refuses response headers over the cap", async () => {
  for (const headers of [`X: ${"y".repeat(20_000)}\r\n`, "X-Name: y\r\n".repeat(4000)]) {
    const server = net.createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.write(`HTTP/1.1 200 OK\r\n${headers}\r\n`));
    });
    await using local = await listen(server);
    await assert.rejects(makeSendHttp()(request(local.origin)), refusedAs("too-large"));
  }
});

test("a closed port is unreachable", async () => {
  const server = await serve(() => {});
  await server[Symbol.asyncDispose]();
  await assert.rejects(makeSendHttp()(request(server.origin)), refusedAs("unreachable"));
});

test("resolves a name to its addresses, and says when there are none", async () => {
  const found = await resolveHost("localhost");
  assert.ok(found.some(({ address }) => address === "127.0.0.1" || address === "::1"));
  await assert.rejects(resolveHost("no-such-name.invalid"), refusedAs("unreachable"));
});
