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

/** What plugins say has changed, as the SDK's servers hear it. */
export function makeChangeBus(changes: Changes): ServerEventBus {
  const bus = new InMemoryServerEventBus();
  changes.listen((change) => bus.publish(toEvent(change)));
  return bus;
}

export function toEvent(change: Change): ServerEvent {
  return change.what === "updated"
    ? { kind: "resource_updated", uri: change.uri }
    : { kind: KINDS[change.what] };
}
