import {
  ProtocolError,
  ProtocolErrorCode,
  type CallToolRequest,
  type CallToolResult,
  type InputRequiredResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../../answer.ts";
import type { Subject } from "./asking.ts";
import { callerOf, traceOf } from "./connection.ts";
import { answerDebt, DEBT_TOOL } from "./debt-tool.ts";
import { toListedTool } from "./listed-tool.ts";
import type { McpSetting, Serving } from "./mcp-server.ts";
import { toMcpResult } from "./plain-call.ts";
import { makeProgress } from "./progress.ts";

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
  { callTool, reportDebt }: McpSetting,
  { server, connection, asking }: Serving,
  params: CallToolRequest["params"],
  ctx: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  const { name } = params;
  const args: JsonObject = isJsonObject(params.arguments) ? params.arguments : {};
  if (name === DEBT_TOOL.name) return toMcpResult(answerDebt(reportDebt, args));
  const { mcpReq } = ctx;
  const subject: Subject = { kind: "tool", name, arguments: args };
  const given = await asking.readGiven(subject, ctx);
  const first = given ? undefined : connection.takeFirst(mcpReq.id);
  const answer = first ?? (await call());
  return answer.needs ? asking.ask(answer.needs, subject, ctx) : toMcpResult(answer);

  function call(): Promise<ToolAnswer> {
    const origin = connection.originOf(ctx.http?.authInfo);
    const trace = traceOf(mcpReq._meta, origin);
    const onProgress = makeProgress(mcpReq._meta?.progressToken, mcpReq.signal, (progress) =>
      mcpReq.notify({ method: "notifications/progress", params: { ...progress } }),
    );
    return callTool({
      name,
      arguments: args,
      caller: callerOf(origin, ctx, server.getClientCapabilities()),
      signal: mcpReq.signal,
      ...(given ? { given } : {}),
      ...(trace ? { trace } : {}),
      ...(onProgress ? { onProgress } : {}),
    });
  }
}

function unknownTool(): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    "Unknown tool. List the tools and use a name from the list.",
  );
}
