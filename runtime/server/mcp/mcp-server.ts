import { ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import type { JsonObject } from "@glovebox/host-api/json";
import { LOCAL_CALLER, type CallTool } from "../../call.ts";
import type { ExposedTool } from "../../policy/expose.ts";
import { answerDebt, DEBT_RESOURCE, DEBT_TOOL, type ReportDebt } from "./debt-tool.ts";
import { toMcpResult } from "./direct-calls.ts";
import { toListedTool } from "./listed-tool.ts";
import { makeProgress } from "./progress.ts";

/** What one MCP server needs: the pinned tools, the way to call them, and the runtime's own report. */
export interface McpSetting {
  readonly version: string;
  readonly tools: readonly ExposedTool[];
  readonly callTool: CallTool;
  readonly reportDebt: ReportDebt;
}

/** Tools are pinned for the life of the process, so a client may keep the list. The report is made anew each time. */
const CACHE_HINTS = {
  "tools/list": { ttlMs: 60_000, cacheScope: "private" },
  "resources/list": { ttlMs: 60_000, cacheScope: "private" },
  "resources/templates/list": { ttlMs: 60_000, cacheScope: "private" },
  "resources/read": { ttlMs: 0, cacheScope: "private" },
} as const;

/**
 * One MCP server for one connection, in either era of the specification. Tools come from the pinned surfaces,
 * so listing starts no runner; arguments are validated in `call.ts`, not by the SDK, whose validator is shared.
 */
export function makeMcpServer(setting: McpSetting): Server {
  const server = new Server(
    { name: "glovebox", title: "Glovebox", version: setting.version },
    {
      capabilities: { tools: {}, resources: {} },
      cacheHints: CACHE_HINTS,
      instructions: `Tools run sealed; what the operator did not grant is denied. Call ${DEBT_TOOL.name} to learn what is not protected.`,
    },
  );
  serveTools(server, setting);
  serveDebtResource(server, setting.reportDebt);
  return server;
}

function serveTools(server: Server, { tools, callTool, reportDebt }: McpSetting): void {
  const listed = [DEBT_TOOL, ...tools.map(toListedTool)];
  const known = new Set(listed.map((tool) => tool.name));

  server.setRequestHandler("tools/list", () => ({ tools: listed }));
  server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) => {
    const { name } = params;
    const args = isJsonObject(params.arguments) ? params.arguments : {};
    if (!known.has(name))
      throw invalidParams("Unknown tool. List the tools and use a name from the list.");
    if (name === DEBT_TOOL.name) return toMcpResult(answerDebt(reportDebt, args));
    const onProgress = makeProgress(mcpReq._meta?.progressToken, mcpReq.signal, (progress) =>
      mcpReq.notify({ method: "notifications/progress", params: { ...progress } }),
    );
    return toMcpResult(
      await callTool({
        name,
        arguments: args,
        caller: LOCAL_CALLER,
        signal: mcpReq.signal,
        ...(onProgress ? { onProgress } : {}),
      }),
    );
  });
}

function serveDebtResource(server: Server, reportDebt: ReportDebt): void {
  const { uri, mimeType } = DEBT_RESOURCE;
  server.setRequestHandler("resources/list", () => ({ resources: [DEBT_RESOURCE] }));
  server.setRequestHandler("resources/templates/list", () => ({ resourceTemplates: [] }));
  server.setRequestHandler("resources/read", ({ params }) => {
    if (params.uri !== uri)
      throw invalidParams("Unknown resource. List the resources and use a URI from the list.");
    return { contents: [{ uri, mimeType, text: JSON.stringify(reportDebt({})) }] };
  });
}

function invalidParams(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}

/** Whatever came out of `JSON.parse` is JSON all the way down; the validator bounds its depth and size. */
function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
