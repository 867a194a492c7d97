import type { RUNTIME_ERROR_CODES, ToolAnswer } from "../answer.ts";
import { EXIT, type ExitCode } from "../errors.ts";

/** What the runtime itself answers with. `RATE_LIMITED` is a tool's too, and mostly: what it calls elsewhere has limits. */
type OwnCode = Exclude<(typeof RUNTIME_ERROR_CODES)[number], "RATE_LIMITED">;

const EXIT_OF: Readonly<Record<OwnCode, ExitCode>> = {
  UNKNOWN_TOOL: EXIT.wrongUsage,
  INVALID_ARGUMENTS: EXIT.wrongUsage,
  INSUFFICIENT_SCOPE: EXIT.refused,
  PLUGIN_SUSPENDED: EXIT.refused,
  APPROVAL_REQUIRED: EXIT.refused,
  APPROVAL_DECLINED: EXIT.refused,
  FLOW_HELD: EXIT.refused,
  QUOTA_EXCEEDED: EXIT.refused,
  OUTPUT_BLOCKED: EXIT.refused,
  TIMEOUT: EXIT.failed,
  CANCELLED: EXIT.failed,
  MEMORY_LIMIT: EXIT.failed,
  OUTPUT_LIMIT: EXIT.failed,
  HOST_CALL_LIMIT: EXIT.failed,
  LOG_LIMIT: EXIT.failed,
  PLUGIN_FAILED: EXIT.failed,
  OVERLOADED: EXIT.failed,
  INPUT_UNAVAILABLE: EXIT.failed,
  SERVER_STOPPING: EXIT.failed,
  TASK_LOST: EXIT.failed,
  INTERNAL: EXIT.failed,
};

/** How `call` ends: a tool that answered an error is another matter than a call that was refused, or stopped without an answer. */
export function exitOfAnswer({ isError, error }: ToolAnswer): ExitCode {
  if (!isError) return EXIT.done;
  const code = error?.error_code;
  return code !== undefined && isOwn(code) ? EXIT_OF[code] : EXIT.toolError;
}

function isOwn(code: string): code is OwnCode {
  return Object.hasOwn(EXIT_OF, code);
}
