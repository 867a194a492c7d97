import type { Server, ServerEventBus } from "@modelcontextprotocol/server";

/** Tells the client of a connection, while there is one, that lists have changed. Answers how to stop. */
export function tellChanges(server: Server, changes: ServerEventBus): () => void {
  return changes.subscribe(({ kind }) => {
    // A client that has gone, or that wants to hear nothing, has no part in the change.
    tell(server, kind)?.catch(() => undefined);
  });
}

type ChangeKind = Parameters<Parameters<ServerEventBus["subscribe"]>[0]>[0]["kind"];

/** What was read of one resource is told to those who subscribed to it, elsewhere. */
function tell(server: Server, kind: ChangeKind): Promise<void> | undefined {
  if (kind === "tools_list_changed") return server.sendToolListChanged();
  if (kind === "resources_list_changed") return server.sendResourceListChanged();
  if (kind === "prompts_list_changed") return server.sendPromptListChanged();
  return undefined;
}
