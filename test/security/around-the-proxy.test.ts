// Where a proxy ends TLS, nobody else may speak plain HTTP to the server: neither with credentials nor to read a page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_HTTP } from "../../runtime/policy/server/http-configuration.ts";
import { LOCAL_ONLY } from "../../runtime/server/auth/local-only.ts";
import type { HttpExchange, HttpRequest } from "../../runtime/server/http/exchange.ts";
import { HttpServer } from "../../runtime/server/http/http-server.ts";

const PROXY = { trusted: ["10.0.0.0/8", "fd00::/8"] };

/** What a peer at an address hears. No test machine has these addresses, so the connection itself is left out. */
async function ask(
  given: Partial<HttpRequest>,
  proxy: { readonly trusted: readonly string[] } | null = PROXY,
  bearer?: "an API key",
): Promise<{ readonly status: number; readonly body: string }> {
  const server = new HttpServer({
    http: { ...DEFAULT_HTTP, hosts: ["tools.example.com"], ...(proxy ? { proxy } : {}) },
    authenticator: { ...LOCAL_ONLY, ...(bearer ? { bearer } : {}) },
    places: [],
    onError: (error) => assert.fail(error),
  });
  let heard: { readonly status: number; readonly body: string } | undefined;
  const exchange: HttpExchange = {
    request: {
      method: "GET",
      target: "/",
      headers: { host: "tools.example.com", accept: "text/html" },
      remoteAddress: "192.0.2.7",
      isEncrypted: false,
      clientCertificate: undefined,
      ...given,
    },
    readBody: () => assert.fail("nothing of it is read"),
    answer: (status, _headers, body) => (heard = { status, body }),
    stream: () => assert.fail("nothing is streamed"),
    onClosed: () => undefined,
  };
  await server.handle(exchange);
  return heard ?? assert.fail("there is no answer");
}

for (const remoteAddress of ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::7", "11.0.0.1", ""])
  test(`plain HTTP from ${remoteAddress || "nowhere"} is refused, whatever it asks for and says`, async () => {
    for (const target of ["/", "/mcp", "/nothing", "/.well-known/oauth-protected-resource"])
      for (const more of [{}, { "x-forwarded-for": "10.0.0.1", "x-forwarded-proto": "https" }]) {
        const headers = { host: "evil.example", ...more };
        const { status, body } = await ask({ remoteAddress, target, headers });
        assert.equal(status, 403);
        assert.match(body, /"FORBIDDEN".*server\.http\.proxy\.trusted/);
      }
  });

for (const remoteAddress of ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "127.0.0.1", "::1"])
  test(`the proxy and this machine may speak it: ${remoteAddress}`, async () => {
    assert.equal((await ask({ remoteAddress })).status, 200);
  });

test("health is told to everybody, TLS may come from everywhere, and without a proxy nothing changes", async () => {
  assert.equal((await ask({ target: "/healthz" })).status, 200);
  assert.equal((await ask({ target: "/readyz" })).status, 200);
  assert.equal((await ask({ isEncrypted: true })).status, 200);
  assert.equal((await ask({}, null)).status, 200);
  assert.equal((await ask({}, { trusted: [] })).status, 200);
});

test("the page shows an address only where it is known to be reached by https", async () => {
  const host = "tools.example.com";
  const shown = async (given: Partial<HttpRequest>, proto?: string): Promise<string> => {
    const headers = {
      host,
      accept: "text/html",
      ...(proto === undefined ? {} : { "x-forwarded-proto": proto }),
    };
    const { body } = await ask({ ...given, headers });
    return /<pre>(.*)<\/pre>/.exec(body)?.[1] ?? "";
  };
  const proxy = { remoteAddress: "10.0.0.1" };
  assert.equal(await shown(proxy, "https"), `https://${host}/mcp`);
  assert.equal(await shown(proxy, "http, https"), `https://${host}/mcp`);
  assert.equal(await shown({ isEncrypted: true }), `https://${host}/mcp`);
  for (const proto of [undefined, "http", "https, http", "https://evil.example"])
    assert.equal(await shown(proxy, proto), "/mcp");
  // Whoever is not the proxy says what they like.
  assert.equal(await shown({ remoteAddress: "127.0.0.1" }, "https"), "/mcp");
});

test("the page names the header that clients need, and nothing to be run that is not pinned", async () => {
  const { body } = await ask({ isEncrypted: true });
  assert.doesNotMatch(body, /npx|Authorization/);
  const { body: withKey } = await ask({ isEncrypted: true }, PROXY, "an API key");
  assert.match(withKey, /<code>Authorization: Bearer<\/code>, followed by an API key/);
});
