// Access tokens of a real authorization server, and all that one could send instead: 0 of them may be accepted.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { base64url, exportJWK, exportSPKI, generateKeyPair } from "jose";
import { accepted, bearer, errorOf, refused, type Headers } from "../helpers/auth-requests.ts";
import { makeCertificate } from "../helpers/certificate.ts";
import { RESOURCE, TokenIssuer } from "../helpers/token-issuer.ts";
import { TokenRoom } from "../helpers/token-room.ts";

let issuer: TokenIssuer;
let room: TokenRoom;
before(async () => {
  issuer = await TokenIssuer.start();
  room = new TokenRoom(issuer, {
    scopes: {
      default: ["tools"],
      tools: { files__write: ["tools", "files:write"], time__now: [] },
    },
  });
});
after(() => issuer.close());

const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));
const now = (): number => Math.floor(Date.now() / 1000);

describe("a token of the issuer for this resource", () => {
  it("is its tenant, user, client and scopes", async () => {
    const { status, token, type } = await issuer.issue();
    assert.deepEqual([status, type], [200, "Bearer"]);
    const principal = await accepted(room.authenticator, bearer(token));
    assert.equal(principal.via, "token");
    assert.equal(principal.tenant, "acme");
    assert.equal(principal.client, "desk");
    assert.deepEqual([...(principal.scopes ?? [])], ["tools", "files:write"]);
  });

  it("is accepted at once when it comes again, by whatever case its scheme is written in", async () => {
    const token = await issuer.forge();
    await accepted(room.authenticator, bearer(token));
    for (const scheme of ["Bearer", "bearer", "BEARER"]) {
      const outcome = room.authenticator.authenticate({
        method: "POST",
        target: "/mcp",
        headers: { authorization: `${scheme} ${token}` },
        remoteAddress: "203.0.113.9",
        isEncrypted: true,
        clientCertificate: undefined,
      });
      assert.ok(!(outcome instanceof Promise));
      assert.equal(outcome.kind, "principal");
    }
  });

  it("may be for other resources too, and write its scopes as a list", async () => {
    const token = await issuer.forge({ aud: ["https://x.example", RESOURCE], scope: ["a", "b"] });
    assert.deepEqual(
      (await accepted(room.authenticator, bearer(token))).scopes,
      new Set(["a", "b"]),
    );
    const none = await accepted(
      room.authenticator,
      bearer(await issuer.forge({ scope: undefined })),
    );
    assert.deepEqual(none.scopes, new Set());
  });

  it("counts no longer than it says, remembered or not", async () => {
    const own = new TokenRoom(issuer);
    const token = await issuer.forge({ exp: now() + 30 });
    await accepted(own.authenticator, bearer(token));
    own.laterMs = 34_000;
    await accepted(own.authenticator, bearer(token));
    own.laterMs = 36_000;
    const challenge = await refused(own.authenticator, bearer(token));
    assert.equal(errorOf(challenge), "invalid_token");
    assert.match(challenge.message, /expired/);
  });
});

