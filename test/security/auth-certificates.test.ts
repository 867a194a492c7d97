// Clients that are known by their certificates, over real TLS, and all that a certificate could say instead.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { request as send } from "node:https";
import { text } from "node:stream/consumers";
import { describe, it, test } from "node:test";
import { makeToolScopes } from "../../runtime/policy/tool-scopes.ts";
import { makeClientCertificates } from "../../runtime/server/auth/client-certificates.ts";
import { parseData } from "../helpers/policy-files.ts";
import { accepted, refused } from "../helpers/auth-requests.ts";
import { makeCertificate } from "../helpers/certificate.ts";
import { ClientAuthority, type ClientCertificate } from "../helpers/client-certificate.ts";
import {
  JSON_REQUEST,
  MODERN,
  modernMeta,
  startHttp,
  type TestServer,
} from "../helpers/http-server.ts";

const authority = new ClientAuthority("acme's clients");
const fingerprint = ({ der }: ClientCertificate): string =>
  createHash("sha256").update(der).digest("hex");

function open(auth: object, nowMs: () => number = Date.now) {
  const { server } = parseData({ version: 1, server: { auth: { mode: "mtls", ...auth } } });
  if (server.auth?.mode !== "mtls") throw new Error("not the mode that was asked for");
  const scopes = makeToolScopes({ default: ["tools"], tools: { t__echo: ["tools", "echo"] } });
  return makeClientCertificates({ auth: server.auth, scopes, nowMs });
}

const BY_NAMES = { tenant: { field: "subject.O" }, subject: "subject.CN", scopes: ["tools"] };

describe("a client certificate", () => {
  it("is the tenant and the user that its fields name, with the scopes of the configuration", async () => {
    const certificate = authority.issue({ CN: "robot 7", O: "acme" }, [["uri", "spiffe://acme/x"]]);
    const own = { clientCertificate: certificate.der };
    const byNames = await accepted(open(BY_NAMES), [], own);
    assert.deepEqual(
      [byNames.via, byNames.tenant, byNames.subject],
      ["certificate", "acme", "robot 7"],
    );
    assert.deepEqual(byNames.scopes, new Set(["tools"]));
    assert.equal(byNames.credential, fingerprint(certificate));
    const byAddress = open({ tenant: { value: "globex" }, subject: "san.uri" });
    const found = await accepted(byAddress, [], own);
    assert.deepEqual([found.tenant, found.subject], ["globex", "spiffe://acme/x"]);
    assert.deepEqual(found.scopes, new Set());
  });

  it("renewed is the same principal", async () => {
    const ids = [0, 1].map(() => authority.issue({ CN: "robot", O: "acme" }).der);
    const authenticator = open(BY_NAMES);
    const [one, other] = await Promise.all(
      ids.map((clientCertificate) => accepted(authenticator, [], { clientCertificate })),
    );
    assert.equal(one?.id, other?.id);
    assert.notEqual(one?.credential, other?.credential);
  });

  it("is refused where its names are not one plain name of that kind", async () => {
    const byUri = { tenant: { value: "acme" }, subject: "san.uri" };
    const byDns = { tenant: { value: "acme" }, subject: "san.dns" };
    const wrong: readonly (readonly [string, object, ClientCertificate])[] = [
      ["no organization", BY_NAMES, authority.issue({ CN: "a" })],
      ["no name", BY_NAMES, authority.issue({ O: "acme" })],
      ["two organizations", BY_NAMES, authority.issue({ CN: "a", O: ["acme", "globex"] })],
      ["the local tenant", BY_NAMES, authority.issue({ CN: "a", O: "local" })],
      ["a name that hides", BY_NAMES, authority.issue({ CN: "a\u200b", O: "acme" })],
      ["a name of two lines", BY_NAMES, authority.issue({ CN: "a\nO=globex", O: "acme\0" })],
      ["an organization of NUL", BY_NAMES, authority.issue({ CN: "a", O: "acme\0globex" })],
      ["no alternative name", byUri, authority.issue({ CN: "a" })],
      ["one of another kind", byUri, authority.issue({ CN: "a" }, [["dns", "URI:spiffe://x"]])],
      [
        "two of the kind",
        byUri,
        authority.issue({ CN: "a" }, [
          ["uri", "spiffe://a"],
          ["uri", "spiffe://b"],
        ]),
      ],
      ["one in another", byDns, authority.issue({ CN: "a" }, [["uri", "x, DNS:victim.example"]])],
      ["a comma in it", byDns, authority.issue({ CN: "a" }, [["dns", "a, DNS:b"]])],
      ["a NUL in it", byDns, authority.issue({ CN: "a" }, [["dns", "a.example\0.evil"]])],
      ["a quotation in it", byDns, authority.issue({ CN: "a" }, [["dns", 'a"b']])],
    ];
    for (const [name, auth, { der }] of wrong) {
      const challenge = await refused(open(auth), [], { clientCertificate: der });
      assert.equal(challenge.status, 403, name);
    }
  });

  it("is refused when it is revoked, ended, not begun, damaged or not there", async () => {
    const good = authority.issue({ CN: "a", O: "acme" });
    const revoked = [
      fingerprint(good)
        .toUpperCase()
        .replaceAll(/..(?=.)/g, "$&:"),
    ];
    const own = { clientCertificate: good.der };
    await accepted(open(BY_NAMES), [], own);
    assert.match((await refused(open({ ...BY_NAMES, revoked }), [], own)).message, /revoked/);
    let laterMs = 0;
    const clocked = open(BY_NAMES, () => Date.now() + laterMs);
    await accepted(clocked, [], own);
    laterMs = 2 * 3_600_000;
    await refused(clocked, [], own);
    laterMs = -3_600_000;
    await refused(
      open(BY_NAMES, () => Date.now() - 3_600_000),
      [],
      own,
    );
    for (const clientCertificate of [undefined, Buffer.alloc(0), good.der.subarray(0, 99)])
      await refused(open(BY_NAMES), [], { clientCertificate });
  });

  it("in a header is nothing, and neither is a token", async () => {
    const { der, cert } = authority.issue({ CN: "a", O: "acme" });
    const headers = [
      ["Authorization", `Bearer ${der.toString("base64url").slice(0, 100)}`],
      ["X-Forwarded-Client-Cert", encodeURIComponent(cert)],
      ["X-SSL-Client-Cert", encodeURIComponent(cert)],
      ["Client-Cert", `:${der.toString("base64")}:`],
    ] as const;
    assert.equal((await refused(open(BY_NAMES), headers)).status, 403);
  });
});

