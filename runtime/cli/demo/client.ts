import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

/** A real MCP client that talks to `glovebox serve` over stdio. */
export interface DemoClient {
  listTools(): Promise<string[]>;
  callTool(
    name: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<{ text: string; error: string | undefined }>;
  close(): Promise<void>;
}

export async function connectClient(program: string, configFile: string): Promise<DemoClient> {
  const client = new Client({ name: "glovebox-demo", version: "1.0.0" });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [program, "serve", "--config", configFile],
      stderr: "ignore",
    }),
  );
  return {
    async listTools() {
      const { tools } = await client.listTools();
      return tools.map((tool) => tool.name);
    },
    async callTool(name, args) {
      const result = await client.callTool({ name, arguments: { ...args } });
      const texts = (result.content as { type: string; text?: string }[]).flatMap(
        (block) => block.text ?? [],
      );
      const error = result.isError
        ? (result.structuredContent as { error_code?: string; message?: string } | undefined)
        : undefined;
      return error
        ? {
            text: `${error.error_code ?? "?"}: ${error.message ?? ""}`,
            error: error.error_code ?? "?",
          }
        : { text: texts.join("\n"), error: undefined };
    },
    close: () => client.close(),
  };
}
