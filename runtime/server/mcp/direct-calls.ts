import type { CallToolResult, JSONRPCMessage } from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../../answer.ts";
import { LOCAL_CALLER } from "../../call.ts";
import type { McpSetting } from "./mcp-server.ts";
import { makeProgress } from "./progress.ts";

type RequestId = string | number;

interface Call {
  readonly id: RequestId;
  readonly name: string;
  readonly arguments: JsonObject;
  readonly progressToken: RequestId | undefined;
}

/**
 * Answers tool calls of the plainest shape without the SDK, which holds each message against eight schemas on its way
 * there and back: more work than all else that the broker does for a call. Whatever differs from that shape in anything,
 * a key too many included, is left to the SDK, as are unknown tools and every message before a session of the era
 * 2025 is agreed on. A test compares the two.
 */
export class DirectCalls {
  readonly #callTool: McpSetting["callTool"];
  readonly #known: ReadonlySet<string>;
  readonly #send: (message: JSONRPCMessage) => Promise<void>;
  readonly #running = new Map<RequestId, AbortController>();
  #isOpen = false;

  constructor(
    { tools, callTool }: Pick<McpSetting, "tools" | "callTool">,
    send: (message: JSONRPCMessage) => Promise<void>,
  ) {
    this.#callTool = callTool;
    this.#known = new Set(tools.map((tool) => tool.exposedName));
    this.#send = send;
  }

  /** Hears what the SDK answers: only `initialize` is answered with the version of a session. */
  noteSent(message: JSONRPCMessage): void {
    this.#isOpen ||= "result" in message && "protocolVersion" in message.result;
  }

  /** Whether the message was taken over. `value` came out of `JSON.parse`, bounded in depth and size; it is a stranger's. */
  accept(value: unknown): boolean {
    if (!this.#isOpen || !isJsonObject(value)) return false;
    // The SDK hears of it too, and knows nothing of our calls.
    const cancelled = readCancelled(value);
    if (cancelled !== undefined) this.#running.get(cancelled)?.abort();
    const call = readCall(value);
    if (call === undefined || !this.#known.has(call.name) || this.#running.has(call.id))
      return false;
    void this.#run(call);
    return true;
  }

  /** The client has gone. */
  close(): void {
    for (const controller of this.#running.values()) controller.abort();
  }

  async #run({ id, name, arguments: args, progressToken }: Call): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#running.set(id, controller);
    const onProgress = makeProgress(progressToken, signal, (progress) =>
      this.#send({
        jsonrpc: "2.0",
        method: "notifications/progress",
        params: { ...progress },
      }),
    );
    const answer = await this.#callTool({
      name,
      arguments: args,
      caller: LOCAL_CALLER,
      signal,
      ...(onProgress ? { onProgress } : {}),
    });
    this.#running.delete(id);
    if (signal.aborted) return;
    // The client has gone when this fails, and that is noticed elsewhere.
    this.#send({ jsonrpc: "2.0", id, result: toMcpResult(answer) }).catch(() => undefined);
  }
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

const MESSAGE_KEYS: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params"]);
const PARAMS_KEYS: ReadonlySet<string> = new Set(["name", "arguments", "_meta"]);
const META_KEYS: ReadonlySet<string> = new Set(["progressToken"]);
const NOTICE_KEYS: ReadonlySet<string> = new Set(["jsonrpc", "method", "params"]);

/** A `tools/call` request that says nothing but what to call, with what, and where progress goes. */
function readCall(message: JsonObject): Call | undefined {
  const { jsonrpc, id, method, params } = message;
  if (method !== "tools/call" || jsonrpc !== "2.0" || !isId(id) || !isJsonObject(params))
    return undefined;
  const { name, arguments: args = {}, _meta = {} } = params;
  if (typeof name !== "string" || !isJsonObject(args) || !isJsonObject(_meta)) return undefined;
  const { progressToken } = _meta;
  if (progressToken !== undefined && !isId(progressToken)) return undefined;
  const isPlain =
    hasOnly(message, MESSAGE_KEYS) && hasOnly(params, PARAMS_KEYS) && hasOnly(_meta, META_KEYS);
  // The SDK drops this key, which is a property to JSON alone.
  if (Object.hasOwn(args, "__proto__")) return undefined;
  return isPlain ? { id, name, arguments: args, progressToken } : undefined;
}

/** The number of the call that is to be cancelled, by a message that the SDK takes for a cancellation. */
function readCancelled(message: JsonObject): RequestId | undefined {
  const { jsonrpc, method, params } = message;
  if (method !== "notifications/cancelled" || jsonrpc !== "2.0" || !isJsonObject(params))
    return undefined;
  const { requestId, reason = "", _meta = {} } = params;
  const isValid = isId(requestId) && typeof reason === "string" && isJsonObject(_meta);
  return isValid && hasOnly(message, NOTICE_KEYS) ? requestId : undefined;
}

function hasOnly(value: JsonObject, keys: ReadonlySet<string>): boolean {
  return Object.keys(value).every((key) => keys.has(key));
}

function isId(value: unknown): value is RequestId {
  return typeof value === "string" || Number.isSafeInteger(value);
}
