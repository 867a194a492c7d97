import { GuestRefusal, type GuestSetting } from "@glovebox/host-api/guest";
import { cutMessage } from "@glovebox/host-api/log/lines";
import type { Blocks } from "./blocks.ts";
import type { CallState } from "./call-state.ts";
import { parseObject, type HostFunction } from "./kernel.ts";
import { ToolFailure } from "./tool-failure.ts";

/** What hyper-mcp would ask the client, the user or its key store for. */
const REFUSED = [
  "create_elicitation",
  "create_message",
  "get_access_token",
  "get_keyring_secret",
  "list_roots",
] as const;

/** Said to clients that list what we do not serve. */
const IGNORED = [
  "notify_prompt_list_changed",
  "notify_resource_list_changed",
  "notify_resource_updated",
  "notify_url_elicitation_completed",
] as const;

/** The levels of MCP's log messages. */
const LEVELS: ReadonlyMap<unknown, string> = new Map([
  ["debug", "debug"],
  ["info", "info"],
  ["notice", "info"],
  ["warning", "warn"],
  ["error", "error"],
  ["critical", "error"],
  ["alert", "error"],
  ["emergency", "error"],
]);

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/**
 * `extism:host/user`, as hyper-mcp has it. All of it links, so that plugins load which ask for it in one tool of many.
 * Whoever calls what is refused ends the call, with words that the client reads.
 */
export function makeUserFunctions(
  setting: GuestSetting,
  blocks: Blocks,
  state: () => CallState,
): Record<string, HostFunction> {
  const refuse = (name: string): HostFunction => {
    const message = `The plugin asked the host for ${name}, which Extism plugins do not get here.`;
    return () => {
      throw new ToolFailure("PERMISSION_DENIED", message);
    };
  };
  return {
    ...Object.fromEntries(REFUSED.map((name) => [name, refuse(name)])),
    ...Object.fromEntries(IGNORED.map((name) => [name, () => {}])),
    notify_logging_message(plugin, address = 0n) {
      const { level, data } = parseObject(blocks.text(plugin, address)) ?? {};
      const text = typeof data === "string" ? data : (JSON.stringify(data) ?? "");
      setting.note("log", [LEVELS.get(level) ?? "info", cutMessage(text)]);
    },
    notify_progress(plugin, address = 0n) {
      const { progress, total, message } = parseObject(blocks.text(plugin, address)) ?? {};
      // JSON text can say a number that has no value, which no note may carry.
      if (!isNumber(progress)) return;
      setting.note("progress", [
        progress,
        isNumber(total) ? total : null,
        typeof message === "string" ? cutMessage(message) : null,
      ]);
    },
    /** The broker refuses it, for the audit: the tools are those that were approved. The call goes on. */
    notify_tool_list_changed() {
      if (state().isListing) return;
      try {
        setting.channel.call("surface.change", []);
      } catch (error) {
        if (!(error instanceof GuestRefusal)) throw error;
      }
    },
  };
}
