import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { makeHttpBroker } from "@glovebox/host-api/http/broker";
import { parseGrant } from "@glovebox/host-api/http/grant";
import type { JsonValue } from "@glovebox/host-api/json";
import * as fc from "fast-check";
import { httpPowers, loopbackGrant, refusedAs, scope, send, serve } from "../helpers/http-room.ts";

const NO_NETWORK = httpPowers({
  resolveHost: () => assert.fail("a name was looked up"),
  sendHttp: () => assert.fail("a connection was made"),
});
const GRANT = { host: "a.example", methods: ["GET", "HEAD", "POST"] };
const URL_OF_GRANT = "https://a.example/";

function operation(grant: unknown, powers = NO_NETWORK) {
  const send = makeHttpBroker(parseGrant(grant), powers).operations["http.send"];
  assert.ok(send !== undefined);
  return send;
}

const HOSTILE_ARGS: readonly (readonly JsonValue[])[] = [
  [],
  ["GET"],
  ["GET", URL_OF_GRANT],
  ["GET", URL_OF_GRANT, [], "more"],
  [null, URL_OF_GRANT, []],
  ["GET", null, []],
  ["GET", URL_OF_GRANT, null],
  [["GET"], URL_OF_GRANT, []],
  ["GET", [URL_OF_GRANT], []],
  ["GET", { href: URL_OF_GRANT }, []],
  ["GET", URL_OF_GRANT, { host: "x" }],
  ["get", URL_OF_GRANT, []],
  ["CONNECT", URL_OF_GRANT, []],
  ["TRACE", URL_OF_GRANT, []],
  ["GET / HTTP/1.1\r\nX: y\r\n\r\nGET", URL_OF_GRANT, []],
  ["GET", URL_OF_GRANT, [["x", "a\r\nHost: evil.example"]]],
  ["GET", URL_OF_GRANT, [["x\r\ny", "a"]]],
  ["GET", "https://a.example/ HTTP/1.1\r\nHost: b", []],
];
for (const args of HOSTILE_ARGS) {
  test(`refuses the arguments ${JSON.stringify(args).slice(0, 90)}`, async () => {
    await assert.rejects(
      async () => operation(GRANT)({ args, body: new Uint8Array(0) }, scope()),
      refusedAs("invalid-argument"),
    );
  });
}

test("ends every argument that a hostile runner may send in a refusal", async () => {
  const send = operation(GRANT);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 4 }), async (args) => {
      await assert.rejects(
        async () => send({ args: args as JsonValue[], body: new Uint8Array(0) }, scope()),
        { name: "HostError" },
      );
    }),
    { numRuns: 300 },
  );
});

for (const name of [
  "Host",
  "Cookie",
  "Authorization",
  "Proxy-Authorization",
  "Metadata-Flavor",
  "X-aws-ec2-metadata-token",
  "X-Forwarded-For",
  "X-HTTP-Method-Override",
  "Transfer-Encoding",
  "Expect",
  "Upgrade",
]) {
  test(`sends nothing when the guest sets ${name}`, async () => {
    await assert.rejects(
      send({ grant: GRANT, url: URL_OF_GRANT, headers: [[name, "x"]], powers: NO_NETWORK }),
      refusedAs("refused-by-policy"),
    );
  });
}

test("refuses a body over 1 MiB, and any body with GET", async () => {
  const ask = { grant: GRANT, url: URL_OF_GRANT, powers: NO_NETWORK };
  await assert.rejects(
    send({ ...ask, method: "POST", body: new Uint8Array(1024 * 1024 + 1) }),
    refusedAs("too-large"),
  );
  await assert.rejects(
    send({ ...ask, method: "GET", body: new Uint8Array(1) }),
    refusedAs("invalid-argument"),
  );
});

test("passes a large body and the guest's own headers on, and sets the framing itself", async () => {
  await using server = await serve(async (incoming, outgoing) => {
    let sizeBytes = 0;
    for await (const chunk of incoming) sizeBytes += (chunk as Buffer).length;
    outgoing.end(JSON.stringify([sizeBytes, incoming.headers]));
  });
  const answer = await send({
    grant: loopbackGrant(server),
    url: server.origin,
    method: "PUT",
    headers: [
      ["X-Own", "1"],
      ["Content-Length", "7"],
      ["Accept-Encoding", "br"],
    ],
    body: new Uint8Array(1024 * 1024),
  });
  const [sizeBytes, headers] = JSON.parse(answer.text) as [number, Record<string, string>];
  assert.equal(sizeBytes, 1024 * 1024);
  assert.deepEqual(headers, {
    host: `127.0.0.1:${server.port}`,
    connection: "close",
    "x-own": "1",
    "user-agent": "glovebox",
    "accept-encoding": "gzip",
    "content-length": "1048576",
  });
});

test("gives no cookie back and keeps none", async () => {
  await using server = await serve((incoming, outgoing) => {
    assert.equal(incoming.headers.cookie, undefined);
    outgoing
      .writeHead(200, { "set-cookie": ["session=1", "b=2"], "set-cookie2": "c=3", etag: '"x"' })
      .end();
  });
  for (let round = 0; round < 2; round += 1) {
    const { headers } = await send({ grant: loopbackGrant(server), url: server.origin });
    assert.deepEqual(headers.map(([name]) => name).toSorted(), ["date", "etag"]);
  }
});

