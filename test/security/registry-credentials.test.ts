// Whose credentials go where: to the registry they are for and its token service, when they are asked for, and to nobody else.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import { askCredentialHelper, dockerConfigFile } from "../../runtime/powers/credential-helper.ts";
import { makeFilePowers } from "../../runtime/powers/files.ts";
import type { Source } from "../../runtime/supply/read-source.ts";
import { fetchSource } from "../../runtime/supply/sources/fetch-source.ts";
import { findCredentials } from "../../runtime/supply/sources/oci/docker-config.ts";
import type { SourcePowers } from "../../runtime/supply/sources/powers.ts";
import { FakeRegistry } from "../helpers/fake-registry.ts";
import { codesOfRejection } from "../helpers/refusals.ts";
import { makeScratch } from "../helpers/scratch.ts";
import { ECHO } from "../helpers/signed-package.ts";
import { limitsFor, openSourceRoom, type SourceRoom } from "../helpers/source-room.ts";

const USER = "someone";
const SECRET = randomBytes(12).toString("base64url");
const TOKEN = randomBytes(24).toString("base64url");
const BASIC = `Basic ${Buffer.from(`${USER}:${SECRET}`).toString("base64")}`;
const BEARER = `Bearer ${TOKEN}`;

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

interface Scene extends AsyncDisposable {
  readonly registry: FakeRegistry;
  readonly room: SourceRoom;
  readonly host: string;
  /** `code` is what it must end in. */
  pull(code?: string): Promise<Source | undefined>;
  /** What was shown for credentials, by the beginning of the address. */
  shownTo(start: string): readonly (string | undefined)[];
}

/** A registry that wants `TOKEN`, and a token service beside it, with the operator's Docker configuration as `config` says. */
async function openScene(
  t: TestContext,
  config?: (host: string) => object,
  answer: Answer = (_request, response) => response.end(JSON.stringify({ token: TOKEN })),
): Promise<Scene> {
  const registry = new FakeRegistry();
  const folder = makeScratch(t);
  const file = join(folder, "config.json");
  const room = await openSourceRoom(
    (request, response) => {
      if (request.headers.host?.startsWith("auth.")) answer(request, response);
      else registry.handle(request, response);
    },
    { dockerConfigFile: () => file },
  );
  const { host } = new URL(room.origin("a"));
  if (config) writeFileSync(file, JSON.stringify(config(host)));
  registry.component(ECHO.component, "1");
  const realm = `${room.origin("auth")}/token?already=1`;
  registry.access = {
    challenge: `Bearer realm="${realm}",service="a service",scope="repository:somebody/else:pull,push,delete"`,
    authorization: BEARER,
  };
  return {
    registry,
    room,
    host,
    pull: (code) =>
      fetchSource(`oci://${host}/acme/x:1`, room.setting({ limits: limitsFor(code) })),
    shownTo: (start) =>
      room.sent
        .filter(({ url }) => url.startsWith(start))
        .map(({ headers }) => headers["authorization"]),
    [Symbol.asyncDispose]: () => room[Symbol.asyncDispose](),
  };
}

const stored = (host: string) => ({
  auths: { [host]: { auth: Buffer.from(`${USER}:${SECRET}`).toString("base64") } },
});

