import {
  CLIENT_CAPABILITIES_META_KEY,
  ProtocolErrorCode,
  SUBSCRIPTION_ID_META_KEY,
} from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { Principal } from "../../policy/principal.ts";
import { toMcpRequest } from "../mcp/asking.ts";
import { declaresTasks, MISSING_TASKS } from "../mcp/serve-tasks.ts";
import type { TaskRecord } from "../tasks/task-record.ts";
import { toDetailedTask } from "../tasks/task-wire.ts";
import type { Tasks } from "../tasks/tasks.ts";
import { toEvent } from "./answers.ts";

/** What is wrong with a `subscriptions/listen` that names tasks. */
export interface ListenRefusal {
  readonly code: number;
  readonly message: string;
  readonly data?: JsonObject;
}

const TASK_IDS_MAX = 64;
const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";
/** What the SDK is asked to tell in any case: without anything to tell it would end the stream. */
const ALWAYS = "toolsListChanged";
const ALWAYS_METHOD = "notifications/tools/list_changed";

export interface TaskWatch {
  readonly tasks: Tasks;
  readonly principal: Principal;
  /** Whether the principal may see the tasks of a tool. */
  readonly mayCall: (tool: string) => boolean;
}

/**
 * The part of `subscriptions/listen` that the SDK does not know: `notifications.taskIds`. The stream is the SDK's; the
 * acknowledgement in it gets the tasks that are listened to, and each change of one is told in between.
 */
export class TaskListening {
  /** What the SDK is asked instead. */
  readonly message: JsonObject;
  readonly #watch: TaskWatch;
  readonly #taskIds: readonly string[];
  readonly #subscriptionId: JsonValue;
  readonly #isAlwaysWanted: boolean;
  readonly #stops: (() => void)[] = [];
  #accepted: readonly TaskRecord[] = [];
  #write: ((text: string) => void) | undefined;
  #rest = "";

  constructor(watch: TaskWatch, message: JsonObject, taskIds: readonly string[]) {
    const { params, id } = message;
    const given = isJsonObject(params) ? params : {};
    const wanted = isJsonObject(given["notifications"]) ? given["notifications"] : {};
    const { taskIds: _taken, ...others } = wanted;
    this.#watch = watch;
    this.#taskIds = [...new Set(taskIds)];
    this.#subscriptionId = id ?? null;
    this.#isAlwaysWanted = others[ALWAYS] === true;
    this.message = {
      ...message,
      params: { ...given, notifications: { ...others, [ALWAYS]: true } },
    };
  }

  /** Begins to listen to those of the tasks that are the principal's. Says nothing of why the others are not. */
  async open(): Promise<void> {
    const { tasks, principal, mayCall } = this.#watch;
    const found = await Promise.all(
      this.#taskIds.map(async (taskId) => {
        const stop = await tasks.watch(principal, taskId, (task) => this.#tell(task));
        if (stop) this.#stops.push(stop);
        const task = stop && (await tasks.find(principal, taskId));
        return task && mayCall(task.tool) ? task : undefined;
      }),
    );
    this.#accepted = found.filter((task) => task !== undefined);
  }

  /** What the SDK wrote, as the client is to read it. `write` is used from then on for what it did not write. */
  rewrite(text: string, write: (text: string) => void): string {
    const frames = (this.#rest + text).split("\n\n");
    this.#rest = frames.pop() ?? "";
    return frames.map((frame) => this.#rewriteFrame(frame, write)).join("");
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#write = undefined;
  }

  #rewriteFrame(frame: string, write: (text: string) => void): string {
    const whole = `${frame}\n\n`;
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    if (data === undefined) return whole;
    const message = JSON.parse(data) as JsonObject;
    if (message["method"] === ALWAYS_METHOD && !this.#isAlwaysWanted) return "";
    if (message["method"] !== ACKNOWLEDGED) return whole;
    this.#write = write;
    const now = this.#accepted.map((task) => this.#toEvent(task));
    return [toEvent(JSON.stringify(this.#acknowledge(message))), ...now].join("");
  }

  #acknowledge(message: JsonObject): JsonObject {
    const params = isJsonObject(message["params"]) ? message["params"] : {};
    const told = isJsonObject(params["notifications"]) ? params["notifications"] : {};
    const { [ALWAYS]: always, ...others } = told;
    const taskIds = this.#accepted.map((task) => task.taskId);
    const notifications = {
      ...others,
      ...(this.#isAlwaysWanted && always !== undefined ? { [ALWAYS]: always } : {}),
      taskIds,
    };
    return { ...message, params: { ...params, notifications } };
  }

  #tell(task: TaskRecord): void {
    if (this.#accepted.some(({ taskId }) => taskId === task.taskId))
      this.#write?.(this.#toEvent(task));
  }

  #toEvent(task: TaskRecord): string {
    const params = {
      ...toDetailedTask(task, this.#watch.tasks, toMcpRequest),
      _meta: { [SUBSCRIPTION_ID_META_KEY]: this.#subscriptionId },
    };
    return toEvent(JSON.stringify({ jsonrpc: "2.0", method: "notifications/tasks", params }));
  }
}

/** The tasks that a `subscriptions/listen` names; undefined where it names none. */
export function readTaskIds({
  method,
  params,
}: JsonObject): readonly string[] | ListenRefusal | undefined {
  if (method !== "subscriptions/listen" || !isJsonObject(params)) return undefined;
  const wanted = params["notifications"];
  const taskIds = isJsonObject(wanted) ? wanted["taskIds"] : undefined;
  if (taskIds === undefined) return undefined;
  const meta = isJsonObject(params["_meta"]) ? params["_meta"] : {};
  if (!declaresTasks(meta[CLIENT_CAPABILITIES_META_KEY])) return MISSING_TASKS;
  if (Array.isArray(taskIds) && taskIds.length <= TASK_IDS_MAX && taskIds.every(isText))
    return taskIds;
  const message = `taskIds must be a list of at most ${TASK_IDS_MAX} texts.`;
  return { code: ProtocolErrorCode.InvalidParams, message };
}

function isText(value: JsonValue): value is string {
  return typeof value === "string";
}
