import { currentHost, type LogLevel } from "../host/host.ts";

function write(level: LogLevel, message: string, data?: unknown): void {
  currentHost().writeLog(
    level,
    data === undefined ? message : `${message} ${JSON.stringify(data)}`,
  );
}

/** Lines for the operator. Needs no capability; bounded in size for each call. `data` is appended as JSON. */
export const log = {
  debug: (message: string, data?: unknown): void => write("debug", message, data),
  info: (message: string, data?: unknown): void => write("info", message, data),
  warn: (message: string, data?: unknown): void => write("warn", message, data),
  error: (message: string, data?: unknown): void => write("error", message, data),
} as const;
