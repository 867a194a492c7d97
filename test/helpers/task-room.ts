import { setTimeout as wait } from "node:timers/promises";
import type { ToolAnswer } from "../../runtime/answer.ts";
import type { CallRequest, CallTool } from "../../runtime/call.ts";
import { ASKS_NOTHING } from "../../runtime/inputs.ts";
import type { Principal } from "../../runtime/policy/principal.ts";
import { DEFAULT_TASK_LIMITS, type TaskLimits } from "../../runtime/policy/server/tasks.ts";
import { makeMemoryStore } from "../../runtime/server/store/memory-store.ts";
import type { TakePlace } from "../../runtime/server/limits/admit.ts";
import type { SharedStore } from "../../runtime/server/store/shared-store.ts";
import type { TenantVault } from "../../runtime/server/store/tenant-vault.ts";
import type { TaskRecord } from "../../runtime/server/tasks/task-record.ts";
import type { RunnerTimes } from "../../runtime/server/tasks/task-runner.ts";
import { openTasks, type Tasks } from "../../runtime/server/tasks/tasks.ts";

export const ADA = person("acme", "ada");
export const BOB = person("acme", "bob");
/** The same user's name, elsewhere. */
export const ADA_ELSEWHERE = person("other", "ada");

export function person(tenant: string, subject: string): Principal {
  return { via: "token", tenant, subject, id: `${tenant}/${subject}`, scopes: new Set(["tools"]) };
}

export interface TaskRoomOptions {
  readonly store?: SharedStore;
  readonly vault?: TenantVault;
  readonly place?: string;
  readonly limits?: Partial<TaskLimits>;
  readonly nowMs?: () => number;
  readonly times?: Partial<RunnerTimes>;
  readonly takePlace?: TakePlace;
  readonly componentOf?: (tool: string) => string | undefined;
}

/** Replicas as far as tasks go: one store, and what each of them was asked to run. */
export interface TaskRoom {
  readonly tasks: Tasks;
  /** Runs of calls, in the order in which they began. */
  readonly runs: CallRequest[];
  readonly troubles: unknown[];
}

export const FAST: RunnerTimes = { tickMs: 20, leaseMs: 300, storeMsMax: 2000 };

/** Tasks whose calls are run by `perform`. */
export async function openTaskRoom(
  perform: (request: CallRequest) => Promise<ToolAnswer> | ToolAnswer,
  options: TaskRoomOptions = {},
): Promise<TaskRoom> {
  const runs: CallRequest[] = [];
  const troubles: unknown[] = [];
  const callTool: CallTool = async (request) => {
    if (request.task?.kind === "begin") return { content: [] };
    runs.push(request);
    return perform(request);
  };
  const tool = { support: "optional", asks: "within" } as const;
  const tasks = await openTasks({
    store: options.store ?? makeMemoryStore(),
    place: options.place ?? "/mcp",
    configuration: { tools: { work: tool }, limits: { ...DEFAULT_TASK_LIMITS, ...options.limits } },
    callTool,
    ...(options.vault ? { vault: options.vault } : {}),
    ...(options.takePlace ? { takePlace: options.takePlace } : {}),
    componentOf: options.componentOf ?? (() => "sha256:one"),
    onTrouble: (error) => troubles.push(error),
    nowMs: options.nowMs ?? Date.now,
    times: { ...FAST, ...options.times },
  });
  return { tasks, runs, troubles };
}

export function requestOf(principal: Principal, args: CallRequest["arguments"] = {}): CallRequest {
  return {
    name: "work",
    arguments: args,
    caller: { principal, conversation: principal.id, can: { ...ASKS_NOTHING, form: true } },
    signal: new AbortController().signal,
  };
}

/** Makes a task, which must be made. */
export async function beginTask(
  tasks: Tasks,
  principal: Principal,
  args: CallRequest["arguments"] = {},
): Promise<string> {
  const begun = await tasks.begin(requestOf(principal, args));
  if (!("taskId" in begun)) throw new Error(JSON.stringify(begun));
  return begun.taskId;
}

/** The task when it is as it should be. */
export async function untilTask(
  tasks: Tasks,
  principal: Principal,
  taskId: string,
  isSo: (task: TaskRecord) => boolean = ({ state }) =>
    ["completed", "failed", "cancelled"].includes(state.kind),
): Promise<TaskRecord> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const task = await tasks.find(principal, taskId);
    if (task && isSo(task)) return task;
    await wait(10);
  }
  throw new Error("the task never came to be so");
}

export function say(text: string): ToolAnswer {
  return { content: [{ type: "text", text }] };
}
