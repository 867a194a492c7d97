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

/** What was asked of a human about one call, or what became of the answer. */
export interface ApprovalRecord {
  readonly kind: "approval";
  readonly time: string;
  readonly call_id: string;
  /** The call that it is about: the same principal, tool, component and arguments have the same. */
  readonly approval_id: string;
  readonly profile?: string;
  readonly principal: string;
  readonly tenant: string;
  readonly tool: string;
  readonly arguments_digest: string;
  readonly reasons: readonly ("approval" | "flow")[];
  /**
   * `asked`: the client was given the question. `approved`, `declined`: its answer. `allowed`, `denied`: an operator's word.
   * `invalid`: an answer to no question, or to another one. `refused`: nobody could be asked.
   */
  readonly decision:
    | "asked"
    | "approved"
    | "declined"
    | "allowed"
    | "denied"
    | "invalid"
    | "refused";
}

export type AuditRecord = CallRecord | GuestLogRecord | ApprovalRecord;

/** Where records go. `write` returns when the record is handed to the operating system, and throws when it cannot be. */
export interface AuditSink {
  write(record: AuditRecord): void;
  close(): void;
}
