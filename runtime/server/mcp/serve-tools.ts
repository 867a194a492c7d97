import {
  ProtocolError,
  ProtocolErrorCode,
  type CallToolRequest,
  type CallToolResult,
  type InputRequiredResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import { answerDebt, DEBT_TOOL, seenPlugins } from "./debt-tool.ts";
import { toListedTool } from "./listed-tool.ts";
import type { McpSetting, Serving } from "./mcp-server.ts";
import { performCall } from "./perform-call.ts";
import { toMcpResult } from "./plain-call.ts";

/** Makes what serves `tools/list` and `tools/call` on a server. */
export function makeToolHandlers(setting: McpSetting): (serving: Serving) => void {
  const { tools, mayCall = () => true } = setting;
  const listed = [DEBT_TOOL, ...tools.map(toListedTool)];
  const known = new Set(listed.map((tool) => tool.name));
  return (serving) => {
    const { server, connection } = serving;
    server.setRequestHandler("tools/list", (_request, { http }) => {
      const { principal } = connection.originOf(http?.authInfo);
      return { tools: listed.filter(({ name }) => mayCall(principal, name)) };
    });
    server.setRequestHandler("tools/call", async ({ params }, ctx) => {
      const { principal } = connection.originOf(ctx.http?.authInfo);
      if (!known.has(params.name) || !mayCall(principal, params.name)) throw unknownTool();
      return callThroughSdk(setting, serving, params, ctx);
    });
  };
}

async function callThroughSdk(
  setting: McpSetting,
  serving: Serving,
  params: CallToolRequest["params"],
  ctx: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  const { name } = params;
  const args: JsonObject = isJsonObject(params.arguments) ? params.arguments : {};
  const { connection } = serving;
  // debt("GB-077"): neither recorded nor counted.
  if (name === DEBT_TOOL.name) {
    const { principal } = connection.originOf(ctx.http?.authInfo);
    const seen = seenPlugins(setting, principal);
    return toMcpResult(answerDebt(setting.reportDebt, args, seen));
  }
  const call = { kind: "tool", name, arguments: args } as const;
  const performed = await performCall(setting, serving, call, ctx);
  if ("begun" in performed) return performed.begun;
  return "asked" in performed
    ? performed.asked
    : toMcpResult(performed.answer, ctx.mcpReq.envelope !== undefined);
}

function unknownTool(): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    "Unknown tool. List the tools and use a name from the list.",
  );
}
