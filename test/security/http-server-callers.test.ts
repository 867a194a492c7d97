// Who may call: rebinding by Host and Origin, pages of strangers, sessions of others, addresses behind proxies.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAddressCheck } from "../../runtime/server/http/address-check.ts";
import { clientAddressOf } from "../../runtime/server/http/client-address.ts";
import type { Authenticator } from "../../runtime/server/http/authenticate.ts";
import { openSession, post, postModern, rpc, sendRaw, startHttp } from "../helpers/http-server.ts";

/** Whoever `x-who` says. */
const WHOEVER: Authenticator = {
  authenticate: ({ headers }) => ({
    kind: "principal",
    principal: { via: "key", tenant: "t", id: headers["x-who"] ?? "nobody" },
  }),
  decideTool: () => undefined,
};

test("refuses every host that is not this server's name", () => {
  const listen = { host: "127.0.0.1", port: 8808 };
  const check = makeAddressCheck({ hosts: ["mcp.example.com"], origins: [], listen });
  for (const host of [
    "127.0.0.1:8808",
    "localhost",
    "LOCALHOST:1",
    "[::1]:8808",
    "mcp.example.com",
    "MCP.example.com:443",
  ])
    assert.ok(check.isForUs({ host }), host);
  for (const host of [
    undefined,
    "",
    "evil.example",
    "mcp.example.com.evil.example",
    "evil-mcp.example.com",
    "mcp.example.com, evil.example",
    "mcp.example.com@evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "localhost:8808:80",
    "localhost/..",
    "localhost ",
    "0.0.0.0",
    "[::]",
    "[::ffff:127.0.0.1]",
    "127.1",
    "2130706433",
    "mcp.example.com.",
    "localhost%00",
  ])
    assert.equal(check.isForUs({ host }), false, `${host}`);
});

test("refuses pages of every origin that is not named, and local ones where strangers can connect", () => {
  const local = makeAddressCheck({
    hosts: [],
    origins: ["https://app.example.com"],
    listen: { host: "127.0.0.1", port: 1 },
  });
  const open = makeAddressCheck({
    hosts: [],
    origins: ["https://app.example.com"],
    listen: { host: "0.0.0.0", port: 1 },
  });
  for (const origin of [undefined, "https://app.example.com"])
    assert.ok(local.mayComeFrom({ origin }) && open.mayComeFrom({ origin }), `${origin}`);
  for (const origin of ["http://localhost:3000", "http://127.0.0.1", "https://[::1]:9"]) {
    assert.ok(local.mayComeFrom({ origin }), origin);
    assert.equal(open.mayComeFrom({ origin }), false, origin);
  }
  for (const origin of [
    "null",
    "",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com.evil.example",
    "https://app.example.com, https://evil.example",
    "http://localhost.evil.example",
    "http://localhost@evil.example",
    "file://localhost",
    "localhost",
    "http://localhost/",
    "chrome-extension://localhost",
  ])
    assert.equal(local.mayComeFrom({ origin }), false, origin);
});

