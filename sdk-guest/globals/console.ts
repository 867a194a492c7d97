import { log } from "../capabilities/log.ts";
import type { LogLevel } from "../host/host.ts";
import { formatValue } from "./format-value.ts";

function writer(level: LogLevel): (...values: unknown[]) => void {
  return (...values) => {
    const line = values
      .map((value) => (typeof value === "string" ? value : formatValue(value)))
      .join(" ");
    try {
      log[level](line);
    } catch {
      // While modules load there is no call to log for, and logging never fails a handler.
    }
  };
}

/** `console`, whose lines go to the operator's log of the call. */
export const console = {
  debug: writer("debug"),
  trace: writer("debug"),
  log: writer("info"),
  info: writer("info"),
  dir: writer("info"),
  warn: writer("warn"),
  error: writer("error"),
  assert(condition?: unknown, ...values: unknown[]): void {
    if (!condition) this.error("Assertion failed", ...values);
  },
  group(): void {},
  groupEnd(): void {},
};
