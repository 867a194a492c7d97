import type { JsonValue } from "@glovebox/host-api/json";
import type { ToolAnswer } from "./answer.ts";
import type { CallRecord } from "./audit/record.ts";
import type { CallableTool, CallRequest } from "./call.ts";
import type { ContentBlock } from "./firewall/content.ts";
import { makeVisible } from "./firewall/visible.ts";
import type { Spent } from "./sandbox/sandbox.ts";

const REASON_CHARS_MAX = 2000;
const CHARS_PER_TOKEN = 4;

/** Everything that is known of a call at its end. */
export interface EndedCall {
  readonly callId: string;
  readonly callable: CallableTool;
  readonly request: CallRequest;
  readonly traceId: string | undefined;
  readonly durationMs: number;
  readonly spent: Spent;
  readonly seal: string;
  readonly ring: number;
  readonly answer: ToolAnswer;
  readonly status: CallRecord["status"];
  /** Null for refused arguments. */
  readonly argumentsDigest: string | null;
  /** As the operator wants them kept; undefined where only the digest is. */
  readonly keptArguments: JsonValue | undefined;
  readonly error?: unknown;
}

/** What the audit trail keeps of a call. Takes what the brokers noted of it. */
export function makeCallRecord(call: EndedCall): CallRecord {
  const { callId, callable, request, answer, error, spent } = call;
  const { plugin } = callable;
  const { principal, conversation } = request.caller;
  const { denied, capabilities, destinations } = plugin.watch.take(callId);
  const chars = countChars(answer);
  return {
    kind: "call",
    timestamp: new Date().toISOString(),
    call_id: callId,
    ...(call.traceId === undefined ? {} : { trace_id: call.traceId }),
    principal: principal.id,
    tenant: principal.tenant,
    client_id: principal.client ?? null,
    session_id: conversation,
    tool_name: callable.exposedName,
    ...(callable.kind === undefined || callable.kind === "tool" ? {} : { what: callable.kind }),
    alias: plugin.alias,
    plugin: plugin.name,
    plugin_version: plugin.version,
    component: plugin.component,
    seal: call.seal,
    ring: call.ring,
    status: call.status,
    ...(answer.error ? { error_code: answer.error.error_code } : {}),
    ...(error === undefined ? {} : { reason: reasonOf(error) }),
    arguments_digest: call.argumentsDigest,
    ...(call.keptArguments === undefined ? {} : { arguments: call.keptArguments }),
    duration_ms: Math.round(call.durationMs * 1000) / 1000,
    result_chars: chars,
    result_tokens: Math.ceil(chars / CHARS_PER_TOKEN),
    host_calls: spent.hostCalls,
    capabilities,
    destinations,
    denied,
    ...(answer.findings && answer.findings.length > 0 ? { findings: answer.findings } : {}),
    log_bytes_dropped: spent.logBytesDropped,
  };
}

function countChars({ content }: ToolAnswer): number {
  let chars = 0;
  for (const block of content) chars += charsOf(block);
  return chars;
}

function charsOf(block: ContentBlock): number {
  if (block.type === "text") return block.text.length;
  if (block.type === "resource_link") return block.uri.length;
  if (block.type !== "resource") return block.data.length;
  return "text" in block.resource ? block.resource.text.length : block.resource.blob.length;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `a ${typeof error} was thrown`;
  const text = `${"code" in error ? String(error.code) : error.name}: ${error.message}`;
  return makeVisible(text.slice(0, REASON_CHARS_MAX));
}
