// The ordinary server to compare with: the time plugin's own handlers in one process, without any containment.
// Arguments and results are validated as every server of the SDK does it.
import { fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { JsonObject } from "@glovebox/host-api/json";
import { tools } from "../../plugins/time/src/plugin.ts";
import { registerHost, type PluginHost } from "../../sdk-guest/host/host.ts";
import type { ToolContext } from "../../sdk-guest/tool/define.ts";
import { listTools } from "../../sdk-guest/tool/list.ts";

registerHost(() => ({ clock: { now: () => Date.now() } }) as PluginHost);

const server = new McpServer({ name: "plain", version: "1.0.0" });
for (const { name, title = name, description, inputSchema, outputSchema } of listTools(tools)) {
  const tool = tools.find((candidate) => candidate.name === name);
  if (tool === undefined || outputSchema === undefined) throw new Error(`${name} is not complete`);
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: fromJsonSchema<JsonObject>(inputSchema),
      outputSchema: fromJsonSchema<JsonObject>(outputSchema),
    },
    async (args) => {
      const value = (await tool.handler(args as never, {} as ToolContext)) as JsonObject;
      return { content: [{ type: "text", text: JSON.stringify(value) }], structuredContent: value };
    },
  );
}
await server.connect(new StdioServerTransport());
