import { kv } from "@glovebox/sdk";

/** An entity as it is stored, with the relations that begin at it. */
export interface StoredEntity {
  readonly name: string;
  readonly type: string;
  observations: string[];
  relations: { readonly type: string; readonly to: string }[];
}

/** All entities whose names have the same hash. */
type Bucket = Map<string, StoredEntity>;

/**
 * The graph lies in 64 values, by the hash of an entity's name: a change writes a small part, and reading everything
 * is at most 65 host calls.
 */
const BUCKETS = 64;
const PREFIX = "entities/";

export interface Store {
  get(name: string): Promise<StoredEntity | undefined>;
  all(): Promise<readonly StoredEntity[]>;
  put(entity: StoredEntity): Promise<void>;
  delete(name: string): Promise<boolean>;
  /** Writes the parts that changed. Nothing is kept before this. */
  save(): Promise<void>;
}

/** Opens the store for one call. */
export function openStore(): Store {
  const loaded = new Map<string, Bucket>();
  const changed = new Set<string>();

  async function load(key: string): Promise<Bucket> {
    let bucket = loaded.get(key);
    if (!bucket) {
      const stored = ((await kv.getJson(key)) ?? []) as unknown as StoredEntity[];
      bucket = new Map(stored.map((entity) => [entity.name, entity]));
      loaded.set(key, bucket);
    }
    return bucket;
  }

  return {
    async get(name) {
      return (await load(keyOf(name))).get(name);
    },
    async all() {
      for (const key of await kv.list(PREFIX)) await load(key);
      return [...loaded.values()]
        .flatMap((bucket) => [...bucket.values()])
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async put(entity) {
      const key = keyOf(entity.name);
      (await load(key)).set(entity.name, entity);
      changed.add(key);
    },
    async delete(name) {
      const key = keyOf(name);
      const deleted = (await load(key)).delete(name);
      if (deleted) changed.add(key);
      return deleted;
    },
    async save() {
      for (const key of changed) {
        const entities = [...loaded.get(key)!.values()];
        if (entities.length === 0) await kv.delete(key);
        else await kv.set(key, JSON.stringify(entities));
      }
      changed.clear();
    },
  };
}

/** FNV-1a. */
function keyOf(name: string): string {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x0100_0193);
  }
  return `${PREFIX}${((hash >>> 0) % BUCKETS).toString().padStart(2, "0")}`;
}
