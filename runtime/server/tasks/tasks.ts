import { randomBytes } from "node:crypto";
import type { JsonObject } from "@glovebox/host-api/json";
import { answerWithError, type ClientError, type ToolAnswer } from "../../answer.ts";
import type { CallRequest, CallTool } from "../../call.ts";
import type { Principal } from "../../policy/principal.ts";
import type { TasksConfiguration, TaskTool } from "../../policy/server/tasks.ts";
import type { TakePlace } from "../limits/admit.ts";
import type { SharedStore } from "../store/shared-store.ts";
import type { TenantVault } from "../store/tenant-vault.ts";
import { TaskBook, type KeptTask, type NotKept } from "./task-book.ts";
import { ended, keyOfAsker } from "./task-ending.ts";
import { isEnded, type TaskRecord } from "./task-record.ts";
import { TaskRunner, type RunnerTimes } from "./task-runner.ts";

export interface TasksSetting {
  readonly store: SharedStore;
  /** How tasks are kept in it; as they are where it is left out. */
  readonly vault?: TenantVault;
  /** The endpoint. Its tasks are nowhere else. */
  readonly place: string;
  readonly configuration: TasksConfiguration;
  readonly callTool: CallTool;
  /** A place among the calls of a caller that run at the same time; see `makeTakePlace`. */
  readonly takePlace?: TakePlace;
  /** Digest of the component that a listed tool is of; undefined when there is no such tool. */
  readonly componentOf: (tool: string) => string | undefined;
  /** What went wrong with the store, for the operator. */
  readonly onTrouble: (error: unknown) => void;
  readonly nowMs: () => number;
  readonly times?: RunnerTimes;
}

/** The tasks of one server, or of all replicas that share its store. */
export interface Tasks {
  readonly pollMs: number;
  readonly ttlMs: number;
  /** Whether, and how, calls of a tool become tasks. */
  ruleOf(tool: string): TaskTool | undefined;
  /** Makes a call a task that is kept when this resolves, or answers why not. Throws `StoreError` when it cannot be kept. */
  begin(request: CallRequest): Promise<TaskRecord | ToolAnswer>;
  /** Undefined for whatever is not the principal's: an id that never was, that ended, and that is somebody else's. */
  find(principal: Principal, taskId: string): Promise<TaskRecord | undefined>;
  /** Takes answers of the client to what is asked now. False for what is not the principal's. */
  update(
    principal: Principal,
    taskId: string,
    responses: Readonly<Record<string, JsonObject>>,
  ): Promise<boolean>;
  /** Ends a task that has not ended. False for what is not the principal's. */
  cancel(principal: Principal, taskId: string): Promise<boolean>;
  /** Hears of each change of a task of the principal's until the answer is called. Undefined for what is not. */
  watch(
    principal: Principal,
    taskId: string,
    listener: (task: TaskRecord) => void,
  ): Promise<(() => void) | undefined>;
  /** Begins no more tasks, waits for those that run here, and stops them after `drainMs`. */
  close(drainMs: number): Promise<void>;
}

const TASK_ID = /^[A-Za-z0-9_-]{32}$/;
const TASK_ID_BYTES = 24;
const CHANGES_TRIED_MAX = 20;
const ARGUMENTS_BYTES_MAX = 1024 * 1024;
const ANSWERS_BYTES_MAX = 256 * 1024;
/** A task that waits this long may have fallen off the list when a replica died. */
const WAITING_MS = 5000;

