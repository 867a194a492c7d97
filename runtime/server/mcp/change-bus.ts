import {
  InMemoryServerEventBus,
  type ServerEvent,
  type ServerEventBus,
} from "@modelcontextprotocol/server";
import type { Changes } from "../../changes.ts";
import type { Change } from "../../sandbox/sandbox.ts";

const KINDS = {
  tools: "tools_list_changed",
  prompts: "prompts_list_changed",
  resources: "resources_list_changed",
} as const;

/** Of one process. */
export function makeChangeBus(): ServerEventBus {
  return new InMemoryServerEventBus();
}

/** What plugins say has changed, as the SDK's servers hear it. Ends with `changes`. */
export function publishChanges(changes: Changes, bus: ServerEventBus): void {
  changes.listen((change) => bus.publish(toEvent(change)));
}

function toEvent(change: Change): ServerEvent {
  return change.what === "updated"
    ? { kind: "resource_updated", uri: change.uri }
    : { kind: KINDS[change.what] };
}
