import type { AuthInfo, RequestId, ServerContext } from "@modelcontextprotocol/server";
import {
  BAGGAGE_META_KEY,
  CLIENT_CAPABILITIES_META_KEY,
  TRACEPARENT_META_KEY,
  TRACESTATE_META_KEY,
} from "@modelcontextprotocol/server";
import { isJsonObject } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../../answer.ts";
import type { TraceContext } from "../../audit/trace-context.ts";
import type { Caller } from "../../call.ts";
import type { AskableClient } from "../../inputs.ts";
import type { LogWish } from "./log-lines.ts";
import { LOCAL_PRINCIPAL, type Principal } from "../../policy/principal.ts";

/** What is known of a message beside its words. */
export interface Origin {
  readonly principal: Principal;
  /** What one model sees together: a session, or a principal and client where there are none. */
  readonly conversation: string;
  /** Of the request's headers. */
  readonly trace?: TraceContext;
}

/** Where a server's messages come from. */
export interface McpConnection {
  /** `authInfo` is what the transport handed in with the message. */
  originOf(authInfo: AuthInfo | undefined): Origin;
  /** The answer of a call that was begun before the SDK heard of it, and that ended because something must be asked. */
  takeFirst(id: RequestId): ToolAnswer | undefined;
  /** What a session of the era 2025 wants to hear of logs. */
  readonly logs: LogWish;
  /** Addresses of the resources whose changes such a session wants to hear of. */
  readonly subscribed: Set<string>;
}

const LOCAL_ORIGIN: Origin = { principal: LOCAL_PRINCIPAL, conversation: "local" };

/** The two ends of a pipe. `first` holds what `takeFirst` takes. */
export function makeLocalConnection(first: Map<RequestId, ToolAnswer>): McpConnection {
  return {
    originOf: () => LOCAL_ORIGIN,
    takeFirst: (id) => takeFrom(first, id),
    logs: {},
    subscribed: new Set(),
  };
}

export function takeFrom<Key, Value>(map: Map<Key, Value>, key: Key): Value | undefined {
  const value = map.get(key);
  map.delete(key);
  return value;
}

/** Who calls, as the SDK's context says it. `declared` are the capabilities of a session, where there is one. */
export function callerOf(origin: Origin, ctx: ServerContext, declared: unknown): Caller {
  const envelope: Readonly<Record<string, unknown>> = ctx.mcpReq.envelope ?? {};
  const capabilities = envelope[CLIENT_CAPABILITIES_META_KEY] ?? declared;
  return {
    principal: origin.principal,
    conversation: origin.conversation,
    can: askableOf(capabilities),
  };
}

/** What a client can be asked, by the capabilities that it declared. They are its words. */
export function askableOf(capabilities: unknown): AskableClient {
  const declared = isJsonObject(capabilities) ? capabilities : {};
  const { elicitation, sampling, roots } = declared;
  const modes = isJsonObject(elicitation) ? elicitation : undefined;
  const url = modes?.["url"] !== undefined;
  return {
    // Before there was a URL mode, all of elicitation was forms.
    form: modes !== undefined && (modes["form"] !== undefined || !url),
    url,
    sampling: isJsonObject(sampling),
    roots: isJsonObject(roots),
  };
}

const TRACEPARENT_CHARS_MAX = 256;
const TRACE_CHARS_MAX = 8192;

/** The trace of `_meta`, or else that of the headers. What is too long for one is none. */
export function traceOf(
  meta: Readonly<Record<string, unknown>> | undefined,
  origin: Origin,
): TraceContext | undefined {
  return (
    readTrace(
      meta?.[TRACEPARENT_META_KEY],
      meta?.[TRACESTATE_META_KEY],
      meta?.[BAGGAGE_META_KEY],
    ) ?? origin.trace
  );
}

export function readTrace(
  traceparent: unknown,
  tracestate: unknown,
  baggage: unknown,
): TraceContext | undefined {
  if (typeof traceparent !== "string" || traceparent.length > TRACEPARENT_CHARS_MAX)
    return undefined;
  return {
    traceparent,
    ...(isShort(tracestate) ? { tracestate } : {}),
    ...(isShort(baggage) ? { baggage } : {}),
  };
}

function isShort(text: unknown): text is string {
  return typeof text === "string" && text.length <= TRACE_CHARS_MAX;
}
