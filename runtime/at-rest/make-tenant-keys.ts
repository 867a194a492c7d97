import { randomBytes } from "node:crypto";
import { erasedBetween, NO_ERASURES, type Erasures } from "./erasures.ts";
import { AtRestError } from "./errors.ts";
import { makeKeyId, type KeyProvider } from "./key-provider.ts";
import { formatRecord, parseRecord, unwrapKey, wrapKey } from "./key-record.ts";
import { DATA_KEY_BYTES, tenantDigest } from "./seal.ts";
import type { FolderShelf, SharedShelf } from "./shelves.ts";
import type { TenantKey, TenantKeys } from "./tenant-keys.ts";

/** How long a process of this machine may go on with a key that was erased. */
export const LOOK_MS = 250;
/** How often a replica asks the shared store, and how long without its answer it may go on. */
export const ASK_MS = 500;
export const LEASE_MS = 3000;
/** Keys in memory at once. The one that was asked for longest ago is dropped first. */
const KEYS_MAX = 4096;

export interface TenantKeysSetting {
  readonly provider: KeyProvider;
  readonly folder: FolderShelf;
  /** Left out where the folder is all there is. */
  readonly shared?: SharedShelf;
  readonly monotonicMs: () => number;
}

interface Entry {
  readonly key: TenantKey;
  dataKey: Uint8Array | undefined;
}

/** A key that is being fetched, which may be erased meanwhile. */
interface Fetch {
  readonly tenant: string;
  isDropped: boolean;
  readonly done: Promise<Entry | undefined>;
}

/**
 * The data keys of tenants, unwrapped when they are first asked for and kept in memory until their tenant is erased.
 * Of two processes that make a key for one tenant, one wins, and the other takes that one: within the folder by its lock,
 * among replicas by compare and set. A key is used only once it was seen to come back from its provider as it went.
 * Nothing is ever made in the place of a record that does not open: its data would be lost for a fault that can be mended.
 */
