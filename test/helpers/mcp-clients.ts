// The clients that people use, as their makers publish them.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientOfOldSdk } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as TransportOfOldSdk } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { ServedWorkspace } from "./served-workspace.ts";

const run = promisify(execFile);
const INSPECTOR = join(
  import.meta.dirname,
  "../../node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js",
);

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
  workspace: ServedWorkspace,
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

async function connectOld(workspace: ServedWorkspace): Promise<CommonClient> {
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

export const CLIENTS: readonly (readonly [
  name: string,
  connect: (workspace: ServedWorkspace) => Promise<CommonClient>,
])[] = [
  [
    "the SDK's client in the era of 2026-07-28",
    (workspace) => connectNew(workspace, { pin: "2026-07-28" }),
  ],
  ["the SDK's client in the era of 2025", (workspace) => connectNew(workspace, "legacy")],
  ["the SDK's client when it asks first", (workspace) => connectNew(workspace, "auto")],
  ["the client of SDK 1.x", connectOld],
];

export interface Inspected {
  readonly tools?: readonly { readonly name: string }[];
  readonly content?: Answer["content"];
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
