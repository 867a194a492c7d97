import type { CallRecord } from "../../runtime/audit/record.ts";

/** The record of a call in which nothing happened. */
export function callRecord(changes: Partial<CallRecord> = {}): CallRecord {
  return {
    kind: "call",
    timestamp: new Date().toISOString(),
    call_id: "call-1",
    principal: "local",
    tenant: "local",
    client_id: null,
    session_id: "local",
    tool_name: "web__fetch",
    alias: "web",
    plugin: "acme-web",
    plugin_version: "1.0.0",
    component: "sha256:00",
    seal: "landlock",
    ring: 5,
    status: "success",
    arguments_digest: "sha256:11",
    duration_ms: 2,
    result_chars: 100,
    result_tokens: 25,
    host_calls: 1,
    capabilities: ["http"],
    destinations: [],
    denied: [],
    log_bytes_dropped: 0,
    ...changes,
  };
}
