import { LOG_LEVEL_META_KEY, type LoggingLevel } from "@modelcontextprotocol/server";
import type { CallRequest } from "../../call.ts";

/** What a client of the era 2025 wants to hear of logs, once it has said so. */
export interface LogWish {
  level?: LoggingLevel;
}

export interface LogParams {
  readonly level: LoggingLevel;
  readonly data: string;
}

/** RFC 5424, as MCP names them. */
const LEVELS: readonly LoggingLevel[] = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
];
const LINES_MAX = 200;

/** From which level on the client of a request wants to hear: what the request says, or else what its session said. */
export function thresholdOf(
  envelope: Readonly<Record<string, unknown>> | undefined,
  wish: LogWish | undefined,
): LoggingLevel | undefined {
  if (envelope === undefined) return wish?.level;
  return LEVELS.find((level) => level === envelope[LOG_LEVEL_META_KEY]);
}

/** Passes on what a plugin logs, where the client wants to hear it: the first 200 lines of a call. */
export function makeLogForwarder(
  threshold: LoggingLevel | undefined,
  signal: AbortSignal,
  notify: (params: LogParams) => Promise<void>,
): CallRequest["onLog"] {
  if (threshold === undefined) return undefined;
  let lines = 0;
  return (named, data) => {
    const level =
      named === "warn" ? "warning" : (LEVELS.find((known) => known === named) ?? "info");
    if (LEVELS.indexOf(level) < LEVELS.indexOf(threshold) || signal.aborted) return;
    lines += 1;
    if (lines > LINES_MAX) return;
    // A client that has gone away ends the call by its own signal; a lost line is not an error of the call.
    notify({ level, data }).catch(() => undefined);
  };
}
