import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Tracer,
} from "@opentelemetry/api";
import { parseTraceParent, type TraceContext } from "../../audit/trace-context.ts";
import type { CallObserver } from "../../call.ts";
import { attributesOf, attributesOfCalled } from "./metrics.ts";

const STATE_CHARS_MAX = 512;

/** One span for each call, below the client's own where it named one, with its steps as events. */
export function makeCallSpans(tracer: Tracer): CallObserver {
  return {
    begin(callId, callable, { caller, trace: context }) {
      const { principal, conversation } = caller;
      const { plugin, exposedName, kind = "tool" } = callable;
      const called = attributesOfCalled(kind, exposedName);
      const span = tracer.startSpan(
        `${String(called["mcp.method.name"])} ${exposedName}`,
        {
          kind: SpanKind.SERVER,
          attributes: {
            ...called,
            "mcp.session.id": conversation,
            ...(kind === "tool" && { "gen_ai.tool.call.id": callId }),
            "enduser.id": principal.id,
            "glovebox.tenant": principal.tenant,
            "glovebox.plugin": plugin.alias,
            "glovebox.component": plugin.component,
          },
        },
        parentOf(context),
      );
      return {
        traceId: span.spanContext().traceId,
        step: (name) => void span.addEvent(name),
        end(record) {
          span.setAttributes({
            ...attributesOf(record),
            "glovebox.host_calls": record.host_calls,
            "glovebox.capabilities": [...record.capabilities],
            "glovebox.denied": record.denied.length,
            "glovebox.result.size": record.result_chars,
          });
          // What the plugin said is not here: a span is read by more people than the audit trail.
          if (record.status === "tool-error" || record.status === "failed")
            span.setStatus({
              code: SpanStatusCode.ERROR,
              ...(record.error_code === undefined ? {} : { message: record.error_code }),
            });
          span.end();
        },
      };
    },
  };
}

function parentOf(context: TraceContext | undefined): Context {
  const parent = parseTraceParent(context);
  if (!parent) return ROOT_CONTEXT;
  const state = context?.tracestate;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: parent.traceId,
    spanId: parent.spanId,
    traceFlags: parent.isSampled ? 1 : 0,
    isRemote: true,
    ...(state === undefined || state.length > STATE_CHARS_MAX
      ? {}
      : { traceState: createTraceState(state) }),
  });
}