// debt("GB-072"): kept as well as the store keeps it.
export async function openTasks(setting: TasksSetting): Promise<Tasks> {
  const { store, place, configuration, callTool, takePlace, nowMs, onTrouble } = setting;
  const { limits, tools } = configuration;
  const rules = new Map(Object.entries(tools));
  const book = new TaskBook(store, place, limits, nowMs, setting.vault);
  const runner = new TaskRunner({
    book,
    callTool,
    limits,
    ...(takePlace && {
      takePlace: ({ caller, tool }: TaskRecord) =>
        takePlace(caller.principal, tool, limits.deadlineMs),
    }),
    canRun: ({ tool, component }) => setting.componentOf(tool) === component,
    onTrouble,
    nowMs,
    ...(setting.times ? { times: setting.times } : {}),
  });
  const listeners = new Map<string, Set<(task: TaskRecord) => void>>();

  const hear = async (handle: string): Promise<void> => {
    if (handle === "") return runner.wake();
    await runner.check(handle);
    const heard = listeners.get(handle);
    const task = heard && (await book.find(handle));
    if (heard && task) for (const listener of heard) listener(task.record);
  };
  const stopListening = await book.listen((handle) => void hear(handle).catch(onTrouble));
  await runner.start();

  /** The task as it is, after what can be seen of its replica: nobody waits for one that is gone. */
  const look = async (principal: Principal, taskId: string): Promise<KeptTask | undefined> => {
    if (!TASK_ID.test(taskId)) return undefined;
    const task = await book.find(book.handleOf(principal, taskId));
    if (task === undefined || task.record.taskId !== taskId) return undefined;
    if (await runner.isLost(task)) return runner.reportLost(task);
    const { state, updatedMs } = task.record;
    if (state.kind === "waiting" && nowMs() - updatedMs > WAITING_MS) await book.requeue(task);
    return task;
  };

  /** Changes a task as `decide` says of it as it is. False when there is none. */
  const change = async (
    principal: Principal,
    taskId: string,
    decide: (record: TaskRecord) => Partial<TaskRecord> | undefined,
  ): Promise<boolean> => {
    for (let tries = 0; tries < CHANGES_TRIED_MAX; tries += 1) {
      const task = await look(principal, taskId);
      if (task === undefined) return false;
      const changes = decide(task.record);
      if (changes === undefined) return true;
      const changed = await book.change(task, changes);
      if (changed === undefined) continue;
      if (isEnded(changed.record)) {
        await book.close(changed);
        await book.leaveWaiting(changed.handle);
      }
      const isToRun = changed.record.state.kind === "waiting";
      if (isToRun) await book.requeue(changed);
      await book.tell(changed.handle);
      if (isToRun) await book.tell();
      return true;
    }
    throw new Error("a task was changed by others without end");
  };

  return {
    pollMs: limits.pollMs,
    ttlMs: limits.ttlMs,
    ruleOf: (tool) => rules.get(tool),
    async begin(request) {
      const component = setting.componentOf(request.name) ?? "";
      const text = JSON.stringify([request.arguments, request.given ?? null]);
      if (Buffer.byteLength(text) > ARGUMENTS_BYTES_MAX) return answerWithError(TOO_LARGE);
      const answer = await callTool({ ...request, task: { kind: "begin" } });
      if (answer.error) return answer;
      const createdMs = nowMs();
      const added = await book.add({
        taskId: randomBytes(TASK_ID_BYTES).toString("base64url"),
        caller: request.caller,
        tool: request.name,
        component,
        arguments: request.arguments,
        ...(request.given ? { given: request.given } : {}),
        round: 0,
        putBack: 0,
        createdMs,
        updatedMs: createdMs,
        state: { kind: "waiting" },
      });
      if (typeof added === "string") return answerWithError(NO_ROOM[added]);
      runner.wake();
      await book.tell().catch(onTrouble);
      return added.record;
    },
    find: async (principal, taskId) => (await look(principal, taskId))?.record,
    update: (principal, taskId, responses) =>
      change(principal, taskId, (record) => takeAnswers(record, responses)),
    cancel: (principal, taskId) =>
      change(principal, taskId, (record) =>
        isEnded(record) ? undefined : ended({ kind: "cancelled" }),
      ),
    async watch(principal, taskId, listener) {
      const handle = book.handleOf(principal, taskId);
      const own = (task: TaskRecord): void => listener(task);
      const heard = listeners.get(handle) ?? new Set();
      listeners.set(handle, heard.add(own));
      const stop = (): void => {
        heard.delete(own);
        if (heard.size === 0 && listeners.get(handle) === heard) listeners.delete(handle);
      };
      // After it listens: no change falls between.
      if (await look(principal, taskId)) return stop;
      stop();
      return undefined;
    },
    async close(drainMs) {
      await runner.close(drainMs);
      await stopListening();
    },
  };
}

/** Keeps what answers an open question, and drops the rest. When all are answered, the call is to be run again. */
function takeAnswers(
  record: TaskRecord,
  responses: Readonly<Record<string, JsonObject>>,
): Partial<TaskRecord> | undefined {
  const { state } = record;
  if (state.kind !== "asking") return undefined;
  const fresh = Object.entries(responses).filter(
    ([key]) => Object.hasOwn(state.requests, key) && !Object.hasOwn(state.answers, key),
  );
  if (fresh.length === 0) return undefined;
  const answers = { ...state.answers, ...Object.fromEntries(fresh) };
  if (Buffer.byteLength(JSON.stringify(answers)) > ANSWERS_BYTES_MAX) return undefined;
  if (Object.keys(state.requests).some((key) => !Object.hasOwn(answers, key)))
    return { state: { ...state, answers } };
  const own = Object.entries(answers).map(([key, answer]) => [keyOfAsker(key), answer] as const);
  const given = { responses: Object.fromEntries(own), state: state.state };
  return { given, state: { kind: "waiting" } };
}

const TOO_LARGE: ClientError = {
  error_code: "INVALID_ARGUMENTS",
  message: "The arguments are larger than those of a task may be.",
  suggestion: "Pass less, or a reference to it.",
};

const NO_ROOM: Readonly<Record<NotKept, ClientError>> = {
  "too many open": {
    error_code: "OVERLOADED",
    message: "Too many tasks of this caller have not ended.",
    suggestion: "Wait until some have ended, or cancel them, then call again.",
    retry_after: 5,
  },
  "too many kept": {
    error_code: "OVERLOADED",
    message: "Too many tasks of this caller are kept.",
    suggestion: "Ended tasks are kept for a while; wait until the first are over.",
    retry_after: 60,
  },
  "too many waiting": {
    error_code: "OVERLOADED",
    message: "Too many tasks wait to be run.",
    suggestion: "Wait, then call again.",
    retry_after: 5,
  },
};
