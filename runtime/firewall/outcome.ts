import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { depthOf } from "./depth.ts";

/** What a plugin may answer a tool call with, after its shape was checked. Every text in it is a stranger's. */
export interface ToolOutcome {
  readonly content: readonly ContentBlock[];
  readonly structuredContent?: JsonValue;
  readonly error?: ToolFailure;
}

export type ContentBlock =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image" | "audio"; readonly data: string; readonly mimeType: string };

/** An error that the tool's author foresaw. */
export interface ToolFailure {
  readonly error_code: ToolErrorCode;
  readonly message: string;
  readonly suggestion?: string;
  readonly retry_after?: number;
}

/** The codes a tool may use; any other becomes `FAILED`. The rest of the closed list belongs to the runtime. */
export const TOOL_ERROR_CODES = [
  "NOT_FOUND",
  "INVALID_INPUT",
  "PERMISSION_DENIED",
  "CONFLICT",
  "RATE_LIMITED",
  "UNAVAILABLE",
  "FAILED",
] as const;
export type ToolErrorCode = (typeof TOOL_ERROR_CODES)[number];

const BLOCKS_MAX = 256;
const DEPTH_MAX = 64;
const MESSAGE_CHARS_MAX = 4000;
const MIME = /^[a-z0-9]+\/[a-z0-9.+-]+$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Reads the JSON text that `call-tool` answered. Returns undefined for anything that is not an outcome:
 * the caller then answers for a broken plugin. Unknown members are dropped, not passed on.
 */
export function parseOutcome(text: string): ToolOutcome | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || depthOf(value, DEPTH_MAX) > DEPTH_MAX) return undefined;
  if (value["error"] !== undefined) {
    const error = parseFailure(value["error"]);
    return error && { content: [], error };
  }
  const content = parseContent(value["content"]);
  if (!content) return undefined;
  const structuredContent = value["structuredContent"];
  if (value["isError"] === true) return { content, error: { error_code: "FAILED", message: textOf(content) } };
  return structuredContent === undefined ? { content } : { content, structuredContent };
}

function parseContent(value: JsonValue | undefined): ContentBlock[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > BLOCKS_MAX) return undefined;
  const blocks: ContentBlock[] = [];
  for (const item of value as JsonValue[]) {
    if (!isObject(item)) return undefined;
    const { type, text, data, mimeType } = item;
    if (type === "text" && typeof text === "string") blocks.push({ type, text: text.toWellFormed() });
    else if ((type === "image" || type === "audio") && isBase64(data) && typeof mimeType === "string" && MIME.test(mimeType))
      blocks.push({ type, data, mimeType });
    else return undefined;
  }
  return blocks;
}

function parseFailure(value: JsonValue): ToolFailure | undefined {
  if (!isObject(value)) return undefined;
  const { error_code, message, suggestion, retry_after } = value;
  return {
    error_code: TOOL_ERROR_CODES.find((code) => code === error_code) ?? "FAILED",
    message: typeof message === "string" ? cut(message) : "The tool failed.",
    ...(typeof suggestion === "string" ? { suggestion: cut(suggestion) } : {}),
    ...(typeof retry_after === "number" && retry_after >= 0 && retry_after <= 86_400 ? { retry_after } : {}),
  };
}

function isBase64(value: JsonValue | undefined): value is string {
  return typeof value === "string" && value.length % 4 === 0 && BASE64.test(value);
}

function textOf(content: readonly ContentBlock[]): string {
  const texts = content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return cut(texts.join("\n") || "The tool failed.");
}

function cut(text: string): string {
  return text.toWellFormed().slice(0, MESSAGE_CHARS_MAX);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