export function makeTenantKeys(setting: TenantKeysSetting): TenantKeys {
  const { provider, folder, shared, monotonicMs } = setting;
  const entries = new Map<string, Entry>();
  const fetches = new Map<string, Fetch>();
  let local = { at: monotonicMs(), erasures: folder.readErasures() };
  let remote = { at: -Infinity, erasures: NO_ERASURES };
  let asking: Promise<void> | undefined;

  const drop = (tenant: string): void => {
    const entry = entries.get(tenant);
    entry?.dataKey?.fill(0);
    if (entry) entry.dataKey = undefined;
    entries.delete(tenant);
    for (const fetch of fetches.values()) if (fetch.tenant === tenant) fetch.isDropped = true;
  };
  const dropErased = (before: Erasures | undefined, now: Erasures | undefined): void => {
    const erased = before && now ? erasedBetween(before, now) : "all";
    const fetched = [...fetches.values()].map(({ tenant }) => tenant);
    for (const tenant of erased === "all" ? [...entries.keys(), ...fetched] : erased) drop(tenant);
  };
  const look = (): void => {
    const now = monotonicMs();
    if (now - local.at < LOOK_MS) return;
    const erasures = folder.readErasures();
    dropErased(local.erasures, erasures);
    local = { at: now, erasures };
  };
  const ask = (): Promise<void> => {
    if (!shared) return Promise.resolve();
    const at = monotonicMs();
    const hear = async (): Promise<void> => {
      const erasures = await shared.readErasures();
      dropErased(remote.erasures, erasures);
      // From when it was asked: what was erased since then it does not know.
      remote = { at, erasures };
    };
    asking ??= hear().finally(() => (asking = undefined));
    return asking;
  };
  const isFresh = (): boolean => !shared || monotonicMs() - remote.at < 2 * ASK_MS;
  const confirm = async (): Promise<void> => {
    look();
    if (isFresh()) return;
    try {
      await ask();
      // What it joined may have been asked long ago, when this process or the store was busy.
      if (!isFresh()) await ask();
    } catch (cause) {
      throw stale("nobody can say whether a tenant's key was erased", cause);
    }
  };
  const timer = shared
    ? setInterval(() => {
        if (entries.size > 0) void ask().catch(() => undefined);
      }, ASK_MS).unref()
    : undefined;

  const makeEntry = (tenant: string, id: string, dataKey: Uint8Array): Entry => {
    const entry: Entry = {
      dataKey,
      key: {
        tenant,
        id,
        bytes() {
          look();
          if (shared && monotonicMs() - remote.at > LEASE_MS)
            throw stale("for too long nobody confirmed that a tenant's key was not erased");
          if (!entry.dataKey) throw stale("a tenant's key was erased");
          return entry.dataKey;
        },
      },
    };
    return entry;
  };

  /** The record that counts, wherever it is kept. */
  const find = async (tenant: string): Promise<string | undefined> => {
    const here = folder.read(tenant);
    const there = await shared?.read(tenant);
    if (here !== undefined && there !== undefined && here !== there)
      throw new AtRestError(
        "ERR_TENANT_KEY_RECORD",
        "A tenant's wrapped key here is another than the one that the replicas share.",
      );
    return here ?? there;
  };
  const open = async (tenant: string, text: string): Promise<Entry> => {
    const record = parseRecord(text, tenant);
    const { dataKey } = await unwrapKey(provider, record);
    if (shared) {
      // Only what opens is handed on: a record of an erased key stays where it is.
      const kept = await shared.keep(tenant, text);
      if (kept !== text) throw new AtRestError("ERR_TENANT_KEY_RECORD", "Two keys of one tenant.");
      await shared.renew(tenant);
    }
    if (folder.read(tenant) === undefined) folder.write(tenant, text);
    return makeEntry(tenant, record.key, dataKey);
  };
  const make = (tenant: string, name: string): Promise<Entry> =>
    folder.withLock(async () => {
      const found = await find(tenant);
      if (found !== undefined) return open(tenant, found);
      const id = makeKeyId(tenant);
      await provider.create(id);
      const dataKey = Uint8Array.from(randomBytes(DATA_KEY_BYTES));
      const record = await wrapKey(provider, id, name, dataKey);
      const opened = await unwrapKey(provider, record);
      if (Buffer.compare(dataKey, opened.dataKey) !== 0)
        throw new AtRestError("ERR_KEY_PROVIDER", "A key came back another than it went.");
      const text = formatRecord(record);
      const kept = (await shared?.keep(tenant, text)) ?? text;
      if (kept !== text) {
        await provider.destroy(id);
        return open(tenant, kept);
      }
      folder.write(tenant, text);
      return makeEntry(tenant, id, dataKey);
    });

  const get = async (tenant: string, name?: string): Promise<TenantKey | undefined> => {
    await confirm();
    const known = entries.get(tenant);
    if (known) {
      // The one that was asked for last stands last.
      entries.delete(tenant);
      entries.set(tenant, known);
      return known.key;
    }
    // Who has no name for it makes none, so it waits for no one who would.
    const slot = name === undefined ? `?${tenant}` : tenant;
    let fetch = fetches.get(slot);
    if (!fetch) {
      const done = find(tenant).then((text) => {
        if (text !== undefined) return open(tenant, text);
        return name === undefined ? undefined : make(tenant, name);
      });
      fetch = { tenant, isDropped: false, done };
      fetches.set(slot, fetch);
    }
    let entry: Entry | undefined;
    try {
      entry = await fetch.done;
    } finally {
      if (fetches.get(slot) === fetch) fetches.delete(slot);
    }
    if (!entry) return undefined;
    if (fetch.isDropped) throw stale("a tenant's key was erased while it was fetched");
    const other = entries.get(tenant);
    if (other) return other.key;
    entries.set(tenant, entry);
    const [oldest] = entries.keys();
    if (entries.size > KEYS_MAX && oldest !== undefined) drop(oldest);
    return entry.key;
  };

  return {
    async keyOf(tenant) {
      const key = await get(tenantDigest(tenant), tenant);
      if (!key) throw new Error("a tenant with a name has a key");
      return key;
    },
    keyOfDigest: (digest) => get(digest),
    // Within its lease a key goes on without an answer, and beyond it refuses by itself.
    renew: () => confirm().catch(() => undefined),
    async close() {
      clearInterval(timer);
      for (const tenant of entries.keys()) drop(tenant);
      await provider.close();
    },
  };
}

function stale(why: string, cause?: unknown): AtRestError {
  return new AtRestError("ERR_TENANT_KEY_STALE", `It was refused: ${why}.`, { cause });
}
