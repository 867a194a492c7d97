import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, RequestListener } from "node:http";
import { test } from "node:test";
import type { HttpPowerRequest, HttpPowerResponse } from "@glovebox/host-api/powers";
import { httpPowers, loopbackGrant, refusedAs, send, serve } from "../helpers/http-room.ts";

const redirectTo =
  (location: string, status = 302): RequestListener =>
  (_incoming, outgoing) =>
    outgoing.writeHead(status, { location }).end();

/** Powers in whose world every name is public and `answer` is every server. */
function scripted(answer: (request: HttpPowerRequest) => { status: number; location?: string }) {
  return httpPowers({
    resolveHost: async () => [{ address: "93.184.216.34", family: 4 }],
    async sendHttp(request): Promise<HttpPowerResponse> {
      const { status, location } = answer(request);
      const headers = location === undefined ? [] : [["location", location] as const];
      return { status, headers, body: (async function* () {})(), trailers: () => [], cancel() {} };
    },
  });
}

const FAR = [
  "http://evil.example/",
  "//evil.example/",
  "http://169.254.169.254/latest/meta-data/",
  "http://[::1]/",
  "http://2852039166/",
  "http://0xa9fea9fe/",
  "/\\evil.example/",
  "\\\\evil.example\\",
  "http:\\\\evil.example",
  "http://evil.example\t/",
  "h\tttp://evil.example/",
  "http://evil.example\\@127.0.0.1/",
  "ftp://127.0.0.1/",
  "file:///etc/passwd",
  "data:text/plain,x",
  "javascript:1",
  "gopher://127.0.0.1:6379/_x",
  "http://",
  "http://127.0.0.1:1/",
  "https://127.0.0.1/",
  "ws://127.0.0.1/",
];
for (const location of FAR) {
  test(`follows no redirect to ${JSON.stringify(location)}`, async () => {
    await using server = await serve(redirectTo(location));
    await assert.rejects(
      send({ grant: loopbackGrant(server), url: server.origin }),
      refusedAs("refused-by-policy"),
    );
  });
}

test("follows no redirect with userinfo, even to the granted host", async () => {
  let requests = 0;
  await using server = await serve((incoming, outgoing) => {
    requests += 1;
    outgoing
      .writeHead(302, { location: `http://user:pass@127.0.0.1:${incoming.socket.localPort}/` })
      .end();
  });
  await assert.rejects(
    send({ grant: loopbackGrant(server), url: server.origin }),
    refusedAs("refused-by-policy"),
  );
  assert.equal(requests, 1);
});

test("follows no redirect from https to http", async () => {
  const grant = { allow: ["a.example", "http://a.example"] };
  const powers = scripted(({ url }) =>
    url.startsWith("https:") ? { status: 301, location: "http://a.example/" } : { status: 200 },
  );
  await assert.rejects(
    send({ grant, url: "https://a.example/", powers }),
    refusedAs("refused-by-policy"),
  );
  const upgrade = scripted(({ url }) =>
    url.startsWith("http:") ? { status: 301, location: "https://a.example/" } : { status: 200 },
  );
  assert.equal(
    (await send({ grant, url: "http://a.example/", powers: upgrade })).url,
    "https://a.example/",
  );
});

test("follows redirects inside the grant and says where it ended", async () => {
  await using last = await serve((_incoming, outgoing) => outgoing.end("there"));
  await using first = await serve(redirectTo(`${last.origin}/end?x=1#part`));
  const answer = await send({ grant: loopbackGrant(first, last), url: first.origin });
  assert.deepEqual(
    [answer.status, answer.text, answer.url],
    [200, "there", `${last.origin}/end?x=1`],
  );
});

test("checks path and method of every hop", async () => {
  await using server = await serve((incoming, outgoing) => {
    const location = incoming.url === "/v1/climb" ? "/v1/..%2fadmin" : "/admin";
    outgoing.writeHead(307, { location }).end();
  });
  const grant = {
    allow: [
      { scheme: "http", host: "127.0.0.1", port: server.port, methods: ["POST"], paths: ["/v1"] },
      { scheme: "http", host: "127.0.0.1", port: server.port, methods: ["GET"], paths: ["/admin"] },
    ],
    private: "127.0.0.0/8",
  };
  for (const path of ["/v1/climb", "/v1/move"]) {
    await assert.rejects(
      send({ grant, url: `${server.origin}${path}`, method: "POST" }),
      refusedAs("refused-by-policy"),
    );
  }
});

