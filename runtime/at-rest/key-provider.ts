import { randomBytes } from "node:crypto";

/**
 * Who holds the keys that wrap tenants' data keys. Data keys come and go through it; the keys that wrap them never leave
 * it, and what is destroyed there is destroyed for good: that is what an erasure rests on.
 * Every method settles within a bounded time, and refuses with `ERR_KEY_PROVIDER` what was not answered rightly.
 */
export interface KeyProvider {
  readonly kind: "file" | "pkcs11";
  /** Makes a new wrapping key. It is durable when this resolves. */
  create(id: string): Promise<void>;
  /** Encrypts and authenticates. Throws `ERR_TENANT_KEY_GONE` where there is no such key. */
  wrap(id: string, plain: Uint8Array, associated: Uint8Array): Promise<Uint8Array>;
  /** Throws `ERR_TENANT_KEY_GONE`, or `ERR_TENANT_KEY_RECORD` for what this key did not wrap so. */
  unwrap(id: string, wrapped: Uint8Array, associated: Uint8Array): Promise<Uint8Array>;
  /** Every wrapping key of a tenant, by its digest, also those that no record names. */
  list(tenant: string): Promise<readonly string[]>;
  /** Destroys a wrapping key. None is left when this resolves, also after a loss of power. Again, and nothing happens. */
  destroy(id: string): Promise<void>;
  /** Makes sure that it can be asked now. Words for `doctor`. */
  check(): Promise<string>;
  close(): Promise<void>;
}

const KEY_ID = /^[0-9a-f]{64}-[0-9a-f]{32}$/;
const RANDOM_BYTES = 16;

/** The name of a new wrapping key: whose it is, and which. */
export function makeKeyId(tenant: string): string {
  return `${tenant}-${randomBytes(RANDOM_BYTES).toString("hex")}`;
}

/** A whole digest stands before the dash: no tenant's keys are found under the beginning of another's. */
export function isKeyIdOf(id: string, tenant: string): boolean {
  return KEY_ID.test(id) && id.slice(0, id.indexOf("-")) === tenant;
}
