// Tokens that are bound to a key of the client's own (RFC 9449), as a real authorization server binds them.
import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { base64url, exportJWK, generateKeyPair } from "jose";
import {
  makeLocalReplayGuard,
  makeSharedReplayGuard,
} from "../../runtime/server/auth/replay-guard.ts";
import { makeMemoryStore } from "../../runtime/server/store/memory-store.ts";
import { accepted, bearer, errorOf, refused, type Headers } from "../helpers/auth-requests.ts";
import { ProofKey, RESOURCE, TokenIssuer } from "../helpers/token-issuer.ts";
import { TokenRoom } from "../helpers/token-room.ts";

let issuer: TokenIssuer;
let room: TokenRoom;
let key: ProofKey;
let token: string;
before(async () => {
  issuer = await TokenIssuer.start();
  room = new TokenRoom(issuer);
  key = await ProofKey.make();
  const proof = await key.prove(undefined, { htu: `${issuer.issuer}/token` });
  const issued = await issuer.issue({ proof });
  assert.deepEqual([issued.status, issued.type], [200, "DPoP"]);
  token = issued.token;
});
after(() => issuer.close());

const withProof = (proof: string, of = token): Headers => [
  ["Authorization", `DPoP ${of}`],
  ["DPoP", proof],
];
const now = (): number => Math.floor(Date.now() / 1000);

describe("a token with a proof of its key", () => {
  it("is accepted, each time with another proof", async () => {
    for (let time = 0; time < 3; time += 1) {
      const principal = await accepted(room.authenticator, withProof(await key.prove(token)));
      assert.equal(principal.tenant, "acme");
    }
  });

  it("may name the address with a query, in other spellings of the same, and be some seconds off", async () => {
    for (const claims of [
      { htu: `${RESOURCE}?x=1` },
      { htu: `${RESOURCE}#x` },
      { htu: "HTTPS://TOOLS.example.test:443/mcp" },
      { htu: "https://tools.example.test/x/../mcp" },
      { iat: now() - 50 },
      { iat: now() + 4 },
    ])
      await accepted(room.authenticator, withProof(await key.prove(token, claims)));
  });

  it("is for this server as the operator names it, whatever Host a request has", async () => {
    const proof = await key.prove(token, { htu: "https://evil.example/mcp" });
    const headers: Headers = [
      ...withProof(proof),
      ["Host", "evil.example"],
      ["X-Forwarded-Host", "evil.example"],
    ];
    assert.equal(errorOf(await refused(room.authenticator, headers)), "invalid_dpop_proof");
    for (const target of [
      "//evil.example/mcp",
      "https://evil.example/mcp",
      "\\\\evil.example\\mcp",
    ])
      assert.equal(
        errorOf(await refused(room.authenticator, headers, { target })),
        "invalid_dpop_proof",
        target,
      );
  });

  it("reaches a server behind a proxy that takes off the beginning of the path", async () => {
    const prefixed = new TokenRoom(issuer, {
      auth: { resource: "https://tools.example.test/a/mcp", audience: RESOURCE },
    });
    const proof = await key.prove(token, { htu: "https://tools.example.test/a/mcp" });
    await accepted(prefixed.authenticator, withProof(proof), { target: "/mcp" });
  });
});

