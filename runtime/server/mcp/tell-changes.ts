import type { Server, ServerEvent } from "@modelcontextprotocol/server";
import type { ChangeBus, TenantEvent } from "./change-bus.ts";

/**
 * Tells the client of a connection, while there is one, that lists have changed. `isFor` is asked about each change when it
 * happens: what a client subscribed to once, it may not read any more. Answers how to stop.
 */
export function tellChanges(
  server: Server,
  changes: ChangeBus,
  subscribed: Pick<ReadonlySet<string>, "has">,
  isFor: (change: TenantEvent) => boolean,
): () => void {
  return changes.subscribe((change) => {
    if (!isFor(change)) return;
    // A client that has gone, or that wants to hear nothing, has no part in the change.
    tell(server, change.event, subscribed)?.catch(() => undefined);
  });
}

/** A change of one resource is told to whoever subscribed to it. */
function tell(
  server: Server,
  event: ServerEvent,
  subscribed: Pick<ReadonlySet<string>, "has">,
): Promise<void> | undefined {
  if (event.kind === "tools_list_changed") return server.sendToolListChanged();
  if (event.kind === "resources_list_changed") return server.sendResourceListChanged();
  if (event.kind === "prompts_list_changed") return server.sendPromptListChanged();
  return subscribed.has(event.uri) ? server.sendResourceUpdated({ uri: event.uri }) : undefined;
}
