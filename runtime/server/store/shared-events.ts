import type { ServerEvent } from "@modelcontextprotocol/server";
import { isJsonObject } from "@glovebox/host-api/json";
import { TENANT_CHARS_MAX } from "../../policy/principal.ts";
import type { ChangeBus, TenantEvent } from "../mcp/change-bus.ts";
import { storeKey, type SharedStore } from "./shared-store.ts";

const KINDS: ReadonlySet<string> = new Set<ServerEvent["kind"]>([
  "tools_list_changed",
  "prompts_list_changed",
  "resources_list_changed",
  "resource_updated",
]);
const URI_CHARS_MAX = 8192;

/**
 * What has changed, told to the listeners of every replica: `subscriptions/listen` on one hears of what happened on
 * another. An event that is lost is lost; whoever must not miss a change reads again from time to time.
 */
export async function openSharedEvents(
  store: SharedStore,
  place: string,
  onTrouble: (error: unknown) => void,
): Promise<ChangeBus & { close(): Promise<void> }> {
  const channel = storeKey("events", place);
  const listeners = new Set<(change: TenantEvent) => void>();
  const stop = await store.subscribe(channel, (message) => {
    const change = parseEvent(message);
    if (change) for (const listener of listeners) listener(change);
  });
  return {
    // Also to those of this process: what they hear is what everyone does.
    publish: ({ tenant, event }) =>
      void store.publish(channel, JSON.stringify({ ...event, tenant })).catch(onTrouble),
    subscribe(listener) {
      const own = (change: TenantEvent): void => listener(change);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    close: stop,
  };
}

/** Undefined for what is no event: whoever else can write to the store can send anything. */
function parseEvent(message: string): TenantEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value) || typeof value["kind"] !== "string" || !KINDS.has(value["kind"]))
    return undefined;
  const { kind, uri, tenant } = value;
  if (typeof tenant !== "string" || tenant.length > TENANT_CHARS_MAX) return undefined;
  if (kind !== "resource_updated") return { tenant, event: { kind } as ServerEvent };
  return typeof uri === "string" && uri.length <= URI_CHARS_MAX
    ? { tenant, event: { kind, uri } }
    : undefined;
}
