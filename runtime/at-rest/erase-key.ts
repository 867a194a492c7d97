import { addErasure, NO_ERASURES } from "./erasures.ts";
import { AtRestError } from "./errors.ts";
import type { KeyProvider } from "./key-provider.ts";
import { parseRecord, unwrapKey, verifyProvider } from "./key-record.ts";
import { LEASE_MS, LOOK_MS } from "./make-tenant-keys.ts";
import { openValue, sealValue } from "./seal.ts";
import type { FolderShelf, SharedShelf } from "./shelves.ts";

/** Over the longest that any process goes on with a key, by its own clock. */
const SPARE_MS = 250;

export interface ErasureSetting {
  readonly provider: KeyProvider;
  readonly folder: FolderShelf;
  readonly shared?: SharedShelf;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** What was seen of an erasure. */
export interface ErasedKey {
  /** Wrapping keys that were destroyed now. None where an erasure is repeated. */
  readonly destroyed: number;
  /** Records of wrapped data keys that were there, and that no longer open. */
  readonly records: number;
  /** Whether a value was sealed before with the tenant's key, and does not open after with anything that is left. */
  readonly sampleRefused: boolean;
}

/**
 * Destroys every wrapping key of a tenant, makes sure that no record opens any more, and waits until no process can have
 * its data key in use. It removes no record: while that is there, nobody makes a new key, so that what is deleted after
 * this is of the old one. Killed at any moment it may be run again.
 *
 * @throws AtRestError `ERR_KEY_PROVIDER`, `ERR_KEY_FOLDER`, `ERR_TENANT_KEY_RECORD`: then nothing may be deleted yet
 */
export async function eraseKey(setting: ErasureSetting, tenant: string): Promise<ErasedKey> {
  const { provider, folder, shared, sleep } = setting;
  const texts = [folder.read(tenant), await shared?.read(tenant)];
  const records = [...new Set(texts)].flatMap((text) => {
    const record = text === undefined ? undefined : readRecord(text, tenant);
    return record ? [record] : [];
  });
  for (const record of records) verifyProvider(provider, record);
  const open = async (): Promise<Uint8Array | undefined> => {
    for (const record of records) {
      const opened = await unwrapKey(provider, record).catch(ignoreClosed);
      if (opened) return opened.dataKey;
    }
    return undefined;
  };
  const place = { tenant, store: "sample", name: "" };
  const before = await open();
  const sample = before && sealValue(before, Buffer.from(tenant), place);
  const known = new Set([...(await provider.list(tenant)), ...records.map(({ key }) => key)]);
  const listed = (await provider.list(tenant)).length;
  for (const key of known) await provider.destroy(key);
  const left = await provider.list(tenant);
  const after = await open();
  if (left.length > 0 || after)
    throw new AtRestError("ERR_KEY_PROVIDER", "A key is there that was destroyed.");
  await noteErasure(setting, tenant);
  await sleep((shared ? LEASE_MS : LOOK_MS) + SPARE_MS);
  return {
    destroyed: listed,
    records: records.length,
    sampleRefused: sample !== undefined && !opens(sample, await open(), place),
  };
}

/** Tells every process that has the key. */
async function noteErasure({ folder, shared }: ErasureSetting, tenant: string): Promise<void> {
  await folder.withLock(async () => {
    const erasures = folder.readErasures() ?? NO_ERASURES;
    folder.writeErasures(addErasure(erasures, tenant));
  });
  await shared?.addErasure(tenant);
}

/** Nobody needs a record that is damaged: every key of the tenant is destroyed all the same. */
function readRecord(text: string, tenant: string) {
  try {
    return parseRecord(text, tenant);
  } catch (error) {
    if (error instanceof AtRestError) return undefined;
    throw error;
  }
}

function ignoreClosed(error: unknown): undefined {
  const isClosed =
    error instanceof AtRestError &&
    (error.code === "ERR_TENANT_KEY_GONE" || error.code === "ERR_TENANT_KEY_RECORD");
  if (!isClosed) throw error;
}

function opens(
  sample: Uint8Array,
  key: Uint8Array | undefined,
  place: Parameters<typeof openValue>[2],
): boolean {
  try {
    if (key) openValue(key, sample, place);
    return key !== undefined;
  } catch {
    return false;
  }
}