describe("what is no such token", () => {
  const attempts = async (): Promise<Readonly<Record<string, string>>> => {
    const stranger = await generateKeyPair("ES256", { extractable: true });
    const strangerJwk = await exportJWK(stranger.publicKey);
    const good = await issuer.forge();
    const [header = "", payload = "", signature = ""] = good.split(".");
    const spki = new TextEncoder().encode(await exportSPKI(issuer.publicKey));
    const { x = "" } = await exportJWK(issuer.publicKey);
    const other = await issuer.issue({ resource: "https://other.example.test/mcp" });
    const changed = encode({
      ...(JSON.parse(Buffer.from(payload, "base64url").toString()) as object),
      org: "victim",
    });
    return {
      "for another resource, of the same issuer": other.token,
      "for the origin of the resource": await issuer.forge({ aud: "https://tools.example.test" }),
      "for a resource that begins with ours": await issuer.forge({ aud: `${RESOURCE}2` }),
      "for nobody": await issuer.forge({ aud: undefined }),
      "for an empty list": await issuer.forge({ aud: [] }),
      "of another issuer": await issuer.forge({ iss: "https://id.example.test" }),
      "of an issuer with a slash more": await issuer.forge({ iss: `${issuer.issuer}/` }),
      "of no issuer": await issuer.forge({ iss: undefined }),
      "alg none": `${encode({ alg: "none", typ: "at+jwt" })}.${payload}.`,
      "alg none with a signature": `${encode({ alg: "none", typ: "at+jwt" })}.${payload}.${signature}`,
      "alg nOnE": `${encode({ alg: "nOnE", typ: "at+jwt" })}.${payload}.`,
      "HS256 over the public key's PEM": await issuer.forge({}, { alg: "HS256" }, spki),
      "HS256 over the public key's x": await issuer.forge(
        {},
        { alg: "HS256" },
        createHash("sha256").update(x).digest(),
      ),
      "HS256 over nothing": await issuer.forge({}, { alg: "HS256", kid: "" }, new Uint8Array(32)),
      "a stranger's key, jwk in the header": await issuer.forge(
        {},
        { jwk: strangerJwk, kid: undefined },
        stranger.privateKey,
      ),
      "a stranger's key, its kid ours": await issuer.forge({}, {}, stranger.privateKey),
      "a stranger's key, jku in the header": await issuer.forge(
        {},
        { jku: "http://127.0.0.1:1/jwks", kid: "evil" },
        stranger.privateKey,
      ),
      "a stranger's key, x5u and x5c in the header": await issuer.forge(
        {},
        { x5u: "http://127.0.0.1:1/", x5c: [btoa("x")], kid: "evil" },
        stranger.privateKey,
      ),
      "a kid that is a path": await issuer.forge(
        {},
        { kid: "../../../dev/null" },
        stranger.privateKey,
      ),
      "changed after it was signed": `${header}.${changed}.${signature}`,
      "a signature of zeros": `${header}.${payload}.${"A".repeat(86)}`,
      "no signature": `${header}.${payload}.`,
      "an ID token's type": await issuer.forge({}, { typ: "JWT" }),
      "no type": await issuer.forge({}, { typ: undefined }),
      "a proof's type": await issuer.forge({}, { typ: "dpop+jwt" }),
      "a critical extension": await issuer
        .forge({}, { crit: ["x"], x: 1 })
        .catch(
          () =>
            `${encode({ alg: "ES256", typ: "at+jwt", kid: "k1", crit: ["x"], x: 1 })}.${payload}.${signature}`,
        ),
      "an unencoded payload": `${encode({ alg: "ES256", typ: "at+jwt", kid: "k1", b64: false, crit: ["b64"] })}.${payload}.${signature}`,
      expired: await issuer.forge({ iat: now() - 120, exp: now() - 60 }),
      "without an end": await issuer.forge({ exp: undefined }),
      "with an end that is text": await issuer.forge({ exp: "9999999999" }),
      "not yet valid": await issuer.forge({ nbf: now() + 600 }),
      "issued in the future": await issuer.forge({ iat: now() + 600, exp: now() + 900 }),
      "without a user": await issuer.forge({ sub: undefined }),
      "without a client": await issuer.forge({ client_id: undefined }),
      "without a time of issue": await issuer.forge({ iat: undefined }),
      "without an identifier": await issuer.forge({ jti: undefined }),
      "without a tenant": await issuer.forge({ org: undefined }),
      "with the local tenant": await issuer.forge({ org: "local" }),
      "with a tenant that is no text": await issuer.forge({ org: ["acme"] }),
      "with a tenant that hides": await issuer.forge({ org: "acme\u200b" }),
      "with a tenant that climbs by a NUL": await issuer.forge({ org: "acme\0/../victim" }),
      "with an endless tenant": await issuer.forge({ org: "a".repeat(129) }),
      "with a user of two lines": await issuer.forge({ sub: "ann\nadmin" }),
      "with scopes that are none": await issuer.forge({ scope: { tools: true } }),
      "with a scope that ends a quotation": await issuer.forge({ scope: ['a", error="x'] }),
      "with 300 scopes": await issuer.forge({
        scope: Array.from({ length: 300 }, (_, index) => `s${index}`),
      }),
      "with a binding that is not known": await issuer.forge({ cnf: { kid: "x" } }),
      "with a known binding and another": await issuer.forge({
        cnf: { "x5t#S256": "A".repeat(43), jwe: "x" },
      }),
      "with an empty binding": await issuer.forge({ cnf: {} }),
      "with a binding that is null": await issuer.forge({ cnf: null }),
      "with a thumbprint that is a list": await issuer.forge({ cnf: { jkt: ["A".repeat(43)] } }),
      "bound to a key, sent as Bearer": await issuer.forge({ cnf: { jkt: "A".repeat(43) } }),
      "bound to a certificate, sent without": await issuer.forge({
        cnf: { "x5t#S256": "A".repeat(43) },
      }),
      encrypted: `${encode({ alg: "dir", enc: "A256GCM", typ: "at+jwt" })}..AAAA.AAAA.AAAA`,
      "five parts": `${good}.x.y`,
      "two parts": `${header}.${payload}`,
      "a header of 3 KiB": await issuer.forge({}, { kid: "k".repeat(3000) }),
      "a header that is no JSON": `${base64url.encode("{")}.${payload}.${signature}`,
      "a header that is a list": `${encode([])}.${payload}.${signature}`,
      "a payload that is a list": `${header}.${encode([])}.${signature}`,
      "an opaque token": randomBytes(32).toString("base64url"),
    };
  };

  it("is answered 401 invalid_token, with where to learn more, and with nothing of the token", async () => {
    for (const [name, token] of Object.entries(await attempts())) {
      const challenge = await refused(room.authenticator, bearer(token));
      assert.equal(challenge.status, 401, name);
      assert.equal(errorOf(challenge), "invalid_token", name);
      assert.match(
        challenge.challenges[0] ?? "",
        /^Bearer resource_metadata="https:\/\/tools\.example\.test\/\.well-known\/oauth-protected-resource\/mcp", scope="tools", error=/,
      );
      assert.ok(!JSON.stringify(challenge).includes(token.slice(0, 20)), name);
    }
    assert.deepEqual(room.trouble, []);
  });

  it("is not remembered as if it were: the second time it is refused as well", async () => {
    for (const [name, token] of Object.entries(await attempts()))
      for (let time = 0; time < 2; time += 1)
        assert.equal((await refused(room.authenticator, bearer(token))).status, 401, name);
  });

  it("is answered 400 where it is no way to send one", async () => {
    const good = await issuer.forge();
    const wrong: Readonly<Record<string, Headers>> = {
      "9 KiB": bearer("x".repeat(9 * 1024)),
      twice: [...bearer(good), ...bearer(good)],
      "a good one and a bad one": [...bearer(good), ...bearer("x.y.z")],
      "a hundred": Array.from({ length: 100 }, () => bearer(good)[0]!),
      basic: [["Authorization", `Basic ${btoa(`desk:${good}`)}`]],
      "with a space in it": bearer(`${good} ${good}`),
      "with characters of no token": bearer(`${good}"`),
    };
    for (const [name, headers] of Object.entries(wrong)) {
      const challenge = await refused(room.authenticator, headers);
      assert.equal(challenge.status, 400, name);
      assert.equal(errorOf(challenge), "invalid_request", name);
    }
    for (const target of [
      `/mcp?access_token=${good}`,
      `/mcp?x=1&token=${good}`,
      `/mcp?acces%73_token=${good}`,
    ])
      for (const headers of [[], bearer(good)])
        assert.equal((await refused(room.authenticator, headers, { target })).status, 400, target);
  });

  it("takes no look at the network for addresses in a token", () => {
    assert.ok([...issuer.asked.keys()].every((path) => !/jku|x5u/.test(path)));
  });
});

