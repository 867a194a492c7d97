import type { Destination } from "@glovebox/host-api/capability";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";

/** One call, as the audit trail keeps it. Results are never kept as text; arguments only where the operator asked for it. */
export interface CallRecord {
  readonly kind: "call";
  /** When it ended, by this machine's clock: a claim. The order is what `seq` says. */
  readonly timestamp: string;
  readonly call_id: string;
  /** The W3C trace that the call is a part of, where there is one. */
  readonly trace_id?: string;
  /** On whose behalf it ran. */
  readonly principal: string;
  readonly tenant: string;
  /** The client program, where one is known. */
  readonly client_id: string | null;
  /** The conversation: a session, or a principal and client where there are none. */
  readonly session_id: string;
  /** Name under which the client called it. */
  readonly tool_name: string;
  /** What was called, where it was no tool; a resource's `tool_name` is its address or template. */
  readonly what?: "resource" | "prompt" | "completion";
  /** The plugin's name in this workspace, and its own. */
  readonly alias: string;
  readonly plugin: string;
  readonly plugin_version: string;
  /** Digest of the component that ran. */
  readonly component: string;
  readonly seal: string;
  /** The highest ring in force: 5 where the operating system's seal holds, else 4. */
  readonly ring: number;
  /** `task`: it was accepted as a task, which is recorded again when it has run. */
  readonly status: "success" | "tool-error" | "refused" | "asked" | "task" | "failed";
  /** The external error code, when there was one. */
  readonly error_code?: string;
  /** The internal code and message: operators only. */
  readonly reason?: string;
  /** RFC 8785 digest; null for refused arguments. */
  readonly arguments_digest: string | null;
  /** By `audit.arguments`: whole, or with secrets taken out. Left out where they are kept as a digest alone. */
  readonly arguments?: JsonValue;
  readonly duration_ms: number;
  /** Characters of the content that the client was answered with. */
  readonly result_chars: number;
  /** An estimate: a quarter of the characters. */
  readonly result_tokens: number;
  readonly host_calls: number;
  /** Granted capabilities that the call really used, sorted. */
  readonly capabilities: readonly string[];
  /**
   * Every place that it was let connect to, redirects and failures on the way included, in order of the first to each.
   * All of them: past `DESTINATIONS_PER_CALL_MAX` a call connects to none that is new.
   */
  readonly destinations: readonly Destination[];
  /** Host operations that were refused, each with its tag and the broker's own words. At most 20. */
  readonly denied: readonly DeniedOperation[];
  /** What the filter found in the answer. Left out where it found nothing. */
  readonly findings?: readonly AuditedFinding[];
  readonly log_bytes_dropped: number;
}

export interface DeniedOperation {
  readonly operation: string;
  readonly tag: string;
  readonly reason: string;
}

/** Names the rule and the place, and never the text that was found. */
export interface AuditedFinding {
  readonly id: string;
  readonly severity: string;
  readonly where: string;
  /** What happened to it. */
  readonly action?: string;
}

/** A line that a plugin logged. `message` is escaped for terminals and cut. */
export interface GuestLogRecord {
  readonly kind: "guest-log";
  readonly timestamp: string;
  readonly call_id: string;
  readonly plugin: string;
  readonly level: string;
  readonly message: string;
}

/** What else is written down. A closed list: whoever reads the trail by program can rely on it. */
export const AUDIT_EVENTS = [
  /** A runtime started: its posture. */
  "start",
  /** A start that the gates or a verification refused: the codes of all reasons. */
  "start-refused",
  "stop",
  /** A waiver that is in force at a start. */
  "waiver",
  /** A human was asked, or answered. */
  "approval",
  /** A request that did not show who it comes from, or may not do what it asked. */
  "auth-refused",
  /** The probes have run: how many claims held. */
  "probes",
  /** At least one did not: their ids. In production the server ends. */
  "probe-escaped",
  "anomaly",
  "plugin-suspended",
  "plugin-resumed",
  /** Keys of callers were made, revoked or changed. */
  "key-changed",
  /** A bundle of evidence was made. */
  "evidence",
  /** A plugin's encrypted folder holds what its key does not open. Once for each kind of it while the folder is open. */
  "foreign-file",
  /** The keys of a tenant's data were destroyed. */
  "tenant-erased",
] as const;
export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/** Something other than a call. `detail` holds no secret, and nothing that a stranger wrote but cut and by name. */
export interface EventRecord {
  readonly kind: "event";
  readonly timestamp: string;
  readonly event: AuditEvent;
  readonly principal?: string;
  readonly tenant?: string;
  /** The plugin's name in this workspace. */
  readonly alias?: string;
  readonly tool_name?: string;
  readonly call_id?: string;
  readonly trace_id?: string;
  readonly detail?: JsonObject;
}

export type AuditRecord = CallRecord | GuestLogRecord | EventRecord;

/** Where records go. `write` returns when the record is handed to the operating system, and throws when it cannot be. */
export interface AuditSink {
  write(record: AuditRecord): void;
  close(): void;
}

/** An event of this moment. */
export function makeEvent(
  event: AuditEvent,
  rest: Omit<EventRecord, "kind" | "timestamp" | "event"> = {},
): EventRecord {
  return { kind: "event", timestamp: new Date().toISOString(), event, ...rest };
}
