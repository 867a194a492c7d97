import type { ServerEvent } from "@modelcontextprotocol/server";
import type { Changes } from "../../changes.ts";
import type { Change } from "../../sandbox/sandbox.ts";

/** Something that clients may have read has changed, in the data of one tenant. */
export interface TenantEvent {
  readonly tenant: string;
  readonly event: ServerEvent;
}

/** Tells of changes. Whoever listens decides what of it is for whom. */
export interface ChangeBus {
  publish(change: TenantEvent): void;
  /** Answers how to stop. */
  subscribe(listener: (change: TenantEvent) => void): () => void;
}

const KINDS = {
  tools: "tools_list_changed",
  prompts: "prompts_list_changed",
  resources: "resources_list_changed",
} as const;

/** Of one process. */
export function makeChangeBus(): ChangeBus {
  const listeners = new Set<(change: TenantEvent) => void>();
  return {
    publish(change) {
      for (const listener of listeners) listener(change);
    },
    subscribe(listener) {
      const own = (change: TenantEvent): void => listener(change);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}

/** What plugins say has changed, as servers hear it. Ends with `changes`. */
export function publishChanges(changes: Changes, bus: ChangeBus): void {
  changes.listen((change, tenant) => bus.publish({ tenant, event: toEvent(change) }));
}

function toEvent(change: Change): ServerEvent {
  return change.what === "updated"
    ? { kind: "resource_updated", uri: change.uri }
    : { kind: KINDS[change.what] };
}