describe("a token that is bound to a certificate", () => {
  it("is accepted from whoever shows that very certificate, remembered or not, and from nobody else", async () => {
    const own = Buffer.from(makeCertificate("a").cert.split("\n").slice(1, -2).join(""), "base64");
    const other = Buffer.from(
      makeCertificate("a").cert.split("\n").slice(1, -2).join(""),
      "base64",
    );
    const thumbprint = createHash("sha256").update(own).digest("base64url");
    const token = await issuer.forge({ cnf: { "x5t#S256": thumbprint } });
    for (let time = 0; time < 2; time += 1) {
      await accepted(room.authenticator, bearer(token), { clientCertificate: own });
      for (const clientCertificate of [undefined, other, own.subarray(1)]) {
        const challenge = await refused(room.authenticator, bearer(token), { clientCertificate });
        assert.equal(errorOf(challenge), "invalid_token");
      }
    }
  });
});

describe("challenges", () => {
  it("ask without an error where nothing came (RFC 6750, 3.1), in both schemes", async () => {
    const challenge = await refused(room.authenticator, []);
    assert.equal(challenge.status, 401);
    const shared =
      'resource_metadata="https://tools.example.test/.well-known/oauth-protected-resource/mcp", scope="tools"';
    assert.deepEqual(challenge.challenges, [
      `Bearer ${shared}`,
      `DPoP ${shared}, algs="ES256 ES384 EdDSA Ed25519 PS256"`,
    ]);
  });

  it("name every scope that a tool needs, held or not, with 403", async () => {
    const { authenticator } = room;
    const lacking = await accepted(authenticator, bearer(await issuer.forge({ scope: "tools" })));
    const challenge = authenticator.decideTool(lacking, "files__write");
    assert.equal(challenge?.status, 403);
    assert.match(
      challenge?.challenges[0] ?? "",
      /^Bearer resource_metadata="[^"]+", scope="tools files:write", error="insufficient_scope"/,
    );
    assert.equal(authenticator.decideTool(lacking, "files__read"), undefined);
    assert.equal(authenticator.decideTool(lacking, "time__now"), undefined);
    const nothing = await accepted(authenticator, bearer(await issuer.forge({ scope: undefined })));
    assert.equal(authenticator.decideTool(nothing, "files__read")?.status, 403);
    assert.equal(authenticator.decideTool(nothing, "constructor")?.status, 403);
    assert.equal(authenticator.decideTool(nothing, "time__now"), undefined);
  });

  it("lead to metadata that names the resource, its issuer and its scopes (RFC 9728, 2)", () => {
    assert.deepEqual(room.authenticator.metadata, {
      resource: RESOURCE,
      authorization_servers: [issuer.issuer],
      bearer_methods_supported: ["header"],
      scopes_supported: ["files:write", "tools"],
      dpop_signing_alg_values_supported: ["ES256", "ES384", "EdDSA", "Ed25519", "PS256"],
      dpop_bound_access_tokens_required: false,
    });
  });
});
