// Whoever speaks in the issuer's name is a stranger too: its metadata and keys are bounded, and never lead elsewhere.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { exportJWK, generateKeyPair } from "jose";
import { accepted, bearer, refused } from "../helpers/auth-requests.ts";
import { TokenIssuer } from "../helpers/token-issuer.ts";
import { TokenRoom } from "../helpers/token-room.ts";
import { codesOf } from "../helpers/refusals.ts";
import { parseData } from "../helpers/policy-files.ts";
import { openAuthenticator } from "../../runtime/server/auth/open-authenticator.ts";
import { makeMachine } from "../../runtime/cli/make-machine.ts";
import { AuthError } from "../../runtime/server/auth/errors.ts";

let issuer: TokenIssuer;
before(async () => {
  issuer = await TokenIssuer.start();
});
beforeEach(() => {
  issuer.intercept = undefined;
  issuer.asked.clear();
});
after(() => issuer.close());

const METADATA = /^\/\.well-known\//;
const answer = (pattern: RegExp, status: number, body: string | (() => string)) => {
  issuer.intercept = (path, respond) => {
    if (!pattern.test(path)) return false;
    respond(status, typeof body === "string" ? body : body());
    return true;
  };
};
const keysAsked = (): number => issuer.asked.get("/jwks") ?? 0;

describe("an issuer's metadata", () => {
  const wrong: Readonly<Record<string, string>> = {
    "of another issuer": JSON.stringify({ issuer: "https://id.example.test", jwks_uri: "x" }),
    "of no issuer": "{}",
    "that is no JSON": "<html>",
    "that is a list": "[]",
    "that is endless": `{"issuer": "${"x".repeat(300_000)}"}`,
    "whose keys are nowhere": "PLACE",
    "whose keys are at an address of the cloud's": 'PLACE"http://169.254.169.254/jwks"',
    "whose keys are by plain http elsewhere": 'PLACE"http://id.example.test/jwks"',
    "whose keys are a file": 'PLACE"file:///etc/passwd"',
    "whose keys are no text": "PLACE7",
  };

  it("is not followed anywhere that it must not lead: tokens cannot be checked, and may be good", async () => {
    for (const [name, body] of Object.entries(wrong)) {
      const place = body.slice("PLACE".length);
      answer(
        METADATA,
        200,
        body.startsWith("PLACE")
          ? `{"issuer": "${issuer.issuer}"${place === "" ? "" : `, "jwks_uri": ${place}`}}`
          : body,
      );
      const room = new TokenRoom(issuer);
      const challenge = await refused(room.authenticator, bearer(await issuer.forge()));
      assert.equal(challenge.status, 503, name);
      assert.deepEqual(challenge.challenges, [], name);
      assert.equal(room.trouble.length, 1, name);
      assert.equal(keysAsked(), 0, name);
    }
  });

  it("is not asked for where the operator names the keys", async () => {
    const room = new TokenRoom(issuer, { auth: { jwks: `${issuer.issuer}/jwks` } });
    await accepted(room.authenticator, bearer(await issuer.forge()));
    assert.deepEqual([...issuer.asked.keys()], ["/jwks"]);
  });
});

