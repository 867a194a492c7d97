import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../../answer.ts";
import type { TraceContext } from "../../audit/trace-context.ts";
import type { Caller, CallTool } from "../../call.ts";
import {
  hasOnly,
  isId,
  META_KEYS_OF_SESSIONS,
  readPlainCall,
  toMcpResult,
  type PlainCall,
  type RequestId,
} from "./plain-call.ts";
import { makeLogForwarder, type LogWish } from "./log-lines.ts";
import { makeProgress } from "./progress.ts";

const NOTICE_KEYS: ReadonlySet<string> = new Set(["jsonrpc", "method", "params"]);

/** What direct calls need of their connection. */
export interface DirectSetting {
  readonly callTool: CallTool;
  /** Names of the tools that are called directly; every other call is the SDK's. */
  readonly known: ReadonlySet<string>;
  /** What the client wants to hear of logs. */
  readonly logs: LogWish;
  /** `relatedId` is the call that a progress report belongs to. */
  send(message: JSONRPCMessage, relatedId?: RequestId): Promise<void>;
  /** Gives a call to the SDK that has ended because something must be asked first. */
  handOver(message: JsonObject, id: RequestId, answer: ToolAnswer, from: DirectOrigin): void;
}

export interface DirectOrigin {
  readonly caller: Caller;
  readonly trace?: TraceContext;
}

/**
 * Answers tool calls of the plainest shape without the SDK, which holds each message against eight schemas on its way
 * there and back: more work than all else that the broker does for a call. Whatever differs from that shape in anything,
 * a key too many included, is left to the SDK, as are unknown tools and every message before a session of the era
 * 2025 is agreed on. A test compares the two.
 */
export class DirectCalls {
  readonly #setting: DirectSetting;
  readonly #running = new Map<RequestId, AbortController>();
  #isOpen = false;

  constructor(setting: DirectSetting) {
    this.#setting = setting;
  }

  /** Calls that were taken over and are not answered yet. */
  get running(): number {
    return this.#running.size;
  }

  /** Hears what the SDK answers: only `initialize` is answered with the version of a session. */
  noteSent(message: JSONRPCMessage): void {
    this.#isOpen ||= "result" in message && "protocolVersion" in message.result;
  }

  /** Whether the message was taken over. `value` came out of `JSON.parse`, bounded in depth and size; it is a stranger's. */
  accept(value: unknown, from: DirectOrigin): boolean {
    if (!this.#isOpen || !isJsonObject(value)) return false;
    // The SDK hears of it too, and knows nothing of our calls.
    const cancelled = readCancelled(value);
    if (cancelled !== undefined) this.#running.get(cancelled)?.abort();
    const call = readPlainCall(value, META_KEYS_OF_SESSIONS);
    if (call === undefined || !this.#setting.known.has(call.name) || this.#running.has(call.id))
      return false;
    void this.#run(value, call, from);
    return true;
  }

  /** The client has gone. */
  close(): void {
    for (const controller of this.#running.values()) controller.abort();
  }

  async #run(
    message: JsonObject,
    { id, name, arguments: args, progressToken }: PlainCall,
    from: DirectOrigin,
  ): Promise<void> {
    const { callTool } = this.#setting;
    const controller = new AbortController();
    const { signal } = controller;
    this.#running.set(id, controller);
    const onProgress = makeProgress(progressToken, signal, (progress) =>
      this.#setting.send(
        { jsonrpc: "2.0", method: "notifications/progress", params: { ...progress } },
        id,
      ),
    );
    const onLog = makeLogForwarder(this.#setting.logs.level, signal, (params) =>
      this.#setting.send(
        { jsonrpc: "2.0", method: "notifications/message", params: { ...params } },
        id,
      ),
    );
    const answer = await callTool({
      name,
      arguments: args,
      signal,
      ...from,
      ...(onProgress ? { onProgress } : {}),
      ...(onLog ? { onLog } : {}),
    });
    this.#running.delete(id);
    if (signal.aborted) return;
    if (answer.needs) return this.#setting.handOver(message, id, answer, from);
    // The client has gone when this fails, and that is noticed elsewhere.
    this.#setting.send({ jsonrpc: "2.0", id, result: toMcpResult(answer) }).catch(() => undefined);
  }
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
