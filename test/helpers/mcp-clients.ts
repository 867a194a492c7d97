// The clients that people use, as their makers publish them.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientOfOldSdk } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as TransportOfOldSdk } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpTransportOfOldSdk } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { ServedWorkspace } from "./served-workspace.ts";

const run = promisify(execFile);
const INSPECTOR = join(
  import.meta.dirname,
  "../../node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js",
);

/** A server that a client starts, or one that it finds at an address. */
export type ReachedServer = ServedWorkspace | { readonly url: string };

/** What the clients have in common, as far as this test asks. */
export interface CommonClient {
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

export interface Answer {
  readonly content: readonly { readonly type: string; readonly text: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly isError?: boolean;
}

/** The same answer without the types of one client's making. */
const toAnswer = (result: unknown): Answer => JSON.parse(JSON.stringify(result));
export const textOf = (answer: Answer): string => answer.content[0]?.text ?? "";

export async function connectNew(
  server: ReachedServer,
  mode: "legacy" | { pin: string } | "auto",
): Promise<CommonClient & { readonly version: string | undefined }> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
  await client.connect(
    "url" in server
      ? new StreamableHTTPClientTransport(new URL(server.url))
      : new StdioClientTransport({ ...server.command, stderr: "ignore" }),
  );
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

async function connectOld(server: ReachedServer): Promise<CommonClient> {
  const client = new ClientOfOldSdk({ name: "test", version: "1" });
  // Its types do not know `exactOptionalPropertyTypes`.
  const transport =
    "url" in server
      ? (new HttpTransportOfOldSdk(new URL(server.url)) as unknown as TransportOfOldSdk)
      : new TransportOfOldSdk({ ...server.command, stderr: "ignore" });
  await client.connect(transport);
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

export const CLIENTS: readonly (readonly [
  name: string,
  connect: (server: ReachedServer) => Promise<CommonClient>,
])[] = [
  [
    "the SDK's client in the era of 2026-07-28",
    (server) => connectNew(server, { pin: "2026-07-28" }),
  ],
  ["the SDK's client in the era of 2025", (server) => connectNew(server, "legacy")],
  ["the SDK's client when it asks first", (server) => connectNew(server, "auto")],
  ["the client of SDK 1.x", connectOld],
];

export interface Inspected {
  readonly tools?: readonly { readonly name: string }[];
  readonly content?: Answer["content"];
}

/** The same over HTTP, in one era. */
export async function inspectAt(
  url: string,
  era: "legacy" | "modern",
  ...words: string[]
): Promise<Inspected> {
  const { stdout } = await run(
    process.execPath,
    [INSPECTOR, "--cli", url, "--protocol-era", era, ...words, "--format", "json"],
    { env: { ...process.env, MCP_INSPECTOR_SECRET_STORE: "memory" } },
  );
  return JSON.parse(stdout).result;
}

/** Its own options come first: it would take the server's `--config` for its own, if `--` did not end them. */
export async function inspect(workspace: ServedWorkspace, ...words: string[]): Promise<Inspected> {
  const { command, args } = workspace.command;
  const { stdout } = await run(
    process.execPath,
    [INSPECTOR, "--cli", ...words, "--format", "json", "--", command, ...args],
    {
      cwd: workspace.folder,
      env: { ...process.env, HOME: workspace.folder, MCP_INSPECTOR_SECRET_STORE: "memory" },
    },
  );
  return JSON.parse(stdout).result;
}
