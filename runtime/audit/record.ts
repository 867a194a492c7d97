/** One call, as the audit trail keeps it. Arguments and results are kept as digests, never as text. */
export interface CallRecord {
  readonly kind: "call";
  readonly time: string;
  readonly call_id: string;
  /** On whose behalf it ran. */
  readonly principal: string;
  readonly tenant: string;
  /** Name under which the client called it. */
  readonly tool: string;
  /** What was called, where it was no tool; a resource's `tool` is its address or template. */
  readonly what?: "tool" | "resource" | "prompt" | "completion";
  readonly plugin: string;
  readonly plugin_version: string;
  readonly component: string;
  readonly seal: string;
  readonly outcome: "ok" | "tool-error" | "refused" | "asked" | "failed";
  /** The external error code, when there was one. */
  readonly error_code?: string;
  /** The internal code and message: operators only. */
  readonly reason?: string;
  /** RFC 8785 digest; null for refused arguments. */
  readonly arguments_digest: string | null;
  readonly duration_ms: number;
  readonly host_calls: number;
  /** Host operations that were refused, each with its tag and the broker's own words. At most 20. */
  readonly denied: readonly DeniedOperation[];
  readonly log_bytes_dropped: number;
}

export interface DeniedOperation {
  readonly operation: string;
  readonly tag: string;
  readonly reason: string;
}

/** A line that a plugin logged. `message` is escaped for terminals and cut. */
export interface GuestLogRecord {
  readonly kind: "guest-log";
  readonly time: string;
  readonly call_id: string;
  readonly plugin: string;
  readonly level: string;
  readonly message: string;
}

export type AuditRecord = CallRecord | GuestLogRecord;

/** Where records go. `write` returns when the record is handed to the operating system, and throws when it cannot be. */
export interface AuditSink {
  write(record: AuditRecord): void;
  close(): void;
}
