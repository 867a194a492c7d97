import { AtRestError, type AtRestErrorCode } from "../../at-rest/errors.ts";
import { openValue, sealValue, tenantDigest, type SealedPlace } from "../../at-rest/seal.ts";
import type { TenantKey, TenantKeys } from "../../at-rest/tenant-keys.ts";
import { storeKey, TTL_MS_MAX, type SharedStore } from "./shared-store.ts";

/**
 * How a record of the shared store that holds what a tenant wrote or read is kept there: as its text, or sealed with the
 * tenant's key for its own place. The store's other values are counters, marks and digests: debt("GB-080").
 */
export interface TenantVault {
  /** What to put at `key` of the store. */
  seal(tenant: string, key: string, text: string): Promise<string>;
  /** The same for a record that is there: undefined where the tenant has no key any more, and none is made for it. */
  sealAgain(tenant: string, key: string, text: string): Promise<string | undefined>;
  /**
   * The text of what was found at `key`; undefined for what was not sealed so: it is nobody's. An erased tenant's records
   * that somebody put back keep no one from the others. Throws where nobody can say now.
   */
  open(key: string, kept: string): Promise<string | undefined>;
  /** Notes that there will be a record, so that an erasure finds it. */
  note(tenant: string, key: string, ttlMs: number): Promise<void>;
}

const FORM = "sealed.1";
const SEALED = /^sealed\.1\.([0-9a-f]{64})\.([A-Za-z0-9_-]+)$/;
const NOTES_MAX = 1_000_000;

/** Nothing is encrypted. What was sealed is not read as if it were not. */
export const PLAIN_VAULT: TenantVault = {
  seal: async (_tenant, _key, text) => text,
  sealAgain: async (_tenant, _key, text) => text,
  open: async (_key, kept) => (kept.startsWith(`${FORM}.`) ? undefined : kept),
  note: async () => undefined,
};

const LOST: readonly AtRestErrorCode[] = ["ERR_AT_REST_VALUE", "ERR_TENANT_KEY_GONE"];

export function makeTenantVault(keys: TenantKeys, store: SharedStore): TenantVault {
  const placeOf = (tenant: string, name: string): SealedPlace => ({
    tenant,
    store: "shared store",
    name,
  });
  const sealWith = (key: TenantKey, name: string, text: string): string => {
    const sealed = sealValue(key.bytes(), Buffer.from(text), placeOf(key.tenant, name));
    return `${FORM}.${key.tenant}.${Buffer.from(sealed).toString("base64url")}`;
  };
  return {
    seal: async (tenant, name, text) => sealWith(await keys.keyOf(tenant), name, text),
    async sealAgain(tenant, name, text) {
      const key = await keys.keyOfDigest(tenantDigest(tenant));
      return key && sealWith(key, name, text);
    },
    async open(name, kept) {
      const [, tenant, sealed] = SEALED.exec(kept) ?? [];
      if (tenant === undefined || sealed === undefined) return undefined;
      try {
        const key = await keys.keyOfDigest(tenant);
        if (!key) return undefined;
        const bytes = Buffer.from(sealed, "base64url");
        const text = openValue(key.bytes(), bytes, placeOf(tenant, name));
        return Buffer.from(text).toString("utf8");
      } catch (error) {
        if (error instanceof AtRestError && LOST.includes(error.code)) return undefined;
        throw error;
      }
    },
    async note(tenant, key, ttlMs) {
      const now = Date.now();
      await store.enlist(listOf(tenantDigest(tenant)), key, {
        score: now + ttlMs,
        // A list ends after its last change: it must not end with that, while an earlier record is still there.
        ttlMs: TTL_MS_MAX,
        countMax: NOTES_MAX,
        dropBelow: now,
      });
    },
  };
}

/** How many records of a tenant are noted, by its digest. */
export async function countRecords(store: SharedStore, tenant: string): Promise<number> {
  return (await store.listed(listOf(tenant), { countMax: NOTES_MAX })).length;
}

/** Deletes every record of a tenant, by its digest. How many there were. Again, and nothing is left to delete. */
export async function deleteRecords(store: SharedStore, tenant: string): Promise<number> {
  const list = listOf(tenant);
  let deleted = 0;
  for (;;) {
    const keys = await store.listed(list, { countMax: 1000 });
    if (keys.length === 0) return deleted;
    for (const key of keys) {
      if (isRecordKey(key) && (await store.delete(key))) deleted += 1;
      await store.delist(list, key);
    }
  }
}

/** Whoever can write to the store may have put another key on the list. */
function isRecordKey(key: string): boolean {
  return /^(task|approval):[A-Za-z0-9_-]{43}$/.test(key);
}

function listOf(tenant: string): string {
  return storeKey("tenant-records", tenant);
}
