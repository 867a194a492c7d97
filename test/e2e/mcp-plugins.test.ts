// The reference plugins, built from source, signed, approved, and called by every client.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { CLIENTS, inspect, textOf } from "../helpers/mcp-clients.ts";
import {
  makeServedWorkspace,
  runGlovebox,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

const PLUGINS = join(import.meta.dirname, "../../plugins");
const PAGE =
  "<!doctype html><title>Sealed</title><main><h1>Sealed</h1><p>A page of this machine.</p></main>";

const site = createServer((_request, response) =>
  response.setHeader("content-type", "text/html").end(PAGE),
);
let workspace: ServedWorkspace;
let origin: string;

before(async () => {
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  // These clients cannot ask anybody: the operator says that nobody needs to be.
  workspace = await makeServedWorkspace(
    [
      { folder: join(PLUGINS, "files"), grants: ["filesystem=read-write"] },
      { folder: join(PLUGINS, "memory"), grants: ["kv=1MiB"] },
      { folder: join(PLUGINS, "time"), grants: ["clock"] },
      { folder: join(PLUGINS, "web"), grants: [`http=${origin}`] },
    ],
    `flow:\n  accept:\n${["files>web", "memory>web"].map((path) => `    - { path: ${path}, reason: the page is of this test, until: "2999-01-01" }\n`).join("")}`,
  );
  // A private address can be granted in the configuration only, and what was approved must be approved again.
  const text = readFileSync(workspace.configFile, "utf8");
  const grant = { allow: origin, private: "127.0.0.1/32" };
  writeFileSync(
    workspace.configFile,
    text
      .replace(/http:\n\s+- .*\n/, `http: ${JSON.stringify(grant)}\n`)
      .replace(/^ {2}files:\n/m, "  files:\n    approvals: never\n"),
  );
  runGlovebox(["approve", "web", "--yes"], workspace.folder);
});
after(() => {
  workspace?.remove();
  site.close();
});

const CALLS = (): readonly (readonly [
  tool: string,
  args: Record<string, unknown>,
  expected: RegExp,
])[] => [
  ["time__convert", { time: "2027-01-15T09:00", from: "Europe/Paris", to: "Asia/Tokyo" }, /17:00/],
  ["files__write", { path: "notes/today.txt", text: "sealed" }, /./],
  ["files__read", { path: "notes/today.txt" }, /sealed/],
  [
    "memory__create_entities",
    { entities: [{ name: "Ada", type: "person", observations: ["wrote the first program"] }] },
    /./,
  ],
  ["memory__search", { query: "program" }, /Ada/],
  ["web__fetch_page", { url: `${origin}/` }, /A page of this machine/],
];

for (const [name, connect] of CLIENTS)
  test(`${name} lists and calls all four plugins`, async (t) => {
    const client = await connect(workspace);
    t.after(() => client.close());
    const { tools } = await client.listTools();
    for (const plugin of ["files", "memory", "time", "web"])
      assert.ok(
        tools.some((tool) => tool.name.startsWith(`${plugin}__`)),
        plugin,
      );
    for (const [tool, args, expected] of CALLS()) {
      const answer = await client.call(tool, args);
      assert.notEqual(answer.isError, true, `${tool}: ${textOf(answer)}`);
      assert.match(textOf(answer), expected, tool);
    }
    const refused = await client.call("web__fetch_page", { url: "https://example.org/" });
    assert.partialDeepStrictEqual(refused, {
      isError: true,
      structuredContent: { error_code: "PERMISSION_DENIED" },
    });
  });

test("the Inspector's command line lists and calls all four plugins", async () => {
  const { tools = [] } = await inspect(workspace, "--method", "tools/list", "--strict");
  assert.ok(tools.length > 15);
  for (const [tool, args, expected] of CALLS()) {
    const words = [
      "--method",
      "tools/call",
      "--tool-name",
      tool,
      "--tool-args-json",
      JSON.stringify(args),
    ];
    const { content } = await inspect(workspace, ...words);
    assert.match(content?.[0]?.text ?? "", expected, tool);
  }
});
