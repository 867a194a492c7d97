import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import type { InputRequest } from "../../inputs.ts";
import type { TaskRecord, TaskState } from "./task-record.ts";

/** The extension's id, in the capabilities of clients and servers. */
export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

const INTERNAL_ERROR = -32_603;

export interface TaskTimes {
  readonly ttlMs: number;
  readonly pollMs: number;
}

const STATUSES: Readonly<Record<TaskState["kind"], string>> = {
  waiting: "working",
  running: "working",
  asking: "input_required",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

/** `Task` of the extension: what it is called, and how it goes. */
export function toTask(record: TaskRecord, { ttlMs, pollMs }: TaskTimes): JsonObject {
  const { taskId, state, message, createdMs, updatedMs } = record;
  const words = state.kind === "failed" ? state.error.message : message;
  return {
    taskId,
    status: STATUSES[state.kind],
    ...(words === undefined ? {} : { statusMessage: words }),
    createdAt: toTime(createdMs),
    lastUpdatedAt: toTime(updatedMs),
    ttlMs,
    pollIntervalMs: pollMs,
  };
}

/** `DetailedTask`: with what is asked now, or how it ended. `toMcp` says a question as MCP does. */
export function toDetailedTask(
  record: TaskRecord,
  times: TaskTimes,
  toMcp: (request: InputRequest) => unknown,
): JsonObject {
  return { ...toTask(record, times), ...detailsOf(record.state, toMcp) };
}

function detailsOf(state: TaskState, toMcp: (request: InputRequest) => unknown): JsonObject {
  if (state.kind === "completed") return { result: state.result };
  if (state.kind === "failed") {
    const { error } = state;
    return { error: { code: INTERNAL_ERROR, message: error.message, data: { ...error } } };
  }
  if (state.kind !== "asking") return {};
  const open = Object.entries(state.requests).filter(([key]) => !Object.hasOwn(state.answers, key));
  return {
    inputRequests: Object.fromEntries(
      open.map(([key, request]) => [key, toMcp(request) as JsonValue]),
    ),
  };
}

/** A clock can be set to what no date can say. */
function toTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}
