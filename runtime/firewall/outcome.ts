import { isJsonObject, type JsonValue } from "@glovebox/host-api/json";

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

/** The codes a tool may use; any other becomes `FAILED`. The rest of the closed list belongs to the runtime, which says `MEMORY_LIMIT` too. */
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

const BLOCKS_MAX = 256;
const DEPTH_MAX = 64;
const NODES_MAX = 200_000;
const MESSAGE_CHARS_MAX = 4000;
const RETRY_SECONDS_MAX = 86_400;
const MIME_SUBTYPE = /^[a-z0-9][a-z0-9.+-]{0,99}$/;
/** `\ud83d`: half a character, unless the other half follows. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Reads the JSON text that `call-tool` answered, in time linear in its length. Never throws.
 * Returns undefined for anything that is not an outcome: the caller then answers for a broken plugin.
 * Unknown members are dropped, not passed on.
 */
export function parseOutcome(text: string): ToolOutcome | undefined {
  const value = parsePlainJson(text.toWellFormed());
  if (!isJsonObject(value)) return undefined;
  const { error, isError, structuredContent } = value;
  if (error !== undefined) {
    const failure = parseFailure(error);
    return failure && { content: [], error: failure };
  }
  const content = parseContent(value["content"]);
  if (!content) return undefined;
  if (isError === true)
    return { content, error: { error_code: "FAILED", message: textOf(content) } };
  return structuredContent === undefined ? { content } : { content, structuredContent };
}

function parseContent(value: JsonValue | undefined): ContentBlock[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > BLOCKS_MAX) return undefined;
  const blocks = (value as readonly JsonValue[]).map(parseBlock);
  return blocks.every((block) => block !== undefined) ? blocks : undefined;
}

function parseBlock(item: JsonValue): ContentBlock | undefined {
  if (!isJsonObject(item)) return undefined;
  const { type, text, data, mimeType } = item;
  if (type === "text") return typeof text === "string" ? { type, text } : undefined;
  if (type !== "image" && type !== "audio") return undefined;
  return isBase64(data) && isMimeType(mimeType, type) ? { type, data, mimeType } : undefined;
}

function parseFailure(value: JsonValue): ToolFailure | undefined {
  if (!isJsonObject(value)) return undefined;
  const { error_code, message, suggestion, retry_after } = value;
  return {
    error_code: TOOL_ERROR_CODES.find((code) => code === error_code) ?? "FAILED",
    message: cut(typeof message === "string" ? message : "") || "The tool failed.",
    ...(typeof suggestion === "string" ? { suggestion: cut(suggestion) } : {}),
    ...(isDelay(retry_after) ? { retry_after } : {}),
  };
}

function isDelay(value: JsonValue | undefined): value is number {
  return typeof value === "number" && value >= 0 && value <= RETRY_SECONDS_MAX;
}

function isBase64(value: JsonValue | undefined): value is string {
  return typeof value === "string" && value.length % 4 === 0 && BASE64.test(value);
}

/** An `image` that says it is `text/html` is not one. */
function isMimeType(value: JsonValue | undefined, type: "image" | "audio"): value is string {
  return (
    typeof value === "string" &&
    value.startsWith(`${type}/`) &&
    MIME_SUBTYPE.test(value.slice(type.length + 1))
  );
}

function textOf(content: readonly ContentBlock[]): string {
  const texts = content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return cut(texts.join("\n")) || "The tool failed.";
}

/** The value of a JSON text, or undefined when it is not JSON or not `isPlainData`. */
function parsePlainJson(text: string): JsonValue | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    if (!isPlainData(value)) return undefined;
    // A second reading, and only where it is needed: it takes ten times as long.
    return SURROGATE_ESCAPE.test(text) ? (JSON.parse(text, mend) as JsonValue) : value;
  } catch {
    return undefined;
  }
}

/** Tools that cut a text often cut an emoji in half: the rest of their answer is still good. */
function mend(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}

/** Cut before it is made well-formed, since the cut may go through a pair of surrogates. */
function cut(text: string): string {
  return text.slice(0, MESSAGE_CHARS_MAX).toWellFormed();
}

/**
 * Whether every reader of the value reads the same: not nested deeply, only numbers that JSON has (`1e999` is Infinity
 * here and null once it is written again), no half characters in keys, no `__proto__`.
 */
function isPlainData(value: JsonValue): boolean {
  let nodes = 0;
  const isPlain = (part: JsonValue, depth: number): boolean => {
    nodes += 1;
    if (depth > DEPTH_MAX || nodes > NODES_MAX) return false;
    if (typeof part === "number") return Number.isFinite(part);
    if (typeof part !== "object" || part === null) return true;
    if (!Array.isArray(part) && !Object.keys(part).every(isPlainKey)) return false;
    return Object.values(part).every((inner) => isPlain(inner, depth + 1));
  };
  return isPlain(value, 0);
}

function isPlainKey(key: string): boolean {
  return key !== "__proto__" && key.isWellFormed();
}
