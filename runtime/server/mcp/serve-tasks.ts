import {
  CLIENT_CAPABILITIES_META_KEY,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type CallToolResult,
  type ServerContext,
  type StandardSchemaV1,
} from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import type { CallRequest } from "../../call.ts";
import type { Principal } from "../../policy/principal.ts";
import { StoreError } from "../store/errors.ts";
import type { TaskRecord } from "../tasks/task-record.ts";
import { TASKS_EXTENSION, toDetailedTask, toTask } from "../tasks/task-wire.ts";
import type { Tasks } from "../tasks/tasks.ts";
import { toMcpRequest } from "./asking.ts";
import type { McpSetting, Serving } from "./mcp-server.ts";
import { toMcpResult } from "./plain-call.ts";

const DONE = { resultType: "complete" };
const RESPONSES_MAX = 64;

/** Whether this very request says that its client knows tasks. What an earlier one said does not count. */
export function knowsTasks(ctx: ServerContext): boolean {
  const envelope: Readonly<Record<string, unknown>> = ctx.mcpReq.envelope ?? {};
  return declaresTasks(envelope[CLIENT_CAPABILITIES_META_KEY]);
}

/** Whether these capabilities of a client have the extension. */
export function declaresTasks(declared: unknown): boolean {
  const extensions = isJsonObject(declared) ? declared["extensions"] : undefined;
  return isJsonObject(extensions) && isJsonObject(extensions[TASKS_EXTENSION]);
}

/** Calls to these must not be answered while the client waits. */
export function isTaskOnly(tasks: Tasks | undefined, tool: string): boolean {
  return tasks?.ruleOf(tool)?.support === "required";
}

/**
 * Whether a call is to become a task: decided by the tool's rule, by what the client knows, and for tools that ask
 * first, by whether the answers are there. Throws for a tool that is nothing but a task, and a client that knows none.
 */
export function decideTask(
  tasks: Tasks | undefined,
  tool: string,
  isAnswered: boolean,
  ctx: ServerContext,
): boolean {
  const rule = tasks?.ruleOf(tool);
  if (rule === undefined) return false;
  if (!knowsTasks(ctx)) {
    if (rule.support === "required") throw missingCapability();
    return false;
  }
  return rule.asks === "within" || isAnswered;
}

/** Makes the call a task, or answers it at once where it cannot be one. */
export async function beginTask(tasks: Tasks, request: CallRequest): Promise<CallToolResult> {
  const begun = await refusing(() => tasks.begin(request));
  if (!("taskId" in begun)) return toMcpResult(begun);
  // The extension's own kind of result, which stands where that of the tool would. The SDK adds an empty `content`.
  return { resultType: "task", ...toTask(begun, tasks) } as unknown as CallToolResult;
}

/** Serves `tasks/get`, `tasks/update` and `tasks/cancel`. */
export function serveTasks(tasks: Tasks, { mayCall = () => true }: McpSetting, serving: Serving) {
  const { server, connection } = serving;
  const serve = (
    method: string,
    answer: (principal: Principal, taskId: string, ctx: ServerContext) => Promise<JsonObject>,
  ): void =>
    server.setRequestHandler(method, { params: TASK_PARAMS }, ({ taskId }, ctx) => {
      if (!knowsTasks(ctx)) throw missingCapability();
      const { principal } = connection.originOf(ctx.http?.authInfo);
      return refusing(() => answer(principal, taskId, ctx));
    });

  /** A task of a tool that the principal may no longer call is no longer its own. */
  const find = async (principal: Principal, taskId: string): Promise<TaskRecord> => {
    const task = await tasks.find(principal, taskId);
    if (task === undefined || !mayCall(principal, task.tool)) throw notFound();
    return task;
  };

  serve("tasks/get", async (principal, taskId) => ({
    ...DONE,
    ...toDetailedTask(await find(principal, taskId), tasks, toMcpRequest),
  }));
  serve("tasks/update", async (principal, taskId, { mcpReq }) => {
    await find(principal, taskId);
    // The SDK takes them out of the parameters of every request, as those of a call that comes back.
    const responses = readResponses(mcpReq.inputResponses);
    if (!(await tasks.update(principal, taskId, responses))) throw notFound();
    return DONE;
  });
  serve("tasks/cancel", async (principal, taskId) => {
    await find(principal, taskId);
    if (!(await tasks.cancel(principal, taskId))) throw notFound();
    return DONE;
  });
}

/** The client's answers. What they hold is the asker's to check. */
function readResponses(responses: unknown): Readonly<Record<string, JsonObject>> {
  if (!isJsonObject(responses))
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, "inputResponses must be an object.");
  const entries = Object.entries(responses).slice(0, RESPONSES_MAX);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1])),
  );
}

/** Nothing of what is wrong with the store reaches the client. */
async function refusing<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new ProtocolError(
      ProtocolErrorCode.InternalError,
      "Tasks cannot be kept or found now. Try again later.",
    );
  }
}

/** One answer for an id that never was, one that has ended, and one that is somebody else's. */
function notFound(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, "Task not found.");
}

/** As the extension wants it said, as a JSON-RPC error. */
export const MISSING_TASKS = {
  code: ProtocolErrorCode.MissingRequiredClientCapability,
  message: "This needs a client that knows tasks.",
  data: { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } },
} as const;

function missingCapability(): ProtocolError {
  return new MissingRequiredClientCapabilityError(MISSING_TASKS.data, MISSING_TASKS.message);
}

/** Parameters with a task's id. Other keys say nothing here. */
const TASK_PARAMS: StandardSchemaV1<unknown, { readonly taskId: string }> = {
  "~standard": {
    version: 1,
    vendor: "glovebox",
    validate: (value) =>
      isJsonObject(value) && typeof value["taskId"] === "string"
        ? { value: { taskId: value["taskId"] } }
        : { issues: [{ message: "taskId must be a text" }] },
  },
};
