/**
 * The data key of one tenant: one for everything that is kept of it, until the tenant is erased. A tenant that comes
 * back has another.
 */
export interface TenantKey {
  /** 64 hex digits that stand for the tenant's name where that must not stand (`tenantDigest`). */
  readonly tenant: string;
  /** Names this key among all that the tenant ever had. It is no secret. */
  readonly id: string;
  /**
   * 32 bytes, for `deriveKey` alone: nothing is encrypted with the data key itself. Never keep them: ask again for each
   * operation. Throws `ERR_TENANT_KEY_STALE` from the moment that this process knows of the erasure, or cannot know.
   */
  bytes(): Uint8Array;
}

/** The keys that this process can have. */
export interface TenantKeys {
  /**
   * A tenant's key; a tenant that has none is given one. `LOCAL_TENANT` is a tenant like any other.
   *
   * @throws AtRestError `ERR_TENANT_KEY_GONE`, `ERR_TENANT_KEY_RECORD`, `ERR_TENANT_KEY_STALE`, `ERR_KEY_PROVIDER`
   */
  keyOf(tenant: string): Promise<TenantKey>;
  /** The key of the tenant that has this digest; undefined for one that has none. Throws as `keyOf` does. */
  keyOfDigest(digest: string): Promise<TenantKey | undefined>;
  /**
   * Asks anew where it is time to: before an operation that comes long after `keyOf`. A machine too busy to ask in time
   * then waits, instead of refusing a tenant that nobody erased. Makes no key and never throws.
   */
  renew(): Promise<void>;
  close(): Promise<void>;
}
