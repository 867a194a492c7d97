import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { answerWithError, type ClientError, type ToolAnswer } from "../../answer.ts";
import type { InputRequest } from "../../inputs.ts";
import type { TaskRecord, TaskState } from "./task-record.ts";

/** A person who is asked without end stops reading. */
const ROUNDS_MAX = 8;
const PUT_BACK_MAX = 50;
const RESULT_BYTES_MAX = 2 * 1024 * 1024;

/** What MCP calls an error of the request, and not a result of the tool: there is no result then. */
const FAULTS: ReadonlySet<string> = new Set(["PLUGIN_FAILED", "INTERNAL"]);

// debt("GB-071"): not run again.
export const LOST: ClientError = {
  error_code: "TASK_LOST",
  message:
    "The server that ran this task is gone. Whether the tool did its work is not known, and it was not run again.",
  suggestion: "Find out what was done, then call again if it is needed.",
};

export const STOPPED: ClientError = {
  error_code: "TASK_LOST",
  message: "The server was stopped while the tool ran. It was not run again.",
  suggestion: "Find out what was done, then call again if it is needed.",
};

export const NOT_HERE: ClientError = {
  error_code: "UNKNOWN_TOOL",
  message: "The tool was taken away or changed before the task began. Nothing was run.",
  suggestion: "List the tools and call again.",
};

/** What becomes of a task when its call has ended so. */
export function decideEnding(record: TaskRecord, answer: ToolAnswer): Partial<TaskRecord> {
  const { error, needs } = answer;
  // It was turned away at the plugin's door and has not begun, so it may be tried again.
  if (error?.error_code === "OVERLOADED" && record.putBack < PUT_BACK_MAX)
    return { state: { kind: "waiting" }, putBack: record.putBack + 1 };
  if (needs) {
    const round = record.round + 1;
    if (round > ROUNDS_MAX) return ended(completed(answerWithError(ASKED_TOO_OFTEN)));
    const requests = withKeys(needs.requests, round);
    return { round, state: { kind: "asking", requests, answers: {}, state: needs.state } };
  }
  if (error && FAULTS.has(error.error_code)) return ended({ kind: "failed", error });
  return ended(completed(answer));
}

/** The arguments have served their purpose; they are not kept for as long as the result is. */
export function ended(state: TaskState): Partial<TaskRecord> {
  return { state, arguments: null, given: { responses: {}, state: {} } };
}

/** A key is never used for a second question in the life of a task. */
function withKeys(
  requests: Readonly<Record<string, InputRequest>>,
  round: number,
): Readonly<Record<string, InputRequest>> {
  return Object.fromEntries(
    Object.entries(requests).map(([key, request]) => [`${round}.${key}`, request]),
  );
}

/** The asker's own key again. */
export function keyOfAsker(key: string): string {
  return key.slice(key.indexOf(".") + 1);
}

function completed(answer: ToolAnswer): TaskState {
  const result = toResult(answer);
  if (Buffer.byteLength(JSON.stringify(result)) <= RESULT_BYTES_MAX)
    return { kind: "completed", result };
  return { kind: "completed", result: toResult(answerWithError(TOO_LARGE)) };
}

function toResult({ content, structuredContent, isError }: ToolAnswer): JsonObject {
  return {
    // Blocks are JSON through and through: they were parsed from it.
    content: content as unknown as JsonValue,
    ...(structuredContent === undefined ? {} : { structuredContent }),
    ...(isError ? { isError } : {}),
  };
}

const ASKED_TOO_OFTEN: ClientError = {
  error_code: "PLUGIN_FAILED",
  message: `The client was asked ${ROUNDS_MAX} times, and something is still missing.`,
};

const TOO_LARGE: ClientError = {
  error_code: "OUTPUT_LIMIT",
  message: "The tool's answer is larger than the result of a task may be.",
  suggestion: "Ask for a smaller part of the result.",
};