test("ends a loop at the cap", async () => {
  let requests = 0;
  await using server = await serve((_incoming, outgoing) => {
    requests += 1;
    outgoing.writeHead(302, { location: "/" }).end();
  });
  await assert.rejects(
    send({ grant: loopbackGrant(server), url: server.origin }),
    refusedAs("refused-by-policy"),
  );
  assert.equal(requests, 4);
});

test("follows none when the grant says none", async () => {
  await using server = await serve(redirectTo("/next"));
  await assert.rejects(
    send({ grant: { ...loopbackGrant(server), redirectsMax: 0 }, url: server.origin }),
    refusedAs("refused-by-policy"),
  );
});

test("turns POST into GET without its body where the standard does, and keeps it where it does not", async () => {
  const seen: string[] = [];
  await using server = await serve(async (incoming, outgoing) => {
    let body = "";
    for await (const chunk of incoming) body += String(chunk);
    seen.push(`${incoming.method} ${incoming.headers["content-type"] ?? "-"} ${body}`);
    const status = Number(incoming.url?.slice(1));
    if (status > 0) outgoing.writeHead(status, { location: "/" }).end();
    else outgoing.end();
  });
  for (const status of [301, 302, 303, 307, 308]) {
    const headers = [["content-type", "text/plain"]];
    await send({
      grant: loopbackGrant(server),
      url: `${server.origin}/${status}`,
      method: "POST",
      headers,
      body: Buffer.from("b"),
    });
  }
  const posted = "POST text/plain b";
  assert.deepEqual(seen, [
    posted,
    "GET - ",
    posted,
    "GET - ",
    posted,
    "GET - ",
    posted,
    posted,
    posted,
    posted,
  ]);
});

test("takes neither the secret nor the guest's own headers to another origin, and not back again", async () => {
  const secret = randomUUID();
  const seen: [string, IncomingHttpHeaders][] = [];
  await using other = await serve((incoming, outgoing) => {
    seen.push(["other", incoming.headers]);
    outgoing.writeHead(302, { location: incoming.headers["accept-language"] ?? "" }).end();
  });
  await using api = await serve((incoming, outgoing) => {
    seen.push([`api ${incoming.url}`, incoming.headers]);
    const next = { "/": "/same", "/same": other.origin, "/back": "/end" }[incoming.url ?? ""];
    if (next === undefined) outgoing.end("done");
    else outgoing.writeHead(302, { location: next }).end();
  });
  const grant = loopbackGrant(api, other);
  const [apiRule, ...rest] = grant.allow;
  const withSecret = { ...apiRule, secret: { header: "x-api-key", reference: "env:KEY" } };
  const answer = await send({
    grant: { ...grant, allow: [withSecret, ...rest], redirectsMax: 4 },
    url: `${api.origin}/`,
    // Tells the other server where "back" is.
    headers: [
      ["x-own", "mine"],
      ["accept-language", `${api.origin}/back`],
    ],
    powers: httpPowers({ readSecret: () => secret }),
  });
  assert.equal(answer.text, "done");
  assert.deepEqual(
    seen.map(([where, headers]) => [
      where,
      headers["x-api-key"] === secret,
      headers["x-own"] === "mine",
    ]),
    [
      ["api /", true, true],
      ["api /same", true, true],
      ["other", false, false],
      ["api /back", false, false],
      ["api /end", false, false],
    ],
  );
});

test("hands out no redirect that carries the secret away", async () => {
  const secret = randomUUID();
  await using server = await serve((incoming, outgoing) => {
    const location = `/next?key=${String(incoming.headers["x-api-key"])}`;
    if (incoming.url === "/") outgoing.writeHead(302, { location }).end();
    else outgoing.end("it went along");
  });
  const grant = loopbackGrant(server);
  const allow = grant.allow.map((rule) => ({
    ...rule,
    secret: { header: "x-api-key", reference: "env:KEY" },
  }));
  const ask = {
    grant: { ...grant, allow },
    url: server.origin,
    powers: httpPowers({ readSecret: () => secret }),
  };
  await assert.rejects(send(ask), refusedAs("refused-by-policy"));
});