describe("a token", () => {
  it("is asked for without credentials where there are none, for this repository and no more", async (t) => {
    await using scene = await openScene(t);
    assert.equal((await scene.pull())?.kind, "bare");
    const asked = scene.room.sent.filter(({ url }) => url.startsWith(scene.room.origin("auth")));
    assert.equal(asked.length, 1);
    const { searchParams } = new URL(asked[0]?.url ?? "");
    assert.deepEqual(Object.fromEntries(searchParams), {
      already: "1",
      service: "a service",
      scope: "repository:acme/x:pull",
    });
    assert.equal(asked[0]?.headers["authorization"], undefined);
  });

  it("is paid for with the password for this registry, which only the token service sees", async (t) => {
    await using scene = await openScene(t, stored);
    assert.equal((await scene.pull())?.kind, "bare");
    assert.deepEqual(scene.shownTo(scene.room.origin("auth")), [BASIC]);
    const shown = new Set(scene.shownTo(scene.room.origin("a")));
    assert.deepEqual(shown, new Set([undefined, BEARER]));
  });

  it("is had for an identity token, in the body of a request", async (t) => {
    let form: URLSearchParams | undefined;
    await using scene = await openScene(
      t,
      (host) => ({ auths: { [`https://${host}/v2/`]: { identitytoken: SECRET } } }),
      async (request, response) => {
        form = new URLSearchParams(await text(request));
        response.end(JSON.stringify({ access_token: TOKEN }));
      },
    );
    assert.equal((await scene.pull())?.kind, "bare");
    assert.deepEqual(Object.fromEntries(form ?? []), {
      grant_type: "refresh_token",
      client_id: "glovebox",
      refresh_token: SECRET,
      service: "a service",
      scope: "repository:acme/x:pull",
    });
    assert.ok(scene.room.sent.every(({ url }) => !url.includes(SECRET)));
  });

  it("is not handed on to where a registry keeps its layers", async (t) => {
    await using scene = await openScene(t, stored);
    const { registry, room } = scene;
    registry.own = (request, response) => {
      if (request.headers.host?.startsWith("store.")) {
        response.end(registry.blobs.get((request.url ?? "").slice(1)));
        return true;
      }
      const [, digest] = /\/blobs\/(.+)$/.exec(request.url ?? "") ?? [];
      if (digest === undefined || request.headers.authorization !== BEARER) return false;
      response.writeHead(307, { location: `${room.origin("store")}/${digest}` }).end();
      return true;
    };
    assert.equal((await scene.pull())?.kind, "bare");
    assert.deepEqual(scene.shownTo(room.origin("store")), [undefined]);
  });

  it("is not had for the challenge of somebody whom a registry redirects to", async (t) => {
    await using scene = await openScene(t, stored);
    const { registry, room } = scene;
    registry.own = (request, response) => {
      if (request.headers.host?.startsWith("store.")) {
        const challenge = `Bearer realm="${room.origin("evil")}/token"`;
        response.writeHead(401, { "www-authenticate": challenge }).end();
        return true;
      }
      if (!request.url?.includes("/blobs/") || request.headers.authorization !== BEARER)
        return false;
      response.writeHead(307, { location: `${room.origin("store")}/blob` }).end();
      return true;
    };
    assert.deepEqual(await codesOfRejection(scene.pull()), ["ERR_SOURCE_NOT_AUTHORIZED"]);
    assert.deepEqual(scene.shownTo(room.origin("store")), [undefined]);
    assert.deepEqual(scene.shownTo(room.origin("evil")), []);
  });

  it("and the password are not shown to whom the token service redirects to", async (t) => {
    await using scene = await openScene(t, stored, (request, response) =>
      request.url?.startsWith("/token")
        ? response.writeHead(302, { location: `${scene.room.origin("evil")}/` }).end()
        : response.end("{}"),
    );
    scene.registry.own = (request, response) =>
      request.headers.host?.startsWith("evil.") === true && response.end("{}") !== undefined;
    assert.deepEqual(await codesOfRejection(scene.pull()), ["ERR_REGISTRY_TOKEN"]);
    assert.deepEqual(scene.shownTo(scene.room.origin("evil")), [undefined]);
  });

  const realms: readonly (readonly [realm: string, code: string])[] = [
    ["http://auth.glovebox.test/token", "ERR_SOURCE_INSECURE"],
    ["http://localhost:1/token", "ERR_SOURCE_INWARD"],
    ["https://127.0.0.1:1/token", "ERR_SOURCE_INWARD"],
    ["https://169.254.169.254/latest/meta-data", "ERR_SOURCE_INWARD"],
    ["https://user:word@auth.glovebox.test/", "ERR_REGISTRY_TOKEN"],
    ["file:///etc/passwd", "ERR_REGISTRY_TOKEN"],
    ["", "ERR_REGISTRY_TOKEN"],
  ];
  for (const [realm, code] of realms)
    it(`is not asked for at ${JSON.stringify(realm)}: ${code}`, async (t) => {
      await using scene = await openScene(t, stored);
      scene.registry.access = { challenge: `Bearer realm="${realm}"`, authorization: BEARER };
      assert.deepEqual(await codesOfRejection(scene.pull()), [code]);
      assert.ok(scene.room.sent.every(({ headers }) => headers["authorization"] !== BASIC));
    });

  const answers: Readonly<Record<string, readonly [code: string, answer: Answer]>> = {
    "is no JSON": ["ERR_REGISTRY_TOKEN", (_q, response) => response.end("token")],
    "has none": ["ERR_REGISTRY_TOKEN", (_q, response) => response.end("{}")],
    "has an empty one": ["ERR_REGISTRY_TOKEN", (_q, response) => response.end('{"token":""}')],
    "has one that is no text": [
      "ERR_REGISTRY_TOKEN",
      (_q, response) => response.end('{"token":[]}'),
    ],
    "has one that ends the header": [
      "ERR_REGISTRY_TOKEN",
      (_q, response) => response.end(JSON.stringify({ token: "a\r\nx: y" })),
    ],
    "has a very long one": [
      "ERR_REGISTRY_TOKEN",
      (_q, response) => response.end(JSON.stringify({ token: "a".repeat(20_000) })),
    ],
    "is very large": [
      "ERR_SOURCE_TOO_LARGE",
      (_q, response) => response.end(JSON.stringify({ x: "a".repeat(300_000) })),
    ],
    "is a refusal": ["ERR_SOURCE_NOT_AUTHORIZED", (_q, response) => response.writeHead(401).end()],
    "is a failure": ["ERR_SOURCE_ANSWER", (_q, response) => response.writeHead(500).end()],
    "never comes": ["ERR_SOURCE_TIMED_OUT", () => {}],
    "has one that does not count": [
      "ERR_SOURCE_NOT_AUTHORIZED",
      (_q, response) => response.end('{"token":"other"}'),
    ],
  };
  for (const [what, [code, answer]] of Object.entries(answers))
    it(`is refused with ${code} when the answer ${what}`, async (t) => {
      await using scene = await openScene(t, stored, answer);
      assert.deepEqual([...new Set(await codesOfRejection(scene.pull(code)))], [code]);
    });
});

