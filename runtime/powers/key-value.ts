import { DatabaseSync } from "node:sqlite";
import { HostError } from "@glovebox/host-api/errors";
import type { KeyValueOptions, KeyValueStore } from "@glovebox/host-api/powers";
import { fitsUtf8, isPlainText } from "@glovebox/host-api/text";
import { createPrivate, isBusy, isFull, retryWhileBusy, transact } from "./private-database.ts";

/** "Glbx": says that the file is ours, so that a foreign database is left alone. */
const APPLICATION_ID = 0x476c6278;
const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE entry (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) STRICT;
  CREATE TABLE usage (bytes INTEGER NOT NULL) STRICT;
  INSERT INTO usage VALUES (0);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
const PAGE_BYTES = 4096;
/** Many tiny entries take several times their bytes on disk. The file's own bound keeps them from filling it. */
const FILE_BYTES_PER_QUOTA_BYTE = 4;
const FILE_BYTES_SPARE = 1024 * 1024;

/**
 * A durable key-value store in one SQLite file, which several processes may use at once.
 * With a rollback journal and `synchronous=EXTRA` a change is on disk when its method returned.
 * A file that is damaged or not ours is refused as `internal` and stays as it is.
 */
export function openKeyValue(file: string, options: KeyValueOptions): KeyValueStore {
  return guard(file, () => {
    if (!createPrivate(file)) throw new HostError("internal", `${file} is not a file`);
    const database = new DatabaseSync(file, { timeout: 0, defensive: true });
    try {
      prepareDatabase(database, options);
      return makeStore(file, database, options);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Creates the tables in an empty file; else sees to it that the file is ours and whole, before anything is written. */
function prepareDatabase(database: DatabaseSync, options: KeyValueOptions): void {
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA synchronous = EXTRA");
  const fileBytesMax = options.quotaBytes * FILE_BYTES_PER_QUOTA_BYTE + FILE_BYTES_SPARE;
  database.exec(`PRAGMA max_page_count = ${Math.ceil(fileBytesMax / PAGE_BYTES)}`);
  transact(database, () => {
    if (readNumber(database, "SELECT count(*) AS n FROM sqlite_schema") === 0) {
      database.exec(SCHEMA);
      return;
    }
    const id = readNumber(database, "SELECT application_id AS n FROM pragma_application_id");
    const version = readNumber(database, "SELECT user_version AS n FROM pragma_user_version");
    if (id !== APPLICATION_ID || version !== SCHEMA_VERSION) {
      throw new HostError("internal", "the key-value file was not made by this version");
    }
    const check = database.prepare("PRAGMA quick_check(1)").get();
    if (check?.["quick_check"] !== "ok")
      throw new HostError("internal", "the key-value file is damaged");
  });
}

function readNumber(database: DatabaseSync, query: string): number {
  const number = database.prepare(query).get()?.["n"];
  if (typeof number !== "number")
    throw new HostError("internal", "the key-value file lacks a number");
  return number;
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

/** SQLite ends a text at NUL and cannot hold a lone surrogate: two keys would become one. */
function assertKey(key: string, options: KeyValueOptions): void {
  if (key === "" || !isPlainText(key) || !fitsUtf8(key, options.keyBytesMax)) {
    throw new HostError("invalid-argument", "the key is empty, too long, or not plain text");
  }
}

/** Turns what SQLite and the file system throw into refusals. */
function guard<Result>(file: string, operation: () => Result): Result {
  try {
    return retryWhileBusy(operation);
  } catch (error) {
    throw toHostError(file, error);
  }
}

/** The host path is in the message, which stays with the broker; the guest sees the tag. */
function toHostError(file: string, error: unknown): HostError {
  if (error instanceof HostError) return error;
  if (isBusy(error)) return new HostError("timed-out", `${file} is in use`, { cause: error });
  if (isFull(error)) return new HostError("quota-exceeded", `${file} is full`, { cause: error });
  return new HostError("internal", `${file} cannot be used`, { cause: error });
}
