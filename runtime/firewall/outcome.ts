import { isJsonObject, type JsonValue } from "@glovebox/host-api/json";
import { parseBlock, parseContent, parseContents, type ContentBlock } from "./content.ts";
import { parsePlainJson } from "./plain-json.ts";

export type { ContentBlock } from "./content.ts";

/** What a plugin may answer a tool call with, after its shape was checked. Every text in it is a stranger's. */
export interface ToolOutcome {
  readonly content: readonly ContentBlock[];
  readonly structuredContent?: JsonValue;
  readonly error?: ToolFailure;
  /** Of a prompt. */
  readonly description?: string;
}

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

const MESSAGES_MAX = 256;
const CONTENTS_MAX = 256;
/** MCP: at most 100. */
const VALUES_MAX = 100;
const VALUE_CHARS_MAX = 1000;
const MESSAGE_CHARS_MAX = 4000;
const RETRY_SECONDS_MAX = 86_400;

/**
 * Reads the JSON text that `call-tool` answered, in time linear in its length. Never throws.
 * Returns undefined for anything that is not an outcome: the caller then answers for a broken plugin.
 * Unknown members are dropped, not passed on.
 */
export function parseOutcome(text: string): ToolOutcome | undefined {
  const value = parsePlainJson(text);
  if (!isJsonObject(value)) return undefined;
  const { error, isError, structuredContent } = value;
  if (error !== undefined) return failedOutcome(error);
  const content = parseContent(value["content"]);
  if (!content) return undefined;
  if (isError === true)
    return { content, error: { error_code: "FAILED", message: textOf(content) } };
  return structuredContent === undefined ? { content } : { content, structuredContent };
}

/**
 * Reads what `read-resource` answered for the address `uri`: each of its contents is one block. Never throws; undefined
 * for what is no answer. An empty list is one to nobody: MCP forbids it.
 */
export function parseResourceOutcome(text: string, uri: string): ToolOutcome | undefined {
  const value = parsePlainJson(text);
  if (!isJsonObject(value)) return undefined;
  if (value["error"] !== undefined) return failedOutcome(value["error"]);
  const { contents } = value;
  if (!Array.isArray(contents) || contents.length === 0 || contents.length > CONTENTS_MAX)
    return undefined;
  const blocks = (contents as readonly JsonValue[]).map((item): ContentBlock | undefined => {
    const resource = parseContents(item, uri);
    return resource && { type: "resource", resource };
  });
  return blocks.every((block) => block !== undefined) ? { content: blocks } : undefined;
}

/** Reads what `get-prompt` answered: each message is one block, with its role. Never throws. */
export function parsePromptOutcome(text: string): ToolOutcome | undefined {
  const value = parsePlainJson(text);
  if (!isJsonObject(value)) return undefined;
  if (value["error"] !== undefined) return failedOutcome(value["error"]);
  const { messages, description } = value;
  if (!Array.isArray(messages) || messages.length > MESSAGES_MAX) return undefined;
  const blocks = (messages as readonly JsonValue[]).map((item): ContentBlock | undefined => {
    if (!isJsonObject(item)) return undefined;
    const { role } = item;
    const block = parseBlock(item["content"]);
    return block && (role === "user" || role === "assistant") ? { ...block, role } : undefined;
  });
  if (!blocks.every((block) => block !== undefined)) return undefined;
  return {
    content: blocks,
    ...(typeof description === "string" ? { description: cut(description) } : {}),
  };
}

/** Reads what `complete` answered: each value is a block of text; how many there are stands beside them. Never throws. */
export function parseCompletionOutcome(text: string): ToolOutcome | undefined {
  const value = parsePlainJson(text);
  if (!isJsonObject(value)) return undefined;
  if (value["error"] !== undefined) return failedOutcome(value["error"]);
  const { values, total, hasMore } = value;
  if (!Array.isArray(values)) return undefined;
  const taken = (values as readonly JsonValue[]).slice(0, VALUES_MAX);
  if (!taken.every((item) => typeof item === "string")) return undefined;
  return {
    content: taken.map((item) => ({ type: "text", text: cutTo(item, VALUE_CHARS_MAX) })),
    structuredContent: {
      ...(Number.isSafeInteger(total) && Number(total) >= 0 ? { total: Number(total) } : {}),
      hasMore: hasMore === true || values.length > VALUES_MAX,
    },
  };
}

function failedOutcome(error: JsonValue): ToolOutcome | undefined {
  const failure = parseFailure(error);
  return failure && { content: [], error: failure };
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

function textOf(content: readonly ContentBlock[]): string {
  const texts = content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return cut(texts.join("\n")) || "The tool failed.";
}

/** Cut before it is made well-formed, since the cut may go through a pair of surrogates. */
function cut(text: string): string {
  return cutTo(text, MESSAGE_CHARS_MAX);
}

function cutTo(text: string, charsMax: number): string {
  return text.slice(0, charsMax).toWellFormed();
}
