// The SDK's own handler, as its documentation mounts it on node:http: what `toNodeHandler` of @modelcontextprotocol/node is.
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import { announce } from "./announce.ts";
import { answerEcho, TOOL, TOOL_NAME } from "./tool.ts";

const handler = createMcpHandler(() => {
  const server = new Server({ name: "stock", version: "1" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({
    tools: [{ ...TOOL, inputSchema: structuredClone(TOOL.inputSchema), name: TOOL_NAME }] as never,
  }));
  server.setRequestHandler("tools/call", ({ params }) => answerEcho(params.arguments));
  return server;
});
const server = createServer(getRequestListener((request) => handler.fetch(request)));
server.listen(0, "127.0.0.1", () => announce(server.address()));
