import type { HostErrorTag } from "@glovebox/host-api/errors";
import { CapabilityError } from "../host/host.ts";

/** Every code a tool may answer with. The list is closed: clients branch on it. */
export const TOOL_ERROR_CODES = [
  "NOT_FOUND",
  "INVALID_INPUT",
  "PERMISSION_DENIED",
  "CONFLICT",
  "RATE_LIMITED",
  "KV_QUOTA",
  "FILES_QUOTA",
  "MEMORY_LIMIT",
  "UNAVAILABLE",
  "FAILED",
] as const;

export type ToolErrorCode = (typeof TOOL_ERROR_CODES)[number];

export interface ToolErrorBody {
  readonly error_code: ToolErrorCode;
  readonly message: string;
  /** What the caller could do instead, in one sentence. */
  readonly suggestion?: string;
  /** Seconds after which trying again makes sense. */
  readonly retry_after?: number;
}

const messageCharactersMax = 2000;

/** A failure that the caller should read. Throw it from a handler. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly body: ToolErrorBody;
  constructor(body: ToolErrorBody, options?: ErrorOptions) {
    super(body.message, options);
    if (!TOOL_ERROR_CODES.includes(body.error_code)) {
      throw new TypeError(`error_code must be one of ${TOOL_ERROR_CODES.join(", ")}`);
    }
    // Plain JavaScript may have put anything there.
    this.body = { ...body, message: this.message };
  }
}

const CODE_OF_TAG: Readonly<Record<Exclude<HostErrorTag, "quota-exceeded">, ToolErrorCode>> = {
  "not-permitted": "PERMISSION_DENIED",
  "refused-by-policy": "PERMISSION_DENIED",
  "not-found": "NOT_FOUND",
  "already-exists": "CONFLICT",
  "not-empty": "CONFLICT",
  "not-a-file": "INVALID_INPUT",
  "not-a-directory": "INVALID_INPUT",
  "invalid-argument": "INVALID_INPUT",
  "too-large": "INVALID_INPUT",
  "limit-exceeded": "RATE_LIMITED",
  "timed-out": "UNAVAILABLE",
  unreachable: "UNAVAILABLE",
  internal: "FAILED",
};

/** What a thrown value says to the caller. Never a stack; never anything but the author's or the host's words. */
export function describeError(thrown: unknown): ToolErrorBody {
  if (thrown instanceof ToolError) return cut(thrown.body);
  if (thrown instanceof CapabilityError)
    return cut({ error_code: codeOf(thrown), message: thrown.message });
  const message = wordsOf(thrown);
  return cut({ error_code: isOutOfMemory(thrown) ? "MEMORY_LIMIT" : "FAILED", message });
}

function codeOf({ tag, capability }: CapabilityError): ToolErrorCode {
  if (tag !== "quota-exceeded") return CODE_OF_TAG[tag];
  return capability === "kv" ? "KV_QUOTA" : "FILES_QUOTA";
}

/** What both engines throw when the component's memory cannot grow any more. */
function isOutOfMemory(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    thrown.name === "InternalError" &&
    /^(out of memory|allocation size overflow)$/.test(thrown.message)
  );
}

/** Reading a thrown value may itself throw: a getter, a proxy, an object without a prototype. */
function wordsOf(thrown: unknown): string {
  try {
    if (typeof thrown === "object" && thrown !== null) {
      const { message } = thrown as { readonly message?: unknown };
      if (typeof message === "string" && message !== "") return message;
    }
    return String(thrown) || "The tool failed without a message";
  } catch {
    return "The tool failed without a message";
  }
}

function cut(body: ToolErrorBody): ToolErrorBody {
  const { message } = body;
  return {
    error_code: body.error_code,
    message:
      message.length > messageCharactersMax
        ? `${message.slice(0, messageCharactersMax)}…`
        : message,
    ...(body.suggestion !== undefined && {
      suggestion: body.suggestion.slice(0, messageCharactersMax),
    }),
    ...(typeof body.retry_after === "number" &&
      Number.isFinite(body.retry_after) && { retry_after: body.retry_after }),
  };
}
