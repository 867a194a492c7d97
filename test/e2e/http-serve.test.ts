// `glovebox serve --http` from its start to its end: what it refuses to start with, TLS, and how it stops.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { get } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readAudit } from "../helpers/audit-lines.ts";
import { makeCertificate } from "../helpers/certificate.ts";
import { openSession, post, postModern, rpc } from "../helpers/http-server.ts";
import { serveWorkspace } from "../helpers/served-http.ts";
import {
  FIXTURE,
  GLOVEBOX,
  makeServedWorkspace,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

let workspace: ServedWorkspace;
before(async () => void (workspace = await makeServedWorkspace([FIXTURE])));
after(() => workspace?.remove());

/** The same workspace with further lines in its configuration. */
function configured(name: string, settings: string): { configFile: string; folder: string } {
  const configFile = join(workspace.folder, `${name}.yaml`);
  writeFileSync(configFile, `${readFileSync(workspace.configFile, "utf8")}${settings}`);
  return { configFile, folder: workspace.folder };
}

function refuse(configFile: string, ...words: string[]): { code: number | null; text: string } {
  const { status, stderr } = spawnSync(
    process.execPath,
    [GLOVEBOX, "serve", ...words, "--config", configFile],
    { encoding: "utf8", timeout: 60_000 },
  );
  return { code: status, text: stderr };
}

const WAIT = { name: "fixture__wait", arguments: { steps: 8, stepMs: 100 } };

test("on SIGTERM it takes nothing new, lets what runs end, and exits", async () => {
  const server = await serveWorkspace(workspace);
  const session = { "mcp-session-id": await openSession(server) };
  const running = [
    postModern(server, "tools/call", WAIT),
    post(server, { jsonrpc: "2.0", id: 1, method: "tools/call", params: WAIT }, session),
  ];
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const exited = server.stop();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await assert.rejects(fetch(server.url), "no connection is taken any more");
  for (const response of running)
    assert.match(JSON.stringify((await rpc(response)).result), /"type":"text"/);
  assert.equal(await exited, 0);
  assert.equal(server.stderr().match(/"level":"info".*stopping: SIGTERM/g)?.length, 1);
});

test("what does not end in time is told so in words that a program can read", async () => {
  const settings = `server: { http: { limits: { drain: 300ms } } }\n`;
  const server = await serveWorkspace(configured("drain", settings));
  const long = { name: "fixture__wait", arguments: { steps: 90, stepMs: 100 } };
  const running = postModern(server, "tools/call", long);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const exited = server.stop();
  assert.partialDeepStrictEqual((await rpc(running)).result, {
    isError: true,
    structuredContent: { error_code: "SERVER_STOPPING" },
  });
  assert.equal(await exited, 0);
});

test("serves TLS where it is configured, and only what belongs together", async (t) => {
  const { cert, key } = makeCertificate("localhost");
  const files = { cert: join(workspace.folder, "tls.pem"), key: join(workspace.folder, "tls.key") };
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key, { mode: 0o600 });
  const tls = (certFile: string, keyFile: string): string =>
    `server: { http: { tls: { cert: "file:${certFile}", key: "file:${keyFile}" } } }\n`;
  const server = await serveWorkspace(configured("tls", tls(files.cert, files.key)), [], "https");
  t.after(() => server.stop());
  const status = await new Promise((resolve, reject) => {
    get(`https://localhost:${server.port}/healthz`, { ca: cert }, (response) =>
      resolve(response.statusCode),
    ).on("error", reject);
  });
  assert.equal(status, 200);

  const other = join(workspace.folder, "other.key");
  writeFileSync(other, makeCertificate("localhost").key, { mode: 0o600 });
  const open = join(workspace.folder, "open.key");
  writeFileSync(open, key, { mode: 0o644 });
  for (const [name, certFile, keyFile] of [
    ["no-pair", files.cert, other],
    ["open-key", files.cert, open],
    ["no-file", files.cert, "/no/such.key"],
    ["no-cert", "/no/such.pem", files.key],
    ["a-folder", workspace.folder, files.key],
  ] as const) {
    const { configFile } = configured(name, tls(certFile, keyFile));
    const { code, text } = refuse(configFile, "--http", "--listen", "127.0.0.1:0");
    assert.equal(code, 3, `${name}: ${text}`);
    assert.match(text, /ERR_HTTP_TLS/, name);
    assert.doesNotMatch(text, /BEGIN/, name);
  }
});

test("without the address of the operator's pages nothing is served, over stdio neither", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  t.after(() => taken.close());
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as AddressInfo;
  const pages = `{ metrics: { prometheus: { listen: "127.0.0.1:${port}" } } }`;
  const { configFile } = configured("pages", `telemetry: ${pages}\n`);
  for (const words of [["--http", "--listen", "127.0.0.1:0"], []]) {
    const { code, text } = refuse(configFile, ...words);
    assert.equal(code, 1, text);
    assert.match(text, /^ERR_HTTP_LISTEN: /);
    assert.ok(text.includes(`127.0.0.1 port ${port}`), text);
    assert.match(text, /pages\.yaml:\d+/);
    assert.doesNotMatch(text, /MCP at/);
  }
  // What began and was refused stands in one chain, signed.
  const marks = readAudit(workspace.folder).map((record) =>
    record.kind === "event" ? record.event : record.kind,
  );
  const refused = "start,checkpoint,start-refused,checkpoint";
  const text = marks.join();
  assert.ok(text.includes(`${refused},${refused}`), text);
});

test("says why it cannot listen, and what is wrong with its words", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  t.after(() => taken.close());
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as AddressInfo;
  const { code, text } = refuse(workspace.configFile, "--http", "--listen", `127.0.0.1:${port}`);
  assert.equal(code, 1, text);
  assert.match(text, /ERR_HTTP_LISTEN/);
  for (const words of [
    ["--listen", "127.0.0.1:1"],
    ["--http", "--listen", "example.com:80"],
    ["--http", "--listen", "80"],
  ])
    assert.match(refuse(workspace.configFile, ...words).text, /ERR_USAGE/, words.join(" "));
  const short = configured("short-key", "server: { state_key: env:SHORT_STATE_KEY }\n");
  process.env["SHORT_STATE_KEY"] = "short";
  t.after(() => delete process.env["SHORT_STATE_KEY"]);
  assert.match(refuse(short.configFile, "--http", "--listen", "127.0.0.1:0").text, /ERR_STATE_KEY/);
});

test("what a person sees who opens its address is a page that says what to do", async (t) => {
  const server = await serveWorkspace(workspace);
  t.after(() => server.stop());
  const root = server.url.replace("/mcp", "/");
  const page = await fetch(root, { headers: { accept: "text/html" } });
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  const html = await page.text();
  assert.ok(html.includes("<pre>/mcp</pre>"));
  assert.doesNotMatch(html, /<script|src=|href=/);
  const other = await fetch(root);
  assert.equal(other.status, 404);
  assert.deepEqual(Object.keys((await other.json()) as object), [
    "error_code",
    "message",
    "suggestion",
  ]);
  for (const path of ["healthz", "readyz"])
    assert.deepEqual(await (await fetch(`${root}${path}`)).json(), { ok: true });
});
