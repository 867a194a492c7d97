// The clients that people use, as their makers publish them, against `glovebox serve --http`.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createMCPClient } from "@ai-sdk/mcp";
import { MultiServerMCPClient } from "@langchain/mcp-adapters";
import { assertReport } from "../helpers/debt-schema.ts";
import { CLIENTS, connectNew, inspectAt, textOf } from "../helpers/mcp-clients.ts";
import { serveWorkspace, type ServedHttp } from "../helpers/served-http.ts";
import { FIXTURE, makeServedWorkspace, type ServedWorkspace } from "../helpers/served-workspace.ts";

const TOOL_NAMES = [
  "report_pattern_debt",
  "fixture__divide",
  "fixture__echo",
  "fixture__spin",
  "fixture__wait",
];

let workspace: ServedWorkspace;
let server: ServedHttp;
before(async () => {
  workspace = await makeServedWorkspace([FIXTURE], "limits: { deadline: 2s }\n");
  server = await serveWorkspace(workspace);
});
after(async () => {
  await server?.stop();
  workspace?.remove();
});

for (const [name, connect] of CLIENTS)
  test(`over HTTP ${name} lists tools, calls them, and reads answers, errors and progress`, async (t) => {
    const client = await connect(server);
    t.after(() => client.close());
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map((tool) => tool.name),
      TOOL_NAMES,
    );
    assert.equal(textOf(await client.call("fixture__echo", { text: "Ærø 🧤" })), "Ærø 🧤");
    assert.deepEqual(
      (await client.call("fixture__divide", { number: 7, by: 2 })).structuredContent,
      { quotient: 3.5 },
    );
    for (const [tool, args, code] of [
      ["fixture__divide", { number: 1, by: 0 }, "INVALID_INPUT"],
      ["fixture__divide", { number: "one" }, "INVALID_ARGUMENTS"],
      ["fixture__spin", {}, "TIMEOUT"],
    ] as const)
      assert.partialDeepStrictEqual(await client.call(tool, args), {
        isError: true,
        structuredContent: { error_code: code },
      });
    await assert.rejects(client.call("fixture__missing", {}), { code: -32602 });
    const progress: number[] = [];
    await client.call("fixture__wait", { steps: 4, stepMs: 70 }, (value) => progress.push(value));
    assert.ok(progress.length >= 2);
    assert.deepEqual(
      progress,
      [...new Set(progress)].toSorted((a, b) => a - b),
    );
    assertReport((await client.call("report_pattern_debt", { area: "flow" })).structuredContent);
    assertReport(JSON.parse(await client.read("glovebox://debt")));
  });

test("over HTTP the client that asks first is answered in the era of 2026-07-28", async (t) => {
  const client = await connectNew(server, "auto");
  t.after(() => client.close());
  assert.equal(client.version, "2026-07-28");
});

for (const era of ["legacy", "modern"] as const)
  test(`over HTTP the Inspector's command line lists and calls in the ${era} era`, async () => {
    const { tools } = await inspectAt(server.url, era, "--method", "tools/list", "--strict");
    assert.deepEqual(
      tools?.map((tool) => tool.name),
      TOOL_NAMES,
    );
    const call = ["--tool-name", "fixture__echo", "--tool-arg", "text=sealed"];
    const { content } = await inspectAt(server.url, era, "--method", "tools/call", ...call);
    assert.equal(content?.[0]?.text, "sealed");
  });

test("over HTTP the AI SDK's client lists and calls", async (t) => {
  const client = await createMCPClient({ transport: { type: "http", url: server.url } });
  t.after(() => client.close());
  const tools = await client.tools();
  assert.deepEqual(Object.keys(tools), TOOL_NAMES);
  const answer = await tools["fixture__echo"]?.execute({ text: "sealed" }, {
    toolCallId: "1",
    messages: [],
  } as never);
  assert.match(JSON.stringify(answer), /sealed/);
});

test("over HTTP LangChain's adapters list and call", async (t) => {
  const client = new MultiServerMCPClient({
    useStandardContentBlocks: true,
    mcpServers: { glovebox: { transport: "http", url: server.url } },
  });
  t.after(() => client.close());
  const tools = await client.getTools();
  assert.deepEqual(
    tools.map((tool) => tool.name),
    TOOL_NAMES,
  );
  const echo = tools.find((tool) => tool.name === "fixture__echo");
  assert.match(JSON.stringify(await echo?.invoke({ text: "sealed" })), /sealed/);
});
