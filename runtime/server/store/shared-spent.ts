import type { SpentStates } from "../mcp/asking.ts";
import { storeKey, type SharedStore } from "./shared-store.ts";

/** Remembers for all replicas which answers were used: none counts on two of them. */
export function makeSharedSpent(store: SharedStore): SpentStates {
  return {
    async spend(id, _issuedMs, lifetimeMs) {
      const key = storeKey("spent", id);
      return (await store.put(key, "spent", { ttlMs: lifetimeMs, when: null })) !== undefined;
    },
  };
}
