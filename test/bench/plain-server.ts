// plain-server PLUGINS: the ordinary server to compare with. The guest's own handlers, in one process, uncontained.
import type { JsonObject } from "@glovebox/host-api/json";
import { registerHost, type PluginHost } from "../../sdk-guest/host/host.ts";
import type { ToolContext } from "../../sdk-guest/tool/define.ts";
import { tools } from "../fixtures/guest/src/plugin.ts";
import { serveTools } from "./serve-tools.ts";

registerHost(() => ({ clock: { now: () => Date.now() } }) as PluginHost);

const byName = new Map(tools.map((tool) => [tool.name, tool]));

await serveTools("plain", Number(process.argv[2]), async (_index, tool, args) => {
  const value = (await byName.get(tool)!.handler(args as never, {} as ToolContext)) as JsonObject;
  return { content: [{ type: "text", text: JSON.stringify(value) }], structuredContent: value };
});
