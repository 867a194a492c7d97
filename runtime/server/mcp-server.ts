import { ProtocolError, ProtocolErrorCode, Server, type CallToolResult, type Tool } from "@modelcontextprotocol/server";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../answer.ts";
import type { CallTool } from "../call.ts";
import type { ExposedTool } from "../policy/expose.ts";

/** What one MCP server needs: the pinned tools, the way to call them, and the runtime's own report. */
export interface McpSetting {
  readonly version: string;
  readonly tools: readonly ExposedTool[];
  readonly callTool: CallTool;
  /** The public view of the debt report, made anew for each request. */
  readonly reportDebt: (filter: DebtFilter) => JsonObject;
}

export interface DebtFilter {
  readonly status?: string;
  readonly severity?: string;
}

export const DEBT_TOOL_NAME = "report_pattern_debt";
export const DEBT_RESOURCE_URI = "glovebox://debt";

const PROGRESS_INTERVAL_MS_MIN = 50;
const LIST_TTL_MS = 60_000;

const DEBT_TOOL: Tool = {
  name: DEBT_TOOL_NAME,
  title: "What this runtime does not protect against",
  description:
    "Reports the known gaps of this Glovebox runtime, on this machine and under its present configuration: what is open, how severe it is, what happens today, and what would close it.",
  inputSchema: {
    type: "object",
    properties: {
      status: { type: "string", enum: ["open", "monitoring", "resolved"], description: "Only items with this status." },
      severity: { type: "string", enum: ["low", "medium", "high", "critical"], description: "Only items of this severity." },
    },
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, openWorldHint: false },
};

/**
 * One MCP server for one connection, for the specification's both eras. Tools come from the pinned surfaces,
 * so listing starts no runner; arguments are validated in `call.ts`, not by the SDK, whose validator is shared.
 */
export function makeMcpServer(setting: McpSetting): Server {
  const server = new Server(
    { name: "glovebox", title: "Glovebox", version: setting.version },
    {
      capabilities: { tools: {}, resources: {} },
      cacheHints: { "tools/list": { ttlMs: LIST_TTL_MS, cacheScope: "private" } },
      instructions: `Tools run sealed; what the operator did not grant is denied. Call ${DEBT_TOOL_NAME} to learn what is not protected.`,
    },
  );
  const known = new Set(setting.tools.map((tool) => tool.exposedName));

  server.setRequestHandler("tools/list", () => ({ tools: [DEBT_TOOL, ...setting.tools.map(toMcpTool)] }));
  server.setRequestHandler("tools/call", async (request, context) => {
    const { name } = request.params;
    const args = (request.params.arguments ?? {}) as JsonObject;
    if (name === DEBT_TOOL_NAME) return answerDebt(setting, args);
    if (!known.has(name)) throw new ProtocolError(ProtocolErrorCode.InvalidParams, "Unknown tool. List the tools and use a name from the list.");
    const report = makeProgress(context.mcpReq._meta?.progressToken, (params) =>
      context.mcpReq.notify({ method: "notifications/progress", params }),
    );
    const answer = await setting.callTool({
      name,
      arguments: args,
      signal: context.mcpReq.signal,
      ...(report ? { onProgress: report } : {}),
    });
    return toMcpResult(answer);
  });

  server.setRequestHandler("resources/list", () => ({
    resources: [{ uri: DEBT_RESOURCE_URI, name: "debt", title: "Pattern debt report", mimeType: "application/json" }],
  }));
  server.setRequestHandler("resources/templates/list", () => ({ resourceTemplates: [] }));
  server.setRequestHandler("resources/read", (request) => {
    if (request.params.uri !== DEBT_RESOURCE_URI)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, "Unknown resource. List the resources and use a URI from the list.");
    const text = JSON.stringify(setting.reportDebt({}));
    return { contents: [{ uri: DEBT_RESOURCE_URI, mimeType: "application/json", text }] };
  });
  return server;
}

function toMcpTool({ exposedName, tool }: ExposedTool): Tool {
  return { ...tool, name: exposedName } as unknown as Tool;
}

function toMcpResult(answer: ToolAnswer): CallToolResult {
  const { content, structuredContent, isError } = answer;
  return {
    content: content.map((block) => ({ ...block })),
    ...(structuredContent === undefined ? {} : { structuredContent: structuredContent as Record<string, unknown> }),
    ...(isError ? { isError } : {}),
  };
}

function answerDebt(setting: McpSetting, args: JsonObject): CallToolResult {
  const pick = (key: string): JsonValue | undefined => (Object.hasOwn(args, key) ? args[key] : undefined);
  const [status, severity] = [pick("status"), pick("severity")];
  const report = setting.reportDebt({
    ...(typeof status === "string" ? { status } : {}),
    ...(typeof severity === "string" ? { severity } : {}),
  });
  return { content: [{ type: "text", text: JSON.stringify(report) }], structuredContent: { ...report } };
}

type ProgressParams = { progressToken: string | number; progress: number; total?: number; message?: string };

/** Progress only when it was asked for, strictly increasing, and at most every 50 ms. */
function makeProgress(token: string | number | undefined, notify: (params: ProgressParams) => Promise<void>) {
  if (token === undefined) return undefined;
  let last = -Infinity;
  let lastSentMs = -Infinity;
  return (progress: number, total: number | undefined, message: string | undefined): void => {
    const nowMs = performance.now();
    if (!(progress > last) || nowMs - lastSentMs < PROGRESS_INTERVAL_MS_MIN) return;
    last = progress;
    lastSentMs = nowMs;
    // A client that has gone away ends the call by its own signal; a lost notification is not an error of the call.
    notify({
      progressToken: token,
      progress,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message }),
    }).catch(() => undefined);
  };
}
