import type { CallToolResult } from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../../answer.ts";

export type RequestId = string | number;

/** A `tools/call` request that says nothing but what to call, with what, and where progress goes. */
export interface PlainCall {
  readonly id: RequestId;
  readonly name: string;
  readonly arguments: JsonObject;
  readonly progressToken: RequestId | undefined;
  readonly meta: JsonObject;
}

const MESSAGE_KEYS: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params"]);
const PARAMS_KEYS: ReadonlySet<string> = new Set(["name", "arguments", "_meta"]);
const NO_META: JsonObject = {};

/** Keys of `_meta` in the era of 2025 that change nothing but where progress and traces go. */
export const META_KEYS_OF_SESSIONS: ReadonlySet<string> = new Set(["progressToken"]);

/**
 * Reads a message as a plain call; undefined for whatever differs from that shape in anything, a key too many included:
 * that is left to the SDK. `value` came out of `JSON.parse`, bounded in depth and size; it is a stranger's.
 */
export function readPlainCall(
  message: JsonObject,
  metaKeys: ReadonlySet<string>,
): PlainCall | undefined {
  const { jsonrpc, id, method, params } = message;
  if (method !== "tools/call" || jsonrpc !== "2.0" || !isId(id) || !isJsonObject(params))
    return undefined;
  const { name, arguments: args = {}, _meta: meta = NO_META } = params;
  if (typeof name !== "string" || !isJsonObject(args) || !isJsonObject(meta)) return undefined;
  const { progressToken } = meta;
  if (progressToken !== undefined && !isId(progressToken)) return undefined;
  const isPlain =
    hasOnly(message, MESSAGE_KEYS) && hasOnly(params, PARAMS_KEYS) && hasOnly(meta, metaKeys);
  // The SDK drops this key, which is a property to JSON alone.
  if (Object.hasOwn(args, "__proto__")) return undefined;
  return isPlain ? { id, name, arguments: args, progressToken, meta } : undefined;
}

export function hasOnly(value: JsonObject, keys: ReadonlySet<string>): boolean {
  for (const key in value) if (!keys.has(key)) return false;
  return true;
}

export function isId(value: unknown): value is RequestId {
  return typeof value === "string" || Number.isSafeInteger(value);
}

/** Before 2026-07-28 structured content is an object; any other is left to the text that says the same. */
export function toMcpResult(
  { content, structuredContent, isError }: ToolAnswer,
  isModern = false,
): CallToolResult {
  const isKnown = isModern ? structuredContent !== undefined : isJsonObject(structuredContent);
  return {
    // The SDK's types are of lists that may be written to, and nobody does.
    content: content as CallToolResult["content"],
    ...(isKnown ? { structuredContent: structuredContent as JsonObject } : {}),
    ...(isError ? { isError } : {}),
  };
}
