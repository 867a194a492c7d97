// The HTTP server as its command starts it: who is let in, what they see, and where their credentials do not go.
import assert from "node:assert/strict";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it, test } from "node:test";
import type { JsonObject } from "@glovebox/host-api/json";
import { runGlovebox as run } from "../helpers/run-glovebox.ts";
import {
  GLOVEBOX,
  makeServedWorkspace,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";
import { openSession, post, postModern, rpc, startHttp } from "../helpers/http-server.ts";
import { ProofKey, RESOURCE, TokenIssuer } from "../helpers/token-issuer.ts";
import { TokenRoom } from "../helpers/token-room.ts";

const SETTINGS = `server:
  auth: { mode: keys }
  scopes: { default: [tools], tools: { keeper__keep: [tools, write], report_pattern_debt: [] } }
`;

interface Key {
  readonly key: string;
  readonly id: string;
}

describe("a server with API keys", () => {
  let workspace: ServedWorkspace;
  let child: ChildProcessWithoutNullStreams;
  let url = "";
  let output = "";
  let all: Key, reading: Key, none: Key, other: Key;

  const makeKey = async (...words: readonly string[]): Promise<Key> => {
    const { json, stderr } = await run(["key", "new", ...words, "--json"], {
      cwd: workspace.folder,
    });
    assert.equal(stderr, "");
    return json as Key;
  };
  const authorized = ({ key }: Key) => ({ authorization: `Bearer ${key}` });
  const ask = (key: Key, method: string, params: JsonObject = {}): Promise<Response> =>
    postModern({ url }, method, params, authorized(key));

  before(async () => {
    const folder = join(import.meta.dirname, "../helpers/tenant-plugin");
    const grants = ["kv=1MiB", "filesystem=read-write"];
    workspace = await makeServedWorkspace([{ folder, grants }], SETTINGS);
    all = await makeKey("all", "--tenant", "acme", "--scope", "tools", "--scope", "write");
    reading = await makeKey("reading", "--tenant", "acme", "--subject", "ann", "--scope", "tools");
    none = await makeKey("none", "--tenant", "acme");
    other = await makeKey("other", "--tenant", "globex", "--scope", "tools", "--scope", "write");
    const port = await freePort();
    url = `http://127.0.0.1:${port}/mcp`;
    child = spawn(
      process.execPath,
      [GLOVEBOX, "serve", "--http", "--listen", `127.0.0.1:${port}`],
      { cwd: workspace.folder, env: { ...process.env, NODE_NO_WARNINGS: "1" } },
    );
    child.stdin.end();
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    for (;;) {
      const isUp = await fetch(`http://127.0.0.1:${port}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isUp) break;
      assert.equal(child.exitCode, null, output);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  after(async () => {
    const closed = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGTERM");
    await closed;
    workspace.remove();
  });

  it("asks whoever brings none, in the words of RFC 6750, and lets nobody in by another way", async () => {
    const attempts: readonly Readonly<Record<string, string>>[] = [
      {},
      { "x-api-key": all.key },
      { cookie: `authorization=Bearer ${all.key}` },
      { "proxy-authorization": `Bearer ${all.key}` },
    ];
    for (const headers of attempts)
      for (const method of ["tools/list", "server/discover"]) {
        const response = await postModern({ url }, method, {}, headers);
        assert.equal(response.status, 401);
        assert.equal(response.headers.get("www-authenticate"), 'Bearer scope="tools"');
        assert.equal(response.headers.get("cache-control"), "no-store");
      }
    const inAddress = await postModern({ url: `${url}?access_token=${all.key}` }, "tools/list");
    assert.equal(inAddress.status, 400);
    const wrong = await ask({ ...all, key: `${all.key.slice(0, -1)}0` }, "tools/list");
    assert.equal(wrong.status, 401);
    assert.match(wrong.headers.get("www-authenticate") ?? "", /error="invalid_token"/);
  });

  it("shows each principal what it may call, and nothing else", async () => {
    const namesFor = async (key: Key): Promise<readonly string[]> => {
      const { result } = await rpc(ask(key, "tools/list"));
      return (result?.["tools"] as { name: string }[]).map(({ name }) => name);
    };
    const own = "report_pattern_debt";
    assert.deepEqual(await namesFor(all), [own, "keeper__keep", "keeper__send", "keeper__show"]);
    assert.deepEqual(await namesFor(reading), [own, "keeper__send", "keeper__show"]);
    assert.deepEqual(await namesFor(none), [own]);
  });

  it("answers a call without its scope with 403 that names all of them, in both eras", async () => {
    const call = { name: "keeper__keep", arguments: { text: "x" } };
    const session = await openSession({ url }, {}, authorized(reading));
    const inSession = post(
      { url },
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: call },
      { ...authorized(reading), "mcp-session-id": session },
    );
    for (const response of [await ask(reading, "tools/call", call), await inSession]) {
      assert.equal(response.status, 403);
      assert.match(
        response.headers.get("www-authenticate") ?? "",
        /^Bearer scope="tools write", error="insufficient_scope"/,
      );
    }
    assert.equal((await ask(all, "tools/call", call)).status, 200);
  });

  it("keeps the data of tenants apart, and of one tenant together", async () => {
    const show = async (key: Key): Promise<JsonObject> => {
      const { result } = await rpc(ask(key, "tools/call", { name: "keeper__show", arguments: {} }));
      const [block] = result?.["content"] as { text: string }[];
      return JSON.parse(block?.text ?? "{}") as JsonObject;
    };
    const call = { name: "keeper__keep", arguments: { text: "of acme" } };
    await (await ask(all, "tools/call", call)).text();
    assert.equal((await show(reading))["kv"], "of acme");
    assert.equal((await show(other))["kv"], null);
    const { principal } = (await show(reading))["context"] as JsonObject;
    assert.deepEqual(principal, { tenant: "acme", subject: "ann" });
  });

  it("knows a session by its principal: another one's is not there", async () => {
    const session = await openSession({ url }, {}, authorized(all));
    const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    const withSession = (key: Key) =>
      post({ url }, list, { ...authorized(key), "mcp-session-id": session });
    assert.equal((await withSession(all)).status, 200);
    for (const key of [other, reading]) assert.equal((await withSession(key)).status, 404);
    const gone = await fetch(url, {
      method: "DELETE",
      headers: { ...authorized(other), "mcp-session-id": session },
    });
    assert.equal(gone.status, 404);
    const without = await post({ url }, list, { "mcp-session-id": session });
    assert.equal(without.status, 401);
  });

  it("refuses a key that is revoked while it runs, in its open session too", async () => {
    const short = await makeKey("short", "--tenant", "acme", "--scope", "tools");
    const session = await openSession({ url }, {}, authorized(short));
    const revoked = await run(["key", "revoke", short.id], { cwd: workspace.folder });
    assert.equal(revoked.code, 0);
    const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    const again = () => post({ url }, list, { ...authorized(short), "mcp-session-id": session });
    let { status } = await again();
    for (let tries = 0; status === 200 && tries < 40; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      ({ status } = await again());
    }
    assert.equal(status, 401);
    assert.equal((await ask(all, "tools/list")).status, 200);
  });

  it("passes no credentials on: not to a plugin, not into a log, not into any file", async () => {
    const call = { name: "keeper__show", arguments: {} };
    const answer = await (await ask(all, "tools/call", call)).text();
    await (await ask({ ...all, key: `${all.key}x` }, "tools/call", call)).text();
    const secrets = [all, reading, none, other].map(({ key }) => key.split("_")[2] ?? "");
    const files = readdirSync(workspace.folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(workspace.folder, name))
      .filter((file) => statSync(file).isFile());
    const texts = [answer, output, ...files.map((file) => readFileSync(file, "latin1"))];
    assert.ok(files.some((file) => file.endsWith("audit.jsonl")));
    for (const text of texts) for (const secret of secrets) assert.ok(!text.includes(secret));
    assert.ok(!/authorization/i.test(answer + output));
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("a server of tokens answers by RFC 6750, 9449 and 9728, whatever is wrong", async (t) => {
  const issuer = await TokenIssuer.start();
  t.after(() => issuer.close());
  const scopes = { default: ["tools"], tools: { t__echo: ["tools", "echo"] } };
  const { authenticator } = new TokenRoom(issuer, { scopes });
  const server = await startHttp(t, { authenticator });
  const call = { name: "t__echo", arguments: { text: "x" } };
  const metadata = "https://tools.example.test/.well-known/oauth-protected-resource/mcp";
  const ask = (headers: Readonly<Record<string, string>>) =>
    postModern(server, "tools/call", call, headers);

  const without = await ask({});
  assert.equal(without.status, 401);
  const challenge = without.headers.get("www-authenticate") ?? "";
  assert.ok(challenge.startsWith(`Bearer resource_metadata="${metadata}", scope="tools"`));
  assert.ok(challenge.includes(`, DPoP resource_metadata="${metadata}"`));

  for (const path of ["", "/mcp"]) {
    const response = await fetch(
      new URL(`/.well-known/oauth-protected-resource${path}`, server.url),
    );
    const document = (await response.json()) as JsonObject;
    assert.equal(document["resource"], RESOURCE);
    assert.deepEqual(document["authorization_servers"], [issuer.issuer]);
    assert.deepEqual(document["scopes_supported"], ["echo", "tools"]);
  }

  const lacking = await ask({ authorization: `Bearer ${await issuer.forge()}` });
  assert.equal(lacking.status, 403);
  assert.match(
    lacking.headers.get("www-authenticate") ?? "",
    /scope="tools echo", error="insufficient_scope"/,
  );

  const token = await issuer.forge({ scope: "tools echo" });
  assert.equal((await ask({ authorization: `Bearer ${token}` })).status, 200);
  assert.equal((await ask({ authorization: `Bearer ${token}, Bearer ${token}` })).status, 400);

  const key = await ProofKey.make();
  const bound = await issuer.forge({ scope: "tools echo", cnf: { jkt: key.thumbprint } });
  const dpop = await key.prove(bound);
  assert.equal((await ask({ authorization: `DPoP ${bound}`, dpop })).status, 200);
  const replayed = await ask({ authorization: `DPoP ${bound}`, dpop });
  assert.equal(replayed.status, 401);
  assert.match(
    replayed.headers.get("www-authenticate") ?? "",
    /^DPoP .*error="invalid_dpop_proof"/,
  );
  assert.equal((await ask({ authorization: `Bearer ${bound}` })).status, 401);
  assert.equal(server.calls.length, 2);
  const { principal } = server.calls[0]?.caller ?? {};
  assert.deepEqual([principal?.tenant, principal?.subject], ["acme", "ann"]);
  assert.ok(!JSON.stringify(server.calls).includes(token));
});
