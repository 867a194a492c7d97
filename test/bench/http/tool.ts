// The one tool of all servers: it says again what it was told. In process: what is measured is the way to it and back.
import type { JsonObject } from "@glovebox/host-api/json";

export const TOOL_NAME = "bench__echo";

export const TOOL = {
  name: "echo",
  description: "Says it again.",
  inputSchema: {
    type: "object",
    properties: { text: { type: "string", maxLength: 1000 } },
    required: ["text"],
    additionalProperties: false,
  },
} as const;

export function answerEcho(args: unknown): { content: { type: "text"; text: string }[] } {
  const { text } = args as { readonly text: string };
  return { content: [{ type: "text", text }] };
}

/** The request that every server gets, for one principal. */
export function makeRequest(id: number): JsonObject {
  return {
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: {
      name: TOOL_NAME,
      arguments: { text: `hello ${id}` },
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
      },
    },
  };
}
