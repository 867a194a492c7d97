import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
  SERVER_INFO_META_KEY,
  TRACEPARENT_META_KEY,
  TRACESTATE_META_KEY,
  BAGGAGE_META_KEY,
} from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../../answer.ts";
import type { CallTool } from "../../call.ts";
import { askableOf, traceOf, type Origin } from "../mcp/connection.ts";
import { hasOnly, readPlainCall, toMcpResult, type PlainCall } from "../mcp/plain-call.ts";
import { makeProgress } from "../mcp/progress.ts";
import type { HttpExchange, RequestHeaders } from "./exchange.ts";
import { Reply } from "./reply.ts";

export const MODERN_VERSION = "2026-07-28";

const META_KEYS: ReadonlySet<string> = new Set([
  "progressToken",
  PROTOCOL_VERSION_META_KEY,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  TRACEPARENT_META_KEY,
  TRACESTATE_META_KEY,
  BAGGAGE_META_KEY,
]);
const ASKABLE_KEYS: ReadonlySet<string> = new Set(["elicitation", "sampling", "roots"]);
const MODE_KEYS: ReadonlySet<string> = new Set(["form", "url"]);
const INFO_KEYS: ReadonlySet<string> = new Set(["name", "version"]);
const NO_KEYS: ReadonlySet<string> = new Set();

/**
 * Reads a plain call of the era 2026-07-28 whose headers say the same as its body. Undefined for everything else, all
 * that is wrong included: the SDK finds the words for that.
 */
export function readModernCall(value: JsonObject, headers: RequestHeaders): PlainCall | undefined {
  if (headers["mcp-protocol-version"] !== MODERN_VERSION || headers["mcp-method"] !== "tools/call")
    return undefined;
  const call = readPlainCall(value, META_KEYS);
  if (!call || headers["mcp-name"] !== call.name) return undefined;
  const { meta } = call;
  const isPlain =
    meta[PROTOCOL_VERSION_META_KEY] === MODERN_VERSION &&
    hasPlainCapabilities(meta[CLIENT_CAPABILITIES_META_KEY]) &&
    hasPlainInfo(meta[CLIENT_INFO_META_KEY]) &&
    isOptionalText(meta[TRACEPARENT_META_KEY]) &&
    isOptionalText(meta[TRACESTATE_META_KEY]) &&
    isOptionalText(meta[BAGGAGE_META_KEY]);
  return isPlain ? call : undefined;
}

function hasPlainCapabilities(declared: JsonValue | undefined): boolean {
  if (!isJsonObject(declared) || !hasOnly(declared, ASKABLE_KEYS)) return false;
  const { elicitation = {}, sampling = {}, roots = {} } = declared;
  return (
    isJsonObject(elicitation) &&
    hasOnly(elicitation, MODE_KEYS) &&
    Object.values(elicitation).every(isEmpty) &&
    isEmpty(sampling) &&
    isEmpty(roots)
  );
}

function isEmpty(value: JsonValue | undefined): boolean {
  return isJsonObject(value) && hasOnly(value, NO_KEYS);
}

function hasPlainInfo(info: JsonValue | undefined): boolean {
  if (info === undefined) return true;
  return (
    isJsonObject(info) &&
    hasOnly(info, INFO_KEYS) &&
    typeof info["name"] === "string" &&
    typeof info["version"] === "string"
  );
}

function isOptionalText(value: JsonValue | undefined): boolean {
  return value === undefined || typeof value === "string";
}

/** A call that ended because something must be asked, and the response in which that is to be said. */
export interface BegunCall {
  readonly answer: ToolAnswer;
  readonly reply: Reply;
}

/** Runs a plain call, whose client cancels it by closing the response. Undefined when it is answered. */
export async function answerModernCall(
  exchange: HttpExchange,
  { id, name, arguments: args, progressToken, meta }: PlainCall,
  origin: Origin,
  { callTool, serverInfo }: { readonly callTool: CallTool; readonly serverInfo: JsonObject },
): Promise<BegunCall | undefined> {
  const controller = new AbortController();
  const { signal } = controller;
  const reply = new Reply(exchange);
  exchange.onClosed((isFinished) => {
    if (!isFinished) controller.abort();
  });
  const trace = traceOf(meta, origin);
  const onProgress = makeProgress(progressToken, signal, (progress) => {
    const params = { ...progress };
    reply.notify(JSON.stringify({ jsonrpc: "2.0", method: "notifications/progress", params }));
    return Promise.resolve();
  });
  const answer = await callTool({
    name,
    arguments: args,
    caller: {
      principal: origin.principal,
      conversation: origin.conversation,
      can: askableOf(meta[CLIENT_CAPABILITIES_META_KEY]),
    },
    signal,
    ...(trace ? { trace } : {}),
    ...(onProgress ? { onProgress } : {}),
  });
  if (answer.needs || answer.lacks) return { answer, reply };
  const result = {
    resultType: "complete",
    ...toMcpResult(answer, true),
    _meta: { [SERVER_INFO_META_KEY]: serverInfo },
  };
  reply.finish(JSON.stringify({ jsonrpc: "2.0", id, result }));
  return undefined;
}
