import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { CallResult, Command, ToolClient } from "./line-client.ts";

/** The SDK's own client, which validates what it is answered: what a program that uses it waits for. */
export async function openSdkClient({ command, args, env }: Command): Promise<ToolClient> {
  const client = new Client({ name: "bench", version: "1" });
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    env: { ...Object.fromEntries(inherited), ...env },
    stderr: "ignore",
  });
  await client.connect(transport);
  await client.listTools();
  return {
    pid: transport.pid ?? 0,
    call: async (name, given) =>
      (await client.callTool({ name, arguments: { ...given } })) as CallResult,
    close: () => client.close(),
  };
}
