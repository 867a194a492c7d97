import type { Server, ServerEvent, ServerEventBus } from "@modelcontextprotocol/server";

/** Tells the client of a connection, while there is one, that lists have changed. Answers how to stop. */
export function tellChanges(
  server: Server,
  changes: ServerEventBus,
  subscribed: Pick<ReadonlySet<string>, "has">,
): () => void {
  return changes.subscribe((event) => {
    // A client that has gone, or that wants to hear nothing, has no part in the change.
    tell(server, event, subscribed)?.catch(() => undefined);
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
