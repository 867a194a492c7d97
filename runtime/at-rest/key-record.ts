import { isJsonObject } from "@glovebox/host-api/json";
import { AtRestError } from "./errors.ts";
import { isKeyIdOf, type KeyProvider } from "./key-provider.ts";
import { DATA_KEY_BYTES, tenantDigest } from "./seal.ts";

export const RECORD_BYTES_MAX = 4096;
const VERSION = 1;
const WRAPPED = /^[A-Za-z0-9_-]{1,2048}$/;
const DIGEST = /^[0-9a-f]{64}$/;

/** A tenant's wrapped data key, as it is kept beside the data. */
export interface KeyRecord {
  /** `tenantDigest`. */
  readonly tenant: string;
  /** The wrapping key. */
  readonly key: string;
  readonly provider: KeyProvider["kind"];
  /** Base64url. Inside stands the tenant's name too: who cannot unwrap it does not learn it. */
  readonly wrapped: string;
}

export interface OpenedRecord {
  /** 32 bytes. */
  readonly dataKey: Uint8Array;
  /** The tenant's own name. */
  readonly name: string;
}

export function formatRecord({ tenant, key, provider, wrapped }: KeyRecord): string {
  return `${JSON.stringify({ version: VERSION, tenant, provider, key, wrapped })}\n`;
}

/**
 * Reads what was kept for a tenant. Whoever can write to the folder or the store may have written it.
 *
 * @throws AtRestError `ERR_TENANT_KEY_RECORD`
 */
export function parseRecord(text: string, tenant: string): KeyRecord {
  const value = parseJson(text);
  if (!isJsonObject(value)) throw broken("is damaged");
  const { version, tenant: whose, provider, key, wrapped, ...rest } = value;
  if (version !== VERSION || Object.keys(rest).length > 0) throw broken("is of another form");
  if (whose !== tenant || !DIGEST.test(tenant)) throw broken("is another tenant's");
  if (provider !== "file" && provider !== "pkcs11") throw broken("is of an unknown provider");
  if (typeof key !== "string" || !isKeyIdOf(key, tenant)) throw broken("names another's key");
  if (typeof wrapped !== "string" || !WRAPPED.test(wrapped)) throw broken("is damaged");
  return { tenant, key, provider, wrapped };
}

/** Wraps a data key for a tenant of this name. */
export async function wrapKey(
  provider: KeyProvider,
  key: string,
  name: string,
  dataKey: Uint8Array,
): Promise<KeyRecord> {
  const tenant = tenantDigest(name);
  const plain = Buffer.concat([dataKey, Buffer.from(name)]);
  const wrapped = await provider.wrap(key, plain, boundTo(tenant, key));
  const text = Buffer.from(wrapped).toString("base64url");
  return { tenant, key, provider: provider.kind, wrapped: text };
}

/**
 * Opens a record with the provider that it was made by.
 *
 * @throws AtRestError `ERR_TENANT_KEY_GONE`, `ERR_TENANT_KEY_RECORD` or `ERR_KEY_PROVIDER`
 */
export async function unwrapKey(provider: KeyProvider, record: KeyRecord): Promise<OpenedRecord> {
  verifyProvider(provider, record);
  const wrapped = Buffer.from(record.wrapped, "base64url");
  const opened = await provider.unwrap(record.key, wrapped, boundTo(record.tenant, record.key));
  const dataKey = Uint8Array.from(opened.subarray(0, DATA_KEY_BYTES));
  const name = Buffer.from(opened.subarray(DATA_KEY_BYTES)).toString("utf8");
  if (dataKey.length !== DATA_KEY_BYTES || tenantDigest(name) !== record.tenant)
    throw broken("holds something else");
  return { dataKey, name };
}

/** Throws `ERR_TENANT_KEY_RECORD` for a record of another kind of provider: debt("GB-081"). */
export function verifyProvider(provider: KeyProvider, record: KeyRecord): void {
  if (record.provider === provider.kind) return;
  throw new AtRestError(
    "ERR_TENANT_KEY_RECORD",
    `A tenant's wrapped key was made with \`${record.provider}\`, and \`${provider.kind}\` is configured.`,
    {
      remedy: `Configure \`${record.provider}\` again: the provider cannot be changed under keys that are there. To change it, erase every tenant first.`,
    },
  );
}

function boundTo(tenant: string, key: string): Uint8Array {
  return Buffer.from(JSON.stringify(["glovebox tenant key", VERSION, tenant, key]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function broken(how: string): AtRestError {
  return new AtRestError("ERR_TENANT_KEY_RECORD", `A tenant's wrapped key ${how}.`);
}
