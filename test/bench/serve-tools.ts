import type { JsonObject } from "@glovebox/host-api/json";
import { fromJsonSchema, McpServer, type CallToolResult } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { GUEST_TOOLS, listedName } from "./guest-tools.ts";

/** Runs one tool of the plugin with this index. */
export type RunTool = (index: number, tool: string, args: JsonObject) => Promise<CallToolResult>;

/** An ordinary server: the SDK's, which validates arguments and results as it does for everybody. */
export async function serveTools(name: string, plugins: number, run: RunTool): Promise<void> {
  const server = new McpServer({ name, version: "1.0.0" });
  for (let index = 0; index < plugins; index += 1) {
    for (const tool of GUEST_TOOLS) {
      const { title = tool.name, description, inputSchema, outputSchema } = tool;
      server.registerTool(
        listedName(index, tool.name),
        {
          title,
          description,
          inputSchema: fromJsonSchema<JsonObject>(inputSchema),
          ...(outputSchema && { outputSchema: fromJsonSchema<JsonObject>(outputSchema) }),
        },
        (args) => run(index, tool.name, args),
      );
    }
  }
  await server.connect(new StdioServerTransport());
  // Workers would keep the process when its client has gone.
  process.stdin.once("end", () => process.exit(0));
}
