import type { GuestSetting } from "../guest.ts";
import { cutMessage } from "./lines.ts";

/** Levels of a log note. WASI's further two fall to their neighbours. */
const LEVELS: ReadonlyMap<string, string> = new Map([
  ["trace", "debug"],
  ["debug", "debug"],
  ["info", "info"],
  ["warn", "warn"],
  ["error", "error"],
  ["critical", "error"],
]);

/** `glovebox:plugin/log` and `wasi:logging/logging`: lines for the operator, which need no grant. */
export function makeLogImports(setting: GuestSetting): Record<string, Record<string, unknown>> {
  const write = (level: string, message: string): void =>
    setting.note("log", [LEVELS.get(level) ?? "info", cutMessage(message)]);
  return {
    "glovebox:plugin/log": { write },
    "wasi:logging/logging": {
      log: (level: string, context: string, message: string): void =>
        write(level, context === "" ? message : `${cutMessage(context)}: ${message}`),
    },
  };
}