test("over TLS only certificates of the named authority let anybody in", async (t) => {
  const tls = makeCertificate("127.0.0.1");
  const server = await startHttp(t, {
    authenticator: open({ ...BY_NAMES, scopes: ["tools", "echo"] }),
    tls: { ...tls, clientCa: authority.cert },
  });
  const own = authority.issue({ CN: "ann", O: "acme" });
  assert.equal(await call(server, tls.cert, own), 200);
  assert.equal(server.calls[0]?.caller.principal.subject, "ann");
  assert.equal(await call(server, tls.cert), 403);
  const stranger = new ClientAuthority("acme's clients").issue({ CN: "ann", O: "acme" });
  assert.equal(await call(server, tls.cert, stranger), 403);
  const ended = authority.issue({ CN: "ann", O: "acme" }, [], {
    fromMs: Date.now() - 7_200_000,
    untilMs: Date.now() - 3_600_000,
  });
  assert.equal(await call(server, tls.cert, ended), 403);
  assert.equal(server.calls.length, 1);
});

async function call(server: TestServer, ca: string, own?: ClientCertificate): Promise<number> {
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "t__echo", arguments: { text: "x" }, _meta: modernMeta() },
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const request = send(server.url, {
    method: "POST",
    ca,
    checkServerIdentity: () => undefined,
    agent: false,
    headers: {
      ...JSON_REQUEST,
      "mcp-protocol-version": MODERN,
      "mcp-method": "tools/call",
      "mcp-name": "t__echo",
    },
    ...(own ? { key: own.key, cert: own.cert } : {}),
  });
  request.on("response", (response) => {
    text(response).then(() => resolve(response.statusCode ?? 0), reject);
  });
  request.on("error", reject);
  request.end(body);
  return promise;
}
