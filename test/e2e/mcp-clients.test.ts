// The clients that people use, as their makers publish them, against `glovebox serve`.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { assertReport } from "../helpers/debt-schema.ts";
import { CLIENTS, connectNew, inspect, textOf } from "../helpers/mcp-clients.ts";
import {
  FIXTURE,
  GLOVEBOX,
  makeServedWorkspace,
  RawClient,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

const TOOL_NAMES = [
  "report_pattern_debt",
  "fixture__divide",
  "fixture__echo",
  "fixture__spin",
  "fixture__wait",
];

let workspace: ServedWorkspace;
before(
  async () => (workspace = await makeServedWorkspace([FIXTURE], "limits: { deadline: 2s }\n")),
);
after(() => workspace?.remove());

for (const [name, connect] of CLIENTS)
  test(`${name} lists tools, calls them, and reads answers, errors and progress`, async (t) => {
    const client = await connect(workspace);
    t.after(() => client.close());
    // Listing first: from then on the client holds every structured content to the listed schema, of errors too.
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map((tool) => tool.name),
      TOOL_NAMES,
    );

    assert.deepEqual((await client.call("fixture__echo", { text: "Ærø 🧤" })).content, [
      { type: "text", text: "Ærø 🧤" },
    ]);
    assert.deepEqual(
      (await client.call("fixture__divide", { number: 7, by: 2 })).structuredContent,
      { quotient: 3.5 },
    );

    for (const [tool, args, code] of [
      ["fixture__divide", { number: 1, by: 0 }, "INVALID_INPUT"],
      ["fixture__divide", { number: "one" }, "INVALID_ARGUMENTS"],
      ["fixture__spin", {}, "TIMEOUT"],
    ] as const) {
      const answer = await client.call(tool, args);
      assert.partialDeepStrictEqual(answer, {
        isError: true,
        structuredContent: { error_code: code },
      });
      assert.deepEqual(JSON.parse(textOf(answer)), answer.structuredContent);
    }
    await assert.rejects(client.call("fixture__missing", {}), { code: -32602 });

    const progress: number[] = [];
    await client.call("fixture__wait", { steps: 4, stepMs: 70 }, (value) => progress.push(value));
    assert.ok(progress.length >= 2);
    assert.deepEqual(
      progress,
      [...new Set(progress)].toSorted((a, b) => a - b),
    );

    const report = await client.call("report_pattern_debt", { status: "open" });
    const { items }: { items: { status: string }[] } = JSON.parse(textOf(report));
    assert.ok(items.length > 0 && items.every((item) => item.status === "open"));
    assert.deepEqual(report.structuredContent, JSON.parse(textOf(report)));
    assertReport(report.structuredContent);
    assertReport(JSON.parse(await client.read("glovebox://debt")));
  });

test("the client that asks first is answered in the era of 2026-07-28", async (t) => {
  const client = await connectNew(workspace, "auto");
  t.after(() => client.close());
  assert.equal(client.version, "2026-07-28");
});

test("a client that asks for the new era and then falls back is served in the old one", async (t) => {
  const client = new RawClient(workspace);
  t.after(() => client.child.kill("SIGKILL"));
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
  };
  client.send({ id: 1, method: "server/discover", params: { _meta: meta } });
  assert.equal((await client.answer(1)).error, undefined);
  await client.initialize();
  client.call(2, "fixture__echo", { text: "old" });
  assert.equal((await client.answer(2)).result?.isError, undefined);
});

test("results of 2026-07-28 say how long they may be kept", async (t) => {
  const client = new RawClient(workspace);
  t.after(() => client.child.kill("SIGKILL"));
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  client.send({ id: 1, method: "tools/list", params: { _meta } });
  client.send({ id: 2, method: "resources/read", params: { _meta, uri: "glovebox://debt" } });
  const [list, read] = [(await client.answer(1)).result, (await client.answer(2)).result];
  assert.deepEqual([list?.["ttlMs"], list?.["cacheScope"]], [60_000, "private"]);
  assert.deepEqual([read?.["ttlMs"], read?.["cacheScope"]], [0, "private"]);
});

test("the Inspector's command line lists the tools, finds their schemas portable, and calls one", async () => {
  const { tools } = await inspect(workspace, "--method", "tools/list", "--strict");
  assert.deepEqual(
    tools?.map((tool) => tool.name),
    TOOL_NAMES,
  );
  const call = ["--tool-name", "fixture__echo", "--tool-arg", "text=sealed"];
  const { content } = await inspect(workspace, "--method", "tools/call", ...call);
  assert.equal(content?.[0]?.text, "sealed");
});

interface Snippet {
  readonly value: {
    readonly mcpServers?: { readonly glovebox: StartedServer };
    readonly servers?: { readonly glovebox: StartedServer };
  };
}

interface StartedServer {
  readonly command: string;
  readonly args: string[];
}

test("what `serve --snippets` prints starts the server from any folder, with an empty PATH", async (t) => {
  const words = [GLOVEBOX, "serve", "--snippets", "--json", "--config", "glovebox.yaml"];
  const { stdout } = spawnSync(process.execPath, words, {
    cwd: workspace.folder,
    encoding: "utf8",
  });
  const snippets: Snippet[] = JSON.parse(stdout);
  assert.equal(snippets.length, 3);
  const servers = snippets.map(({ value }) => (value.mcpServers ?? value.servers)?.glovebox);
  assert.equal(
    new Set(servers.map((server) => `${server?.command} ${server?.args.join(" ")}`)).size,
    1,
  );
  const [server] = servers;
  assert.ok(server);
  const client = new Client({ name: "test", version: "1" });
  t.after(() => client.close());
  const { command, args } = server;
  const env = { PATH: "", HOME: workspace.folder };
  await client.connect(
    new StdioClientTransport({ command, args, cwd: "/", env, stderr: "ignore" }),
  );
  assert.equal((await client.listTools()).tools.length, TOOL_NAMES.length);
});
