/** What a client said of the trace that a call is a part of: W3C Trace Context, as it came in `_meta` or, over HTTP, in headers. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
  readonly baggage?: string;
}

export interface TraceParent {
  /** 32 hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** 16 hexadecimal digits, not all zero. */
  readonly spanId: string;
  readonly isSampled: boolean;
}

const TRACE_PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const LENGTH_MAX = 512;

/**
 * Reads `traceparent` (W3C Trace Context, version 00 and what later versions keep of it).
 * Undefined for what is not one: a call goes on without its trace, as the standard has it.
 */
export function parseTraceParent(context: TraceContext | undefined): TraceParent | undefined {
  const text = context?.traceparent;
  if (text === undefined || text.length > LENGTH_MAX) return undefined;
  const [, version = "", traceId = "", spanId = "", flags = "", rest] =
    TRACE_PARENT.exec(text) ?? [];
  if (version === "" || version === "ff" || (version === "00" && rest !== undefined))
    return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
