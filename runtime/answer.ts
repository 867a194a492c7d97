import type { AskKind } from "@glovebox/host-api/ask/grant";
import type { JsonValue } from "@glovebox/host-api/json";
import type { AuditedFinding } from "./audit/record.ts";
import type { ContentBlock, ToolErrorCode } from "./firewall/outcome.ts";
import type { NeededInputs } from "./inputs.ts";

/** Codes that the runtime itself answers with. Together with the tools' own codes they are the closed list. */
export const RUNTIME_ERROR_CODES = [
  "UNKNOWN_TOOL",
  "INSUFFICIENT_SCOPE",
  "INVALID_ARGUMENTS",
  "TIMEOUT",
  "CANCELLED",
  "MEMORY_LIMIT",
  "OUTPUT_LIMIT",
  "OUTPUT_BLOCKED",
  "HOST_CALL_LIMIT",
  "LOG_LIMIT",
  "PLUGIN_FAILED",
  "OVERLOADED",
  "APPROVAL_REQUIRED",
  "APPROVAL_DECLINED",
  "FLOW_HELD",
  "INPUT_UNAVAILABLE",
  "RATE_LIMITED",
  "QUOTA_EXCEEDED",
  "SERVER_STOPPING",
  "TASK_LOST",
  "INTERNAL",
] as const;

export type ClientErrorCode = (typeof RUNTIME_ERROR_CODES)[number] | ToolErrorCode;

/** The one error schema that clients see, as structured content and as text. */
export interface ClientError {
  readonly error_code: ClientErrorCode;
  readonly message: string;
  readonly suggestion?: string;
  /** Seconds after which the same call may succeed. */
  readonly retry_after?: number;
}

/** What a client gets for a call. */
export interface ToolAnswer {
  readonly content: readonly ContentBlock[];
  /** An object, which is all that clients before 2026-07-28 know; any JSON of a tool that answers so. */
  readonly structuredContent?: JsonValue;
  readonly isError?: boolean;
  /** Set on errors, so that the composition root and the audit need not parse `content`. */
  readonly error?: ClientError;
  /** Set when the call ended because something has to be asked first: then the rest says nothing. */
  readonly needs?: NeededInputs;
  /** Set beside the error when the plugin asked what this client cannot be asked: MCP 2026-07-28 has an error of its own for it. */
  readonly lacks?: readonly AskKind[];
  /** Of a prompt. */
  readonly description?: string;
  /** What the filter found in it: for the operator's records, never for the client. */
  readonly findings?: readonly AuditedFinding[];
}

export function answerWithError(error: ClientError): ToolAnswer {
  return {
    content: [{ type: "text", text: JSON.stringify(error) }],
    structuredContent: { ...error },
    isError: true,
    error,
  };
}

/** Arguments that do not match a tool's input schema: each issue with its place. */
export function answerInvalidArguments(
  issues: readonly { readonly path: string; readonly message: string }[],
): ToolAnswer {
  return answerWithError({
    error_code: "INVALID_ARGUMENTS",
    message: issues.map((issue) => `${issue.path || "arguments"}: ${issue.message}`).join("; "),
    suggestion: "Correct the arguments to match the tool's input schema and call again.",
  });
}
