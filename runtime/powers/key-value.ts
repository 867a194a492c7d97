import type { DatabaseSync } from "node:sqlite";
import { HostError } from "@glovebox/host-api/errors";
import type { KeyValueOptions, KeyValueStore } from "@glovebox/host-api/powers";
import { APPLICATION_ID, assertKey, guard, openOurs, readNumber } from "./key-value-file.ts";
import { transact } from "./private-database.ts";
import { openSealedKeyValue } from "./sealed-key-value.ts";

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE entry (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) STRICT;
  CREATE TABLE usage (bytes INTEGER NOT NULL) STRICT;
  INSERT INTO usage VALUES (0);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
/** Many tiny entries take several times their bytes on disk. The file's own bound keeps them from filling it. */
const FILE_BYTES_PER_QUOTA_BYTE = 4;
const FILE_BYTES_SPARE = 1024 * 1024;

/**
 * A durable key-value store in one SQLite file, which several processes may use at once.
 * With a rollback journal and `synchronous=EXTRA` a change is on disk when its method returned.
 * A file that is damaged or not ours is refused as `internal` and stays as it is.
 */
export function openKeyValue(file: string, options: KeyValueOptions): KeyValueStore {
  const { seal } = options;
  if (seal) return openSealedKeyValue(file, { ...options, seal });
  const fileBytesMax = options.quotaBytes * FILE_BYTES_PER_QUOTA_BYTE + FILE_BYTES_SPARE;
  const database = openOurs(file, { fileBytesMax, version: SCHEMA_VERSION, schema: SCHEMA });
  return guard(file, () => makeStore(file, database, options));
}

function makeStore(file: string, database: DatabaseSync, options: KeyValueOptions): KeyValueStore {
  const selectValue = database.prepare("SELECT value FROM entry WHERE key = ?");
  const selectBytes = database.prepare(
    "SELECT octet_length(key) + octet_length(value) AS bytes FROM entry WHERE key = ?",
  );
  const selectKeys = database.prepare(
    "SELECT key FROM entry WHERE key >= ? AND key > ? ORDER BY key",
  );
  const upsert = database.prepare("INSERT OR REPLACE INTO entry (key, value) VALUES (?, ?)");
  const remove = database.prepare("DELETE FROM entry WHERE key = ?");
  const setUsage = database.prepare("UPDATE usage SET bytes = ?");
  const usedBytes = () => readNumber(database, "SELECT bytes AS n FROM usage");
  const entryBytes = (key: string) => Number(selectBytes.get(key)?.["bytes"] ?? 0);
  return {
    get(key) {
      assertKey(key, options);
      const value = guard(file, () => selectValue.get(key)?.["value"]);
      return value instanceof Uint8Array ? value : undefined;
    },
    set(key, value) {
      assertKey(key, options);
      if (value.length > options.valueBytesMax)
        throw new HostError("too-large", "the value is too long");
      guard(file, () =>
        transact(database, () => {
          const growthBytes = Buffer.byteLength(key) + value.length - entryBytes(key);
          const used = usedBytes() + growthBytes;
          // A store over a quota that was lowered may still shrink.
          if (growthBytes > 0 && used > options.quotaBytes) {
            throw new HostError("quota-exceeded", `${used} bytes are over ${options.quotaBytes}`);
          }
          upsert.run(key, value);
          setUsage.run(used);
        }),
      );
    },
    delete(key) {
      assertKey(key, options);
      return guard(file, () =>
        transact(database, () => {
          const bytes = entryBytes(key);
          if (bytes === 0) return false;
          remove.run(key);
          setUsage.run(usedBytes() - bytes);
          return true;
        }),
      );
    },
    keys(prefix, after, countMax) {
      return guard(file, () => {
        const keys: string[] = [];
        // Keys with one prefix stand side by side, so the first without it ends the listing.
        for (const row of selectKeys.iterate(prefix, after ?? "")) {
          const key = String(row["key"]);
          if (keys.length >= countMax || !key.startsWith(prefix)) break;
          keys.push(key);
        }
        return keys;
      });
    },
    usedBytes: () => guard(file, usedBytes),
    close: () => database.close(),
  };
}
