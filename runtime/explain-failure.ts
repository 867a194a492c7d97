import type { ClientError } from "./answer.ts";
import { AuditError } from "./audit/errors.ts";
import { AtRestError, type AtRestErrorCode } from "./at-rest/errors.ts";
import { ComponentError } from "./plugin/component/errors.ts";
import { SandboxError, type SandboxErrorCode } from "./sandbox/errors.ts";

/** What clients are told of each end that a sealed call can have. Nothing internal is in these words. */
const WORDS: Partial<Readonly<Record<SandboxErrorCode, ClientError>>> = {
  ERR_CALL_DEADLINE: {
    error_code: "TIMEOUT",
    message: "The tool did not answer within its deadline and was stopped.",
    suggestion: "Ask for less at a time.",
  },
  ERR_CALL_CANCELLED: {
    error_code: "CANCELLED",
    message: "The call was cancelled and the tool was stopped.",
  },
  ERR_CALL_MEMORY: {
    error_code: "MEMORY_LIMIT",
    message: "The tool used more memory than it may and was stopped.",
    suggestion: "Ask for less at a time.",
  },
  ERR_CALL_OUTPUT: {
    error_code: "OUTPUT_LIMIT",
    message: "The tool's answer is larger than it may be.",
    suggestion: "Ask for a smaller part of the result.",
  },
  ERR_CALL_HOST_CALLS: {
    error_code: "HOST_CALL_LIMIT",
    message: "The tool asked the host for more than one call may and was stopped.",
    suggestion: "Ask for less at a time.",
  },
  ERR_CALL_LOG: {
    error_code: "LOG_LIMIT",
    message: "The tool logged far more than one call may and was stopped.",
    suggestion: "Ask for less at a time.",
  },
  ERR_CALL_INPUT: {
    error_code: "INVALID_ARGUMENTS",
    message: "The arguments are larger than a call can carry.",
    suggestion: "Pass less, or a reference to it.",
  },
  ERR_RUNNER_DIED: {
    error_code: "INTERNAL",
    message: "The process that ran the tool ended. What the call was to do may have been done.",
    suggestion: "Look whether it was done, and call again.",
  },
  ERR_RUNNER_START: {
    error_code: "INTERNAL",
    message: "No process could be started to run the tool. Nothing was done.",
    suggestion: "Wait, then call again.",
    retry_after: 1,
  },
  ERR_OVERLOADED: {
    error_code: "OVERLOADED",
    message: "Too many calls of this tool's plugin are running.",
    suggestion: "Wait, then call again.",
    retry_after: 1,
  },
};

const PLUGIN_FAULT: ClientError = {
  error_code: "PLUGIN_FAILED",
  message: "The tool stopped without an answer.",
  suggestion: "Check the arguments; if they are right, report it to the plugin's author.",
};

const OUR_FAULT: ClientError = {
  error_code: "INTERNAL",
  message: "The call failed inside the host. The operator's audit record says why.",
};

const NO_ROOM: ClientError = {
  error_code: "MEMORY_LIMIT",
  message: "The tool needs more memory to begin with than its plugin may use.",
  suggestion: "The operator may raise `limits.memory` of the plugin.",
};

/** Whoever calls is told that it is about kept data, and neither whose nor why it does not open. */
const DATA_CLOSED: ClientError = {
  error_code: "UNAVAILABLE",
  message: "What the tool's plugin keeps for you cannot be opened.",
  suggestion: "Tell the operator, whose audit record says why. Calling again does not help.",
};

const DATA_AWAY: ClientError = {
  error_code: "UNAVAILABLE",
  message: "What the tool's plugin keeps for you cannot be opened now.",
  suggestion: "Wait, then call again.",
  retry_after: 5,
};

/** It ran. Whether it did what it was to do, nobody wrote down. */
const NOT_RECORDED: ClientError = {
  error_code: "UNAVAILABLE",
  message:
    "The call cannot be recorded, so it is not answered. What it was to do may have been done.",
  suggestion: "Tell the operator, whose log says why.",
};

/** What passes when whoever holds the keys answers again. */
const PASSING: readonly AtRestErrorCode[] = ["ERR_KEY_PROVIDER", "ERR_TENANT_KEY_STALE"];

/** Maps an internal failure to the words a client may read. An unknown throw is never blamed on the caller. */
export function explainFailure(error: unknown): ClientError {
  if (error instanceof ComponentError && error.code === "ERR_COMPONENT_MEMORY") return NO_ROOM;
  if (error instanceof AuditError && error.code === "ERR_AUDIT_UNWRITABLE") return NOT_RECORDED;
  if (error instanceof AtRestError) return PASSING.includes(error.code) ? DATA_AWAY : DATA_CLOSED;
  if (!(error instanceof SandboxError)) return OUR_FAULT;
  const words = WORDS[error.code] ?? (error.fault === "plugin" ? PLUGIN_FAULT : OUR_FAULT);
  return error.retryAfterMs === undefined
    ? words
    : { ...words, retry_after: Math.ceil(error.retryAfterMs / 1000) };
}
