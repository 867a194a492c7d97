import type { KeyValueStore } from "@glovebox/host-api/powers";

/** A key-value store without a file and without limits, for what stands above the store. */
export function makeMemoryStore(): KeyValueStore {
  const values = new Map<string, Uint8Array>();
  return {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    delete: (key) => values.delete(key),
    keys: (prefix, after, countMax) =>
      [...values.keys()]
        .filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
        .toSorted()
        .slice(0, countMax),
    usedBytes: () => 0,
    close: () => {},
  };
}