describe("what is no proof for this request", () => {
  it("is answered 401 invalid_dpop_proof", async () => {
    const other = await ProofKey.make();
    const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const good = await key.prove(token);
    const [, payload = "", signature = ""] = good.split(".");
    const header = (more: object): string =>
      base64url.encode(JSON.stringify({ alg: "ES256", typ: "dpop+jwt", jwk: key.jwk, ...more }));
    const secret = new Uint8Array(32);
    const oct = { kty: "oct", k: base64url.encode(secret) };
    const wholeKey = await exportJWK(
      (await generateKeyPair("ES256", { extractable: true })).privateKey,
    );
    const attempts: Readonly<Record<string, string | undefined>> = {
      none: undefined,
      "for another method": await key.prove(token, { htm: "GET" }),
      "for a method in lower case": await key.prove(token, { htm: "post" }),
      "without a method": await key.prove(token, { htm: undefined }),
      "for another path": await key.prove(token, { htu: "https://tools.example.test/other" }),
      "for another host": await key.prove(token, { htu: "https://tools.example.test.evil/mcp" }),
      "for another port": await key.prove(token, { htu: "https://tools.example.test:444/mcp" }),
      "for plain http": await key.prove(token, { htu: "http://tools.example.test/mcp" }),
      "for an address with a user": await key.prove(token, {
        htu: "https://x@tools.example.test/mcp",
      }),
      "for a list of addresses": await key.prove(token, { htu: [RESOURCE] }),
      "for no address": await key.prove(token, { htu: undefined }),
      "for no token": await key.prove(undefined),
      "for another token": await key.prove(await issuer.forge()),
      "with a hash of the token that is cut": await key.prove(token, { ath: "AAAA" }),
      "from two minutes ago": await key.prove(token, { iat: now() - 120 }),
      "from the future": await key.prove(token, { iat: now() + 60 }),
      "without a time": await key.prove(token, { iat: undefined }),
      "with a time that is text": await key
        .prove(token, { iat: String(now()) as unknown as number })
        .catch(() => ""),
      "without an identifier": await key.prove(token, { jti: undefined }),
      "with an identifier that is a number": await key.prove(token, { jti: 7 }),
      "with an empty identifier": await key.prove(token, { jti: "" }),
      "with an endless identifier": await key.prove(token, { jti: "x".repeat(300) }),
      "of another key": await other.prove(token),
      "signed by another key than it shows": await key.prove(token, {}, {}, other.privateKey),
      "showing another key than signed it": await other.prove(token, {}, { jwk: key.jwk }),
      "with a private key in it": await key.prove(
        token,
        {},
        { jwk: { ...key.jwk, d: wholeKey.d } },
      ),
      "with a shared key": await key.prove(token, {}, { alg: "HS256", jwk: oct }, secret),
      "with HS256 over the public key": await key.prove(
        token,
        {},
        { alg: "HS256" },
        Buffer.from(JSON.stringify(key.jwk)),
      ),
      "alg none": `${header({ alg: "none" })}.${payload}.${signature}`,
      "alg none, no signature": `${header({ alg: "none" })}.${payload}.`,
      "with a short RSA key": `${header({ alg: "PS256", jwk: rsa.publicKey.export({ format: "jwk" }) })}.${payload}.${signature}`,
      "with a key that is no object": `${header({ jwk: "x" })}.${payload}.${signature}`,
      "with a key of another kind of member": `${header({ jwk: { kty: "EC", crv: 1, x: {}, y: [] } })}.${payload}.${signature}`,
      "without a key": `${header({ jwk: undefined })}.${payload}.${signature}`,
      "of another type": await key.prove(token, {}, { typ: "JWT" }),
      "without a type": await key.prove(token, {}, { typ: undefined }),
      "with a critical extension": `${header({ crit: ["x"], x: 1 })}.${payload}.${signature}`,
      "an access token": token,
      "changed after it was signed": `${header({})}.${base64url.encode(JSON.stringify({ jti: "x" }))}.${signature}`,
      "two, joined": `${good}, ${await key.prove(token)}`,
      "of 5 KiB": await key.prove(token, { x: "x".repeat(5000) }),
      "no JWT": "x",
    };
    for (const [name, proof] of Object.entries(attempts)) {
      const headers = proof === undefined ? withProof("").slice(0, 1) : withProof(proof);
      const challenge = await refused(room.authenticator, headers);
      assert.equal(challenge.status, 401, name);
      assert.equal(errorOf(challenge), "invalid_dpop_proof", name);
      assert.match(challenge.challenges[0] ?? "", /^DPoP .*algs="ES256 /);
      assert.equal(challenge.challenges.length, 1);
    }
  });

  it("is a proof that was used before, also at another replica", async () => {
    const store = makeMemoryStore();
    const replicas = [0, 1].map(
      () => new TokenRoom(issuer, { replay: makeSharedReplayGuard(store) }).authenticator,
    );
    const [one, other] = replicas as [TokenRoom["authenticator"], TokenRoom["authenticator"]];
    const proof = await key.prove(token);
    await accepted(one, withProof(proof));
    for (const replica of [one, other]) {
      const challenge = await refused(replica, withProof(proof));
      assert.match(challenge.message, /used before/);
    }
    const twice = await key.prove(token);
    const both = await Promise.all(
      [one, other].map((replica) =>
        Promise.resolve(
          replica.authenticate({
            method: "POST",
            target: "/mcp",
            headers: { authorization: `DPoP ${token}`, dpop: twice },
            remoteAddress: "203.0.113.9",
            isEncrypted: true,
            clientCertificate: undefined,
          }),
        ),
      ),
    );
    assert.equal(both.filter(({ kind }) => kind === "principal").length, 1);
  });

  it("is not remembered when it is refused: nobody uses up another's identifiers", async () => {
    const jti = randomUUID();
    const other = await ProofKey.make();
    await refused(room.authenticator, withProof(await other.prove(token, { jti })));
    await refused(room.authenticator, withProof(await key.prove(token, { jti, htm: "GET" })));
    await accepted(room.authenticator, withProof(await key.prove(token, { jti })));
    await refused(room.authenticator, withProof(await key.prove(token, { jti })));
  });

  it("is none where nobody can remember it", async () => {
    const away = {
      addOnce: () => {
        throw new Error("the store is away");
      },
    };
    const { authenticator } = new TokenRoom(issuer, { replay: away });
    assert.equal((await refused(authenticator, withProof(await key.prove(token)))).status, 503);
  });
});

describe("how a token is bound", () => {
  it("cannot be left out: as Bearer it is refused, with and without a proof", async () => {
    for (const headers of [
      bearer(token),
      [...bearer(token), ["DPoP", await key.prove(token)] as const],
    ]) {
      const challenge = await refused(room.authenticator, headers);
      assert.equal(errorOf(challenge), "invalid_token");
    }
  });

  it("cannot be claimed: a token that is bound to nothing is refused as DPoP", async () => {
    const plain = await issuer.forge();
    const challenge = await refused(room.authenticator, withProof(await key.prove(plain), plain));
    assert.equal(errorOf(challenge), "invalid_token");
  });

  it("is demanded of every token where the operator says so", async () => {
    const { authenticator } = new TokenRoom(issuer, { auth: { dpop: "required" } });
    assert.equal(
      errorOf(await refused(authenticator, bearer(await issuer.forge()))),
      "invalid_token",
    );
    await accepted(authenticator, withProof(await key.prove(token)));
    assert.match(
      (await refused(authenticator, [])).challenges[0] ?? "",
      /^DPoP resource_metadata=/,
    );
  });

  it("is refused whole where proofs are switched off", async () => {
    const { authenticator } = new TokenRoom(issuer, { auth: { dpop: "off" } });
    assert.equal(
      errorOf(await refused(authenticator, withProof(await key.prove(token)))),
      "invalid_token",
    );
    assert.equal(errorOf(await refused(authenticator, bearer(token))), "invalid_token");
  });
});

describe("the memory of proofs", () => {
  it("is bounded for each key and for all, lets go of what has ended, and never forgets early", () => {
    let nowMs = 0;
    const guard = makeLocalReplayGuard(() => nowMs, { entriesMax: 5, perOwnerMax: 3 });
    for (const id of ["1", "2", "3"]) assert.equal(guard.addOnce("a", id, 100), true);
    assert.throws(() => guard.addOnce("a", "4", 100));
    for (const id of ["1", "2", "3"]) assert.equal(guard.addOnce("a", id, 100), false);
    assert.equal(guard.addOnce("b", "1", 50), true);
    assert.equal(guard.addOnce("b", "2", 200), true);
    assert.throws(() => guard.addOnce("c", "1", 100));
    nowMs = 60;
    assert.equal(guard.addOnce("c", "1", 100), true);
    nowMs = 101;
    assert.equal(guard.addOnce("a", "1", 100), true);
    assert.equal(guard.addOnce("b", "2", 100), false);
  });
});
