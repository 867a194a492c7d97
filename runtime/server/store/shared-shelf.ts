import { addErasure, NO_ERASURES, formatErasures, parseErasures } from "../../at-rest/erasures.ts";
import type { SharedShelf } from "../../at-rest/shelves.ts";
import { StoreError } from "./errors.ts";
import { storeKey, TTL_MS_MAX, type SharedStore } from "./shared-store.ts";

const ERASURES = storeKey("erasures");
const CHANGES_TRIED_MAX = 20;

/**
 * Wrapped keys of tenants in the store that all replicas share. What is in use is renewed; a store that was emptied is
 * filled again from the replicas' folders.
 */
export function makeSharedShelf(store: SharedStore): SharedShelf {
  const keyOf = (tenant: string): string => storeKey("tenant-key", tenant);
  const read = async (tenant: string): Promise<string | undefined> =>
    (await store.get(keyOf(tenant)))?.value;
  return {
    read,
    async keep(tenant, text) {
      const key = keyOf(tenant);
      for (let tries = 0; tries < CHANGES_TRIED_MAX; tries += 1) {
        if ((await store.put(key, text, { ttlMs: TTL_MS_MAX, when: null })) !== undefined)
          return text;
        const kept = await read(tenant);
        if (kept !== undefined) return kept;
      }
      throw changedWithoutEnd();
    },
    async renew(tenant) {
      const kept = await store.get(keyOf(tenant));
      if (kept)
        await store.put(keyOf(tenant), kept.value, { ttlMs: TTL_MS_MAX, when: kept.version });
    },
    remove: async (tenant) => void (await store.delete(keyOf(tenant))),
    async readErasures() {
      const kept = await store.get(ERASURES);
      return (kept && parseErasures(kept.value)) ?? NO_ERASURES;
    },
    async addErasure(tenant) {
      for (let tries = 0; tries < CHANGES_TRIED_MAX; tries += 1) {
        const kept = await store.get(ERASURES);
        const erasures = (kept && parseErasures(kept.value)) ?? NO_ERASURES;
        const text = formatErasures(addErasure(erasures, tenant));
        const when = kept?.version ?? null;
        if ((await store.put(ERASURES, text, { ttlMs: TTL_MS_MAX, when })) !== undefined) return;
      }
      throw changedWithoutEnd();
    },
  };
}

function changedWithoutEnd(): StoreError {
  return new StoreError("ERR_STORE_VALUE", "In the shared store a value changed without end.");
}
