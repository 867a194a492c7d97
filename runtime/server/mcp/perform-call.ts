import {
  MissingRequiredClientCapabilityError,
  type CallToolResult,
  type InputRequiredResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { AskKind } from "@glovebox/host-api/ask/grant";
import type { JsonObject } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../../answer.ts";
import type { CallKind, CallRequest } from "../../call.ts";
import type { Subject } from "./asking.ts";
import { callerOf, traceOf } from "./connection.ts";
import { makeLogForwarder, thresholdOf } from "./log-lines.ts";
import type { McpSetting, Serving } from "./mcp-server.ts";
import { makeProgress } from "./progress.ts";
import { beginTask, decideTask } from "./serve-tasks.ts";

export interface PerformedCall {
  readonly kind: CallKind;
  readonly name: string;
  readonly arguments: JsonObject;
}

/** How a call went: its answer, what the client must be asked first, or the task that it has become. */
export type Performed =
  | { readonly answer: ToolAnswer }
  | { readonly asked: InputRequiredResult }
  | { readonly begun: CallToolResult };

/**
 * Makes one call for a request that the SDK has read, whatever it calls. Where the client must be asked, the call has
 * ended; it is made again when the client comes back with answers. Throws `ProtocolError` for answers to something else,
 * and where a client of the era 2026 did not say that it can be asked.
 */
export async function performCall(
  { callTool, tasks }: Pick<McpSetting, "callTool" | "tasks">,
  { server, connection, asking }: Serving,
  call: PerformedCall,
  ctx: ServerContext,
): Promise<Performed> {
  const { mcpReq } = ctx;
  const subject = subjectOf(call);
  const given = subject && (await asking.readGiven(subject, ctx));
  if (tasks && call.kind === "tool" && decideTask(tasks, call.name, given !== undefined, ctx))
    return { begun: await beginTask(tasks, requestFor()) };
  const first = given ? undefined : connection.takeFirst(mcpReq.id);
  const answer = first ?? (await perform());
  if (answer.lacks && mcpReq.envelope !== undefined)
    throw new MissingRequiredClientCapabilityError({
      requiredCapabilities: toCapabilities(answer.lacks),
    });
  if (!answer.needs || !subject) return { answer };
  return { asked: await asking.ask(answer.needs, subject, ctx) };

  function requestFor(): CallRequest {
    const origin = connection.originOf(ctx.http?.authInfo);
    const trace = traceOf(mcpReq._meta, origin);
    return {
      ...call,
      caller: callerOf(origin, ctx, server.getClientCapabilities()),
      signal: mcpReq.signal,
      ...(given ? { given } : {}),
      ...(trace ? { trace } : {}),
    };
  }

  function perform(): Promise<ToolAnswer> {
    const onProgress = makeProgress(mcpReq._meta?.progressToken, mcpReq.signal, (progress) =>
      mcpReq.notify({ method: "notifications/progress", params: { ...progress } }),
    );
    const onLog = makeLogForwarder(
      thresholdOf(mcpReq.envelope, connection.logs),
      mcpReq.signal,
      (params) => mcpReq.notify({ method: "notifications/message", params: { ...params } }),
    );
    return callTool({
      ...requestFor(),
      ...(onProgress ? { onProgress } : {}),
      ...(onLog ? { onLog } : {}),
    });
  }
}

/** MCP has no questions about completions: then there is nobody to ask. */
function subjectOf({ kind, name, arguments: args }: PerformedCall): Subject | undefined {
  return kind === "completion" ? undefined : { kind, name, arguments: args };
}

function toCapabilities(kinds: readonly AskKind[]): Record<string, Record<string, object>> {
  const modes = kinds.filter((kind) => kind === "form" || kind === "url");
  return {
    ...(modes.length > 0 && {
      elicitation: Object.fromEntries(modes.map((mode) => [mode, {}])),
    }),
    ...(kinds.includes("sampling") && { sampling: {} }),
    ...(kinds.includes("roots") && { roots: {} }),
  };
}