describe("a registry that wants a password", () => {
  it("is shown that for itself, once it asks", async (t) => {
    await using scene = await openScene(t, stored);
    scene.registry.access = { challenge: 'Basic realm="x"', authorization: BASIC };
    assert.equal((await scene.pull())?.kind, "bare");
    assert.equal(scene.shownTo(scene.room.origin("a"))[0], undefined);
    assert.deepEqual(scene.shownTo(scene.room.origin("auth")), []);
  });

  it("is not shown another's, and is asked no second time when it refuses", async (t) => {
    await using scene = await openScene(t, () => stored("other.example"));
    scene.registry.access = { challenge: "Basic", authorization: BASIC };
    assert.deepEqual(await codesOfRejection(scene.pull()), ["ERR_SOURCE_NOT_AUTHORIZED"]);
    await using refusing = await openScene(t, stored);
    refusing.registry.access = { challenge: "Basic", authorization: "something else" };
    assert.deepEqual(await codesOfRejection(refusing.pull()), ["ERR_SOURCE_NOT_AUTHORIZED"]);
    assert.deepEqual(refusing.shownTo(refusing.room.origin("a")), [undefined, BASIC]);
  });

  it("must ask in a way that is known", async (t) => {
    for (const challenge of [
      "Negotiate",
      "Digest realm=x",
      "",
      "Bearer",
      `Basic${"x".repeat(9000)}`,
    ]) {
      await using scene = await openScene(t, stored);
      scene.registry.access = { challenge, authorization: BASIC };
      assert.deepEqual(await codesOfRejection(scene.pull()), ["ERR_REGISTRY_TOKEN"], challenge);
    }
  });
});

describe("Docker's configuration", () => {
  function find(
    t: TestContext,
    config: string | object,
    registry = "ghcr.io",
    own: Partial<SourcePowers> = {},
  ) {
    const file = join(makeScratch(t), "config.json");
    writeFileSync(file, typeof config === "string" ? config : JSON.stringify(config));
    const powers = { dockerConfigFile: () => file, ...own } as SourcePowers;
    return findCredentials(registry, powers, makeFilePowers());
  }
  const auth = (words: string): object => ({ auth: Buffer.from(words).toString("base64") });
  const login = { kind: "password", username: USER, password: SECRET };

  it("is looked up by registry, however its key is spelled, and not by a part of one", async (t) => {
    const entry = auth(`${USER}:${SECRET}`);
    for (const key of ["ghcr.io", "https://ghcr.io", "https://ghcr.io/v1/", "GHCR.io/v2/"])
      assert.deepEqual(await find(t, { auths: { [key]: entry } }), login, key);
    for (const key of [
      "ghcr.io.evil.example",
      "ghcr.io:444",
      "evil.example/ghcr.io",
      "ghcr.io/acme",
      "io",
    ])
      assert.equal(await find(t, { auths: { [key]: entry } }), undefined, key);
    const hub = { auths: { "https://index.docker.io/v1/": entry } };
    assert.deepEqual(await find(t, hub, "docker.io"), login);
    assert.equal(await find(t, hub), undefined);
  });

  it("may have colons in a password, a token instead, or nothing for this registry", async (t) => {
    assert.deepEqual(await find(t, { auths: { "ghcr.io": auth("a:b:c") } }), {
      kind: "password",
      username: "a",
      password: "b:c",
    });
    for (const config of [{}, { auths: {} }, { auths: { "ghcr.io": {} } }, { auths: null }])
      assert.equal(await find(t, config), undefined);
    const nowhere = { dockerConfigFile: () => "/nowhere/config.json" };
    assert.equal(await find(t, {}, "ghcr.io", nowhere), undefined);
  });

  it("that cannot be read is not the same as none", async (t) => {
    const broken: readonly (string | object)[] = [
      "{",
      "[]",
      { auths: [] },
      { auths: { "ghcr.io": "x" } },
      { auths: { "ghcr.io": auth("nothing") } },
      { auths: { "ghcr.io": auth(`${USER}:`) } },
      { auths: { "ghcr.io": auth(`${USER}:a\r\nx: y`) } },
      { credsStore: "../../evil" },
      { credsStore: "a b" },
      { credsStore: 7 },
      { credHelpers: { "ghcr.io": "x;rm" } },
      " ".repeat(1024 * 1024 + 1),
    ];
    for (const config of broken) {
      const codes = await codesOfRejection(find(t, config));
      assert.ok(
        codes.every((code) => /^ERR_(REGISTRY_CREDENTIALS|WORKSPACE_UNREADABLE)$/.test(code)),
        codes.join(),
      );
    }
  });

  it("is where DOCKER_CONFIG says, else at home", () => {
    assert.equal(dockerConfigFile({ DOCKER_CONFIG: "/somewhere" }), "/somewhere/config.json");
    assert.match(dockerConfigFile({}), /[\\/]\.docker[\\/]config\.json$/);
  });

  it("never stands in an error with its secrets", async (t) => {
    const error: unknown = await find(t, `{"auths":{"ghcr.io":{"auth":"${SECRET}"`).catch(
      (thrown: unknown) => thrown,
    );
    assert.ok(
      error instanceof Error && !`${error.message} ${String(error.cause)}`.includes(SECRET),
    );
  });
});