describe("an issuer's keys", () => {
  it("that are no keys for signatures leave every token unchecked", async () => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    const whole = { ...(await exportJWK(pair.privateKey)), kid: "k1" };
    const open = { ...(await exportJWK(issuer.publicKey)), kid: "k1" };
    const bodies: Readonly<Record<string, string>> = {
      none: '{"keys": []}',
      "no list": '{"keys": {}}',
      "a thousand": JSON.stringify({ keys: Array.from({ length: 1000 }, () => open) }),
      "shared ones": JSON.stringify({ keys: [{ kty: "oct", k: "AAAA", kid: "k1" }] }),
      "private ones": JSON.stringify({ keys: [whole] }),
      "for encryption": JSON.stringify({ keys: [{ ...open, use: "enc" }] }),
      "too large": JSON.stringify({ keys: [{ ...open, x5c: ["x".repeat(300_000)] }] }),
      "cut off": '{"keys": [',
    };
    for (const [name, body] of Object.entries(bodies)) {
      answer(/^\/jwks$/, 200, body);
      const room = new TokenRoom(issuer);
      const challenge = await refused(room.authenticator, bearer(await issuer.forge()));
      assert.equal(challenge.status, 503, name);
    }
    for (const status of [302, 404, 500]) {
      answer(/^\/jwks$/, status, "{}");
      const { authenticator } = new TokenRoom(issuer);
      assert.equal((await refused(authenticator, bearer(await issuer.forge()))).status, 503);
    }
  });

  it("are fetched once for many, and not again for each token with a key that nobody knows", async () => {
    const room = new TokenRoom(issuer);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => issuer.forge()));
    await Promise.all(tokens.map((token) => accepted(room.authenticator, bearer(token))));
    assert.equal(keysAsked(), 1);
    const stranger = await generateKeyPair("ES256");
    for (let index = 0; index < 20; index += 1) {
      const token = await issuer.forge({}, { kid: `x${index}` }, stranger.privateKey);
      assert.equal((await refused(room.authenticator, bearer(token))).status, 401);
    }
    assert.equal(keysAsked(), 1);
    room.laterMs = 31_000;
    await refused(
      room.authenticator,
      bearer(await issuer.forge({}, { kid: "y" }, stranger.privateKey)),
    );
    assert.equal(keysAsked(), 2);
  });

  it("that are new are found, and tokens by keys that are gone count no more, though they were verified before", async () => {
    const room = new TokenRoom(issuer);
    const old = await issuer.forge({ exp: Math.floor(Date.now() / 1000) + 7200 });
    await accepted(room.authenticator, bearer(old));
    const next = await generateKeyPair("ES256", { extractable: true });
    const jwk = { ...(await exportJWK(next.publicKey)), kid: "k2", alg: "ES256", use: "sig" };
    answer(/^\/jwks$/, 200, JSON.stringify({ keys: [jwk] }));
    room.laterMs = 31_000;
    await accepted(
      room.authenticator,
      bearer(await issuer.forge({}, { kid: "k2" }, next.privateKey)),
    );
    assert.equal((await refused(room.authenticator, bearer(old))).status, 401);
  });

  it("count for an hour while they cannot be fetched again, and then no more", async () => {
    const room = new TokenRoom(issuer);
    const exp = Math.floor(Date.now() / 1000) + 4 * 3600;
    await accepted(room.authenticator, bearer(await issuer.forge({ exp })));
    answer(/./, 500, "");
    room.laterMs = 30 * 60_000;
    await accepted(room.authenticator, bearer(await issuer.forge({ exp })));
    room.laterMs = 61 * 60_000;
    assert.equal(
      (await refused(room.authenticator, bearer(await issuer.forge({ exp })))).status,
      503,
    );
    issuer.intercept = undefined;
    room.laterMs += 31_000;
    await accepted(room.authenticator, bearer(await issuer.forge({ exp })));
    assert.ok(room.trouble.some((message) => message.endsWith("again")));
  });
});

describe("a start", () => {
  const open = (auth: object, mode: "production" | "development") => {
    const { server } = parseData({ version: 1, server: { auth } });
    const { privateFiles, sources } = makeMachine();
    const noteTrouble = (): void => {};
    return openAuthenticator({
      server,
      mode,
      keysFile: "/nowhere",
      privateFiles,
      sources,
      noteTrouble,
    });
  };

  it("in production refuses plain http for the issuer, its keys and the resource", async () => {
    const good = {
      mode: "oauth",
      issuer: "https://id.example.test",
      resource: "https://tools.example.test/mcp",
      tenant: { value: "acme" },
    };
    await open(good, "production");
    for (const key of ["issuer", "jwks", "resource"]) {
      const auth = { ...good, [key]: "http://127.0.0.1:8080" };
      await open(auth, "development");
      await assert.rejects(
        open(auth, "production"),
        (error) => error instanceof AuthError && error.code === "ERR_AUTH_INSECURE",
      );
    }
  });

  it("refuses a configuration that does not say whose data a token may see", () => {
    const auth = {
      mode: "oauth",
      issuer: "https://id.example.test",
      resource: "https://tools.example.test/mcp",
    };
    assert.deepEqual(
      codesOf(() => parseData({ version: 1, server: { auth } })),
      ["ERR_CONFIG_INVALID"],
    );
  });
});
