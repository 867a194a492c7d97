// Where data may go: tenants that are bound to regions, over HTTP and over the pipes, with the real broker and redirects.
// About 6 s of CPU: one plugin is built, and one server and one pipe are started.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { postModern, rpc } from "../helpers/http-server.ts";
import { runGlovebox } from "../helpers/run-glovebox.ts";
import { serveWorkspace, type ServedHttp } from "../helpers/served-http.ts";
import {
  makeServedWorkspace,
  RawClient,
  runGlovebox as prepare,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

interface Upstream {
  readonly origin: string;
  readonly host: string;
  readonly port: number;
  readonly visits: string[];
  close(): void;
}

/** `/to?URL` redirects there; everything else is answered. */
async function upstream(host: string): Promise<Upstream> {
  const visits: string[] = [];
  const answer: RequestListener = ({ url = "" }, response) => {
    visits.push(url);
    const [path, location] = url.split("?");
    if (path === "/to") response.writeHead(307, { location: decodeURIComponent(location ?? "") });
    response.end("ok");
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://${host}:${port}`, host, port, visits, close: () => server.close() };
}

let [eu, us, nowhere]: Upstream[] = [];
let workspace: ServedWorkspace;
let server: ServedHttp;
const keys: Record<string, string> = {};

before(async () => {
  [eu, us, nowhere] = await Promise.all(["127.0.0.1", "127.0.0.2", "127.0.0.3"].map(upstream));
  workspace = await makeServedWorkspace([
    { folder: join(import.meta.dirname, "../helpers/tenant-plugin"), grants: ["kv=1MiB"] },
  ]);
  const places = [eu!, us!, nowhere!];
  const rules = places.map(({ host, port }, index) => {
    const region = ["region: eu, ", "region: us, ", ""][index];
    return `{ scheme: http, host: ${host}, ${region}port: ${port} }`;
  });
  const grant = `http: { private: ["127.0.0.0/8"], allow: [${rules.join(", ")}] }`;
  const settings = [
    // The upstreams are the operator's own: what flows is not what is tried here.
    `flow: { inside: [${places.map(({ host, port }) => `"${host}:${port}"`).join(", ")}] }`,
    "server:",
    "  auth: { mode: keys }",
    "  regions: [eu, us]",
    "  tenants:",
    "    acme: { regions: [eu] }",
    "    local: { regions: [us] }",
    '    "*": { regions: any }',
  ];
  const text = readFileSync(workspace.configFile, "utf8");
  writeFileSync(
    workspace.configFile,
    `${text.replace(/^( +)kv:/m, `$1${grant}\n$1kv:`)}${settings.join("\n")}\n`,
  );
  prepare(["approve", "keeper", "--yes"], workspace.folder);
  for (const tenant of ["acme", "globex"]) {
    const words = ["key", "new", tenant, "--tenant", tenant, "--json"];
    const { json } = await runGlovebox(words, { cwd: workspace.folder });
    keys[tenant] = (json as { key: string }).key;
  }
  server = await serveWorkspace(workspace);
});
after(async () => {
  await server?.stop();
  for (const one of [eu, us, nowhere]) one?.close();
  workspace?.remove();
});

/** What the tool answers: the status, or how it was refused. */
async function send(tenant: string, url: string): Promise<string> {
  const response = await postModern(
    server,
    "tools/call",
    { name: "keeper__send", arguments: { url } },
    { authorization: `Bearer ${keys[tenant]}` },
  );
  const { result } = await rpc(response);
  const [block] = (result as { content: { text: string }[] }).content;
  return block?.text ?? "";
}

test("a tenant that is bound to a region reaches nothing outside it, directly or by a redirect", async () => {
  assert.equal(await send("acme", `${eu!.origin}/secret-path`), "200");
  for (const url of [
    `${us!.origin}/`,
    `${nowhere!.origin}/`,
    `${eu!.origin}/to?${encodeURIComponent(`${us!.origin}/`)}`,
    `${eu!.origin}/to?${encodeURIComponent(`${nowhere!.origin}/`)}`,
    `${eu!.origin}/to?${encodeURIComponent(`${eu!.origin}/to?${encodeURIComponent(us!.origin)}`)}`,
  ]) {
    const text = await send("acme", url);
    assert.match(text, /refused-by-policy/, url);
    assert.doesNotMatch(text, /region|\beu\b|\bus\b/, "the guest learns no label");
  }
  assert.deepEqual([us!.visits, nowhere!.visits], [[], []]);
});

test("other tenants go where the grant lets them", async () => {
  assert.equal(await send("globex", `${us!.origin}/`), "200");
  assert.equal(
    await send("globex", `${eu!.origin}/to?${encodeURIComponent(`${us!.origin}/`)}`),
    "200",
  );
  assert.equal(await send("globex", `${nowhere!.origin}/`), "200");
});

test("whoever holds the pipes is a tenant too", async () => {
  const client = new RawClient(workspace);
  await client.initialize();
  client.call(1, "keeper__send", { url: `${eu!.origin}/` });
  client.call(2, "keeper__send", { url: `${us!.origin}/` });
  assert.match(JSON.stringify((await client.answer(1)).result), /refused-by-policy/);
  assert.match(JSON.stringify((await client.answer(2)).result), /"200"/);
  client.child.stdin.end();
  assert.equal(await client.exited, 0);
});

test("the audit says where each tenant's calls connected to, hop by hop, and names what was refused", async () => {
  const cwd = workspace.folder;
  const { json, stdout } = await runGlovebox(["audit", "destinations", "--json"], { cwd });
  const { destinations } = json as { destinations: Record<string, unknown>[] };
  const rows = destinations.map(({ tenant, host, port, region, calls }) => [
    tenant,
    host,
    port,
    region,
    calls,
  ]);
  assert.deepEqual(rows, [
    ["acme", eu!.host, eu!.port, "eu", 4],
    ["globex", nowhere!.host, nowhere!.port, null, 1],
    ["globex", eu!.host, eu!.port, "eu", 1],
    ["globex", us!.host, us!.port, "us", 2],
    ["local", us!.host, us!.port, "us", 1],
  ]);
  assert.equal(stdout.includes("secret-path"), false);
  const table = await runGlovebox(["audit", "destinations", "--tenant", "local"], { cwd });
  assert.match(table.stdout, /^local +us +127\.0\.0\.2 /m);
  assert.doesNotMatch(table.stdout, /acme/);
  const words = ["audit", "destinations", "--tenant"];
  const mistyped = await runGlovebox([...words, "acmee"], { cwd });
  assert.deepEqual([mistyped.code, mistyped.codes], [2, ["ERR_USAGE"]]);
  assert.match(mistyped.stderr, /`acmee`[^]*Did you mean "acme"\?/);
  const nobody = await runGlovebox([...words, "nobody-such"], { cwd });
  assert.equal(nobody.code, 2);
  assert.match(nobody.stderr, /Known here: acme, globex, local\./);
  const trail = readFileSync(join(workspace.folder, ".glovebox/audit.jsonl"), "utf8");
  assert.match(trail, /the tenant is bound to eu, and this host is in us/);
  assert.match(trail, /the tenant is bound to eu, and this host has no region/);
});

test("labels are shown, and another label is another grant that nobody has approved", async () => {
  const cwd = workspace.folder;
  const listed = await runGlovebox(["list"], { cwd });
  assert.match(listed.stdout, /\(region eu\)/);
  const text = readFileSync(workspace.configFile, "utf8");
  for (const [from, to] of [
    ["region: us", "region: eu"],
    ["region: us, ", ""],
  ] as const) {
    writeFileSync(workspace.configFile, text.replace(from, to));
    const { code, codes } = await runGlovebox(["verify", "--json"], { cwd });
    assert.deepEqual([code, codes], [3, ["ERR_GRANTS_CHANGED"]]);
  }
  writeFileSync(workspace.configFile, text);
});