describe(
  "a credential helper",
  { skip: process.platform === "win32" && "the helpers are shell scripts" },
  () => {
    /** Asks a helper that is this script, found as the operator's own would be. */
    async function ask(t: TestContext, script: string, folder = "bin") {
      const bin = join(makeScratch(t), folder);
      mkdirSync(bin, { recursive: true });
      const program = join(bin, "docker-credential-test");
      writeFileSync(program, `#!/bin/sh\n${script}\n`);
      chmodSync(program, 0o700);
      const environment = {
        PATH: [bin, "/usr/bin", "/bin"].join(delimiter),
        HELPER_SECRET: SECRET,
      };
      const file = join(makeScratch(t), "config.json");
      writeFileSync(
        file,
        JSON.stringify({ credHelpers: { "ghcr.io": "test" }, credsStore: "none" }),
      );
      const powers = {
        dockerConfigFile: () => file,
        askCredentialHelper: (request) =>
          askCredentialHelper({ ...request, msMax: 2000 }, environment),
      } as SourcePowers;
      return findCredentials("ghcr.io", powers, makeFilePowers());
    }

    it("is told the registry, and answers a password or a token", async (t) => {
      const words = await ask(
        t,
        `[ "$1" = get ] && read -r server; printf '{"ServerURL":"%s","Username":"%s","Secret":"%s"}' "$server" "$server" "$HELPER_SECRET"`,
      );
      assert.deepEqual(words, { kind: "password", username: "ghcr.io", password: SECRET });
      const token = await ask(t, `printf '{"Username":"<token>","Secret":"%s"}' "$HELPER_SECRET"`);
      assert.deepEqual(token, { kind: "identity", token: SECRET });
    });

    it("that has none is no failure", async (t) => {
      const none = await ask(t, "echo credentials not found in native keychain; exit 1");
      assert.equal(none, undefined);
    });

    const failures: Readonly<Record<string, string>> = {
      "that fails": "echo broken; exit 1",
      "that answers no JSON": "echo hello",
      "that answers no secret": `echo '{"Username":"a"}'`,
      "that answers a secret of two lines": `printf '{"Username":"a","Secret":"b\\\\nc"}'`,
      "that never ends": "exec sleep 60",
      "that ends and leaves another behind": "sleep 60 & exit 0",
      "that prints without end": "exec yes",
      "that kills itself": "kill -9 $$",
    };
    for (const [what, script] of Object.entries(failures))
      it(`${what} is refused`, async (t) => {
        assert.deepEqual(await codesOfRejection(ask(t, script)), ["ERR_REGISTRY_CREDENTIALS"]);
      });

    it("is not looked for where packages put programs, nor where nobody meant", async (t) => {
      const script = `echo '{"Username":"a","Secret":"b"}'`;
      const inPackages = ask(t, script, "node_modules/.bin");
      assert.deepEqual(await codesOfRejection(inPackages), ["ERR_REGISTRY_CREDENTIALS"]);
      const relative = askCredentialHelper(
        { name: "test", server: "x", msMax: 1000, bytesMax: 100 },
        { PATH: `.${delimiter}bin` },
      );
      await assert.rejects(relative, /no such program/);
    });
  },
);