function withSecret(grant: ReturnType<typeof loopbackGrant>, format?: string) {
  const secret = {
    header: "authorization",
    reference: "env:KEY",
    ...(format === undefined ? {} : { format }),
  };
  return { ...grant, allow: grant.allow.map((rule) => ({ ...rule, secret })) };
}

test("adds the secret, in the place of what the guest sent under that name", async () => {
  const secret = randomUUID();
  const seen: (string | string[] | undefined)[] = [];
  await using server = await serve((incoming, outgoing) => {
    seen.push(incoming.headers.authorization, incoming.headers["x-api-key"]);
    outgoing.end("fine");
  });
  const powers = httpPowers({ readSecret: () => secret });
  const bearer = await send({
    grant: withSecret(loopbackGrant(server), "Bearer {}"),
    url: server.origin,
    powers,
  });
  assert.equal(bearer.text, "fine");
  const grant = withSecret(loopbackGrant(server));
  const keyed = {
    ...grant,
    allow: grant.allow.map((rule) => ({
      ...rule,
      secret: { ...rule.secret, header: "x-api-key" },
    })),
  };
  await send({
    grant: keyed,
    url: server.origin,
    headers: [
      ["X-Api-Key", "guest"],
      ["x-api-key", "again"],
    ],
    powers,
  });
  assert.deepEqual(seen, [`Bearer ${secret}`, undefined, undefined, secret]);
});

test("reads a secret again for each request, so that a rotated one counts", async () => {
  await using server = await serve((incoming, outgoing) =>
    outgoing.end(String(incoming.headers.authorization?.length)),
  );
  let value = "a".repeat(10);
  const send = operation(
    withSecret(loopbackGrant(server)),
    httpPowers({ readSecret: () => value }),
  );
  const lengths: string[] = [];
  for (const next of ["b".repeat(20), "c".repeat(30)]) {
    const answer = await send(
      { args: ["GET", server.origin, []], body: new Uint8Array(0) },
      scope(),
    );
    lengths.push(new TextDecoder().decode(answer.body));
    value = next;
  }
  assert.deepEqual(lengths, ["10", "20"]);
});

const REFLECTIONS: Readonly<
  Record<
    string,
    (secret: string) => { headers?: Record<string, string>; body?: string | Uint8Array }
  >
> = {
  "in the body": (secret) => ({ body: `{"authorization":"${secret}"}` }),
  "in the body in base64": (secret) => ({ body: Buffer.from(`user:${secret}`).toString("base64") }),
  "in the body percent-encoded": (secret) => ({ body: encodeURIComponent(secret) }),
  "in the body in gzip": (secret) => ({
    headers: { "content-encoding": "gzip" },
    body: gzipSync(`x ${secret}`),
  }),
  "in a header": (secret) => ({ headers: { "x-echo": secret } }),
  "in a header in base64": (secret) => ({
    headers: { "x-echo": Buffer.from(secret).toString("base64") },
  }),
  "in a header percent-encoded": (secret) => ({
    headers: { link: `</?k=${encodeURIComponent(secret)}>` },
  }),
  "in a cookie that is stripped anyway": (secret) => ({ headers: { "set-cookie": `k=${secret}` } }),
  "in a header's name": (secret) => ({
    headers: { [`x-${Buffer.from(secret).toString("hex")}`]: "1" },
  }),
  "at the end of a large body": (secret) => ({
    body: Buffer.concat([randomBytes(1_000_000), Buffer.from(secret)]),
  }),
};
for (const [where, reflect] of Object.entries(REFLECTIONS)) {
  test(`gives no answer that repeats the secret ${where}`, async () => {
    const secret = randomBytes(20).toString("base64");
    await using server = await serve((_incoming, outgoing) => {
      const { headers = {}, body = "" } = reflect(secret);
      outgoing.writeHead(200, headers).end(body);
    });
    const ask = {
      grant: withSecret(loopbackGrant(server)),
      url: server.origin,
      powers: httpPowers({ readSecret: () => secret }),
    };
    await assert.rejects(send(ask), refusedAs("refused-by-policy"));
  });
}

test("gives no answer that repeats the secret of another rule", async () => {
  const secret = randomUUID();
  await using server = await serve((_incoming, outgoing) => outgoing.end(`stored: ${secret}`));
  const grant = loopbackGrant(server);
  const other = { host: "api.example", secret: { header: "x-key", reference: "env:KEY" } };
  const ask = {
    grant: { ...grant, allow: [...grant.allow, other] },
    url: server.origin,
    powers: httpPowers({ readSecret: () => secret }),
  };
  await assert.rejects(send(ask), refusedAs("refused-by-policy"));
});

test("an error never names the secret or an address", async () => {
  const secret = randomUUID();
  await using server = await serve((incoming) => incoming.socket.destroy());
  const ask = {
    grant: withSecret(loopbackGrant(server)),
    url: server.origin,
    powers: httpPowers({ readSecret: () => secret }),
  };
  await assert.rejects(
    send(ask),
    (error: Error) => !error.message.includes(secret) && !error.message.includes("127.0.0.1"),
  );
});
