import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { rolldown } from "rolldown";
import {
  FIXTURE,
  makeServedWorkspace,
  type PluginToInstall,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

/** The same tools of the same code, once in an ordinary server and once sealed. */
export interface ServerUnderTest {
  readonly name: "plain" | "sealed";
  readonly command: { readonly command: string; readonly args: string[] };
  readonly nameOf: (tool: string) => string;
}

export interface Servers {
  readonly plain: ServerUnderTest;
  readonly sealed: ServerUnderTest;
  /** The time plugin's workspace, whose transpiled code is in the cache. */
  readonly workspace: ServedWorkspace;
  /** A workspace with a tool that never answers, under a short deadline. */
  readonly stopping: ServedWorkspace;
  remove(): void;
}

const TIME: PluginToInstall = {
  folder: join(import.meta.dirname, "../../plugins/time"),
  grants: ["clock"],
};

export async function makeServers(deadlineMs: number): Promise<Servers> {
  const plain = await bundlePlainServer();
  const workspace = await makeServedWorkspace([TIME]);
  const stopping = await makeServedWorkspace([FIXTURE], `limits: { deadline: ${deadlineMs}ms }\n`);
  return {
    plain: {
      name: "plain",
      command: { command: process.execPath, args: [plain] },
      nameOf: (tool) => tool,
    },
    sealed: { name: "sealed", command: workspace.command, nameOf: (tool) => `time__${tool}` },
    workspace,
    stopping,
    remove() {
      workspace.remove();
      stopping.remove();
    },
  };
}

/** Plain JavaScript in one file beside the SDK's package, as such a server is shipped: no types to strip at its start. */
async function bundlePlainServer(): Promise<string> {
  const build = await rolldown({
    input: join(import.meta.dirname, "plain-server.ts"),
    platform: "node",
    external: /^@modelcontextprotocol\//,
  });
  const file = join(import.meta.dirname, "dist/plain-server.mjs");
  await build.write({ file, format: "esm", codeSplitting: false });
  await build.close();
  return file;
}

export interface Connected {
  readonly pid: number;
  /** One call, timed where the client stands. Throws when the tool answers an error. */
  call(tool: string, args: Readonly<Record<string, unknown>>): Promise<number>;
  /** One call that must end in this error. */
  fail(tool: string, errorCode: string): Promise<number>;
  close(): Promise<void>;
}

/** Starts a server, and resolves when a client of the SDK has its list of tools. */
export async function connect({
  command,
  nameOf,
}: Pick<ServerUnderTest, "command" | "nameOf">): Promise<Connected> {
  const client = new Client({ name: "bench", version: "1.0.0" });
  const transport = new StdioClientTransport({ ...command, stderr: "ignore" });
  await client.connect(transport);
  await client.listTools();
  const time = async (tool: string, args: Readonly<Record<string, unknown>>) => {
    const startMs = performance.now();
    const result = await client.callTool({ name: nameOf(tool), arguments: { ...args } });
    return { ms: performance.now() - startMs, result };
  };
  return {
    pid: transport.pid ?? 0,
    async call(tool, args) {
      const { ms, result } = await time(tool, args);
      if (result.isError) throw new Error(`${tool} answered ${JSON.stringify(result.content)}`);
      return ms;
    },
    async fail(tool, errorCode) {
      const { ms, result } = await time(tool, {});
      const body = result.structuredContent as { error_code?: string } | undefined;
      if (body?.error_code !== errorCode)
        throw new Error(`${tool} answered ${JSON.stringify(result.content)}`);
      return ms;
    },
    close: () => client.close(),
  };
}