test("nothing but the state of health is told to whoever came by another name", async (t) => {
  const server = await startHttp(t);
  for (const [path, status] of [
    ["/mcp", 403],
    ["/", 403],
    ["/no/such", 403],
    ["/.well-known/oauth-protected-resource", 403],
    ["/healthz", 200],
    ["/readyz", 200],
  ] as const) {
    const answer = await sendRaw(
      server.port,
      `GET ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), path);
  }
  const page = await postModern(server, "tools/list", {}, { origin: "https://evil.example" });
  assert.equal(page.status, 403);
  assert.equal(page.headers.get("access-control-allow-origin"), null);
});

test("a page that may call is told so by name, and no other is", async (t) => {
  const server = await startHttp(t, { origins: ["https://app.example.com"] });
  const origin = "https://app.example.com";
  const preflight = await fetch(server.url, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type, mcp-param-region, x-evil",
    },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-origin"), origin);
  const allowed = preflight.headers.get("access-control-allow-headers") ?? "";
  assert.match(allowed, /mcp-param-region/);
  assert.doesNotMatch(allowed, /x-evil/);
  const listed = await postModern(server, "tools/list", {}, { origin });
  assert.equal(listed.headers.get("access-control-allow-origin"), origin);
  assert.equal(listed.headers.get("access-control-allow-credentials"), null);
});

test("a session is nobody else's: not to call in, not to listen to, not to end", async (t) => {
  const server = await startHttp(t, { authenticator: WHOEVER });
  const id = await openSession(server, {}, { "x-who": "ann" });
  const theft = { "mcp-session-id": id, "x-who": "bob" };
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  const called = await post(server, list, theft);
  assert.equal(called.status, 404);
  const unknown = await post(server, list, { "mcp-session-id": "none", "x-who": "bob" });
  assert.deepEqual(await rpc(called), await rpc(unknown), "which exist is not told");
  const headers = { ...theft, accept: "text/event-stream" };
  assert.equal((await fetch(server.url, { headers })).status, 404);
  assert.equal((await fetch(server.url, { headers, method: "DELETE" })).status, 404);
  const own = { "mcp-session-id": id, "x-who": "ann" };
  assert.equal((await post(server, list, own)).status, 200);
  assert.equal((await fetch(server.url, { headers: own, method: "DELETE" })).status, 200);
  assert.equal((await post(server, list, own)).status, 404);
});

test("whoever opens session after session loses their own, and nobody else theirs", async (t) => {
  const limits = { sessions: 6, sessionsPerPrincipal: 3 };
  const server = await startHttp(t, { authenticator: WHOEVER, limits });
  const ann = await openSession(server, {}, { "x-who": "ann" });
  const bobs: string[] = [];
  for (let count = 0; count < 20; count++)
    bobs.push(await openSession(server, {}, { "x-who": "bob" }));
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  const statusOf = async (id: string, who: string): Promise<number> =>
    (await post(server, list, { "mcp-session-id": id, "x-who": who })).status;
  assert.equal(await statusOf(ann, "ann"), 200);
  const alive = await Promise.all(bobs.map((id) => statusOf(id, "bob")));
  assert.deepEqual(alive, [...Array(17).fill(404), 200, 200, 200]);
});

test("a session that nobody uses ends", async (t) => {
  const server = await startHttp(t, { limits: { sessionIdleMs: 1000 } });
  const id = await openSession(server);
  await new Promise((resolve) => setTimeout(resolve, 1800));
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  assert.equal((await post(server, list, { "mcp-session-id": id })).status, 404);
});

test("an authenticator that fails lets nobody in", async (t) => {
  for (const fail of [
    () => {
      throw new Error("/etc/passwd");
    },
    () => Promise.reject(new Error("postgres://u:p@10.0.0.7")),
  ]) {
    const server = await startHttp(t, {
      authenticator: { authenticate: fail, decideTool: () => undefined },
    });
    const response = await postModern(server, "tools/list");
    assert.equal(response.status, 401);
    assert.doesNotMatch(await response.text(), /passwd|postgres/);
    assert.equal(server.errors.length, 1);
  }
});

test("an address is the connection's, and a header's only behind a named proxy", () => {
  const of = (remoteAddress: string, forwarded: string | undefined, trusted: readonly string[]) =>
    clientAddressOf(
      {
        method: "GET",
        target: "/",
        headers: { "x-forwarded-for": forwarded },
        remoteAddress,
        isEncrypted: false,
        clientCertificate: undefined,
      },
      trusted,
    );
  const proxies = ["10.0.0.0/8", "fd00::/8"];
  assert.equal(of("198.51.100.7", "203.0.113.9", []), "198.51.100.7");
  assert.equal(of("198.51.100.7", "203.0.113.9", proxies), "198.51.100.7");
  assert.equal(of("10.0.0.1", "203.0.113.9", proxies), "203.0.113.9");
  assert.equal(of("::ffff:10.0.0.1", "203.0.113.9", proxies), "203.0.113.9");
  // The first is what the client wrote itself.
  assert.equal(of("10.0.0.1", "127.0.0.1, 203.0.113.9, 10.0.0.2", proxies), "203.0.113.9");
  assert.equal(of("10.0.0.1", "203.0.113.9, nonsense", proxies), "10.0.0.1");
  assert.equal(of("10.0.0.1", undefined, proxies), "10.0.0.1");
});
