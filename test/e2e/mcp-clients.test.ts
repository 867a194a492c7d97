// The clients that people use, as their makers publish them, against `glovebox serve`.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientOfOldSdk } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as TransportOfOldSdk } from "@modelcontextprotocol/sdk/client/stdio.js";
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
const INSPECTOR = join(
  import.meta.dirname,
  "../../node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js",
);

let workspace: ServedWorkspace;
before(
  async () => (workspace = await makeServedWorkspace([FIXTURE], "limits: { deadline: 2s }\n")),
);
after(() => workspace?.remove());

/** What the clients have in common, as far as this test asks. */
interface CommonClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  call(
    name: string,
    args: Record<string, unknown>,
    onProgress?: (progress: number) => void,
  ): Promise<Answer>;
  /** The text of a resource. */
  read(uri: string): Promise<string>;
  close(): Promise<void>;
}

interface Answer {
  readonly content: readonly { readonly type: string; readonly text: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly isError?: boolean;
}

/** The same answer without the types of one client's making. */
const toAnswer = (result: unknown): Answer => JSON.parse(JSON.stringify(result));
const textOf = (answer: Answer): string => answer.content[0]?.text ?? "";

async function connectNew(
  mode: "legacy" | { pin: string } | "auto",
): Promise<CommonClient & { readonly version: string | undefined }> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
  await client.connect(new StdioClientTransport({ ...workspace.command, stderr: "ignore" }));
  return {
    version: client.getNegotiatedProtocolVersion(),
    listTools: () => client.listTools(),
    call: async (name, args, onProgress) =>
      toAnswer(
        await client.callTool(
          { name, arguments: args },
          onProgress ? { onprogress: ({ progress }) => onProgress(progress) } : {},
        ),
      ),
    read: async (uri) =>
      textOf(toAnswer({ content: (await client.readResource({ uri })).contents })),
    close: () => client.close(),
  };
}

async function connectOld(): Promise<CommonClient> {
  const client = new ClientOfOldSdk({ name: "test", version: "1" });
  await client.connect(new TransportOfOldSdk({ ...workspace.command, stderr: "ignore" }));
  return {
    listTools: () => client.listTools(),
    call: async (name, args, onProgress) =>
      toAnswer(
        await client.callTool(
          { name, arguments: args },
          undefined,
          onProgress ? { onprogress: ({ progress }) => onProgress(progress) } : {},
        ),
      ),
    read: async (uri) =>
      textOf(toAnswer({ content: (await client.readResource({ uri })).contents })),
    close: () => client.close(),
  };
}

const CLIENTS: readonly (readonly [name: string, connect: () => Promise<CommonClient>])[] = [
  ["the SDK's client in the era of 2026-07-28", () => connectNew({ pin: "2026-07-28" })],
  ["the SDK's client in the era of 2025", () => connectNew("legacy")],
  ["the SDK's client when it asks first", () => connectNew("auto")],
  ["the client of SDK 1.x", connectOld],
];

for (const [name, connect] of CLIENTS)
  test(`${name} lists tools, calls them, and reads answers, errors and progress`, async (t) => {
    const client = await connect();
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
    assert.partialDeepStrictEqual(JSON.parse(await client.read("glovebox://debt")), {
      report_version: 1,
    });
  });

test("the client that asks first is answered in the era of 2026-07-28", async (t) => {
  const client = await connectNew("auto");
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

interface Inspected {
  readonly tools?: readonly { readonly name: string }[];
  readonly content?: Answer["content"];
}

/** Its own options come first: it would take the server's `--config` for its own, if `--` did not end them. */
function inspect(...words: string[]): Inspected {
  const { command, args } = workspace.command;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [INSPECTOR, "--cli", ...words, "--format", "json", "--", command, ...args],
    {
      cwd: workspace.folder,
      encoding: "utf8",
      env: { ...process.env, HOME: workspace.folder, MCP_INSPECTOR_SECRET_STORE: "memory" },
    },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout).result;
}

test("the Inspector's command line lists the tools, finds their schemas portable, and calls one", () => {
  const { tools } = inspect("--method", "tools/list", "--strict");
  assert.deepEqual(
    tools?.map((tool) => tool.name),
    TOOL_NAMES,
  );
  const call = ["--tool-name", "fixture__echo", "--tool-arg", "text=sealed"];
  assert.equal(inspect("--method", "tools/call", ...call).content?.[0]?.text, "sealed");
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
