import { createHmac } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { HostError } from "@glovebox/host-api/errors";
import type { KeyValueOptions, KeyValueStore, SealOptions } from "@glovebox/host-api/powers";
import { deriveKey, Sealer, type SealedPlace } from "../at-rest/seal.ts";
import { APPLICATION_ID, assertKey, guard, openOurs, readNumber } from "./key-value-file.ts";
import { transact } from "./private-database.ts";
import { SortedNames } from "./sorted-names.ts";

const SCHEMA_VERSION = 2;
const SCHEMA = `
  CREATE TABLE entry (hash BLOB NOT NULL PRIMARY KEY, name BLOB NOT NULL, value BLOB NOT NULL, bytes INTEGER NOT NULL) STRICT;
  CREATE TABLE usage (bytes INTEGER NOT NULL, entries INTEGER NOT NULL) STRICT;
  CREATE TABLE seal (key TEXT NOT NULL, sample BLOB NOT NULL) STRICT;
  INSERT INTO usage VALUES (0, 0);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
/** A listing opens every name: so many at most, so that it ends. */
export const SEALED_ENTRIES_MAX = 65_536;
const FILE_BYTES_PER_QUOTA_BYTE = 4;
/** What an entry takes beside its bytes, hash and seals included. */
const FILE_BYTES_PER_ENTRY = 256;
const FILE_BYTES_SPARE = 1024 * 1024;
/** Names are read for so long at a time: the broker answers nobody meanwhile. */
const READ_MS_MAX = 20;
const ROWS_PER_LOOK = 64;

interface Sealed extends KeyValueOptions {
  readonly seal: SealOptions;
}

/** What is derived from the tenant's key, for as long as it is that one. */
interface Keys {
  readonly dataKey: Uint8Array;
  readonly sealer: Sealer;
  readonly index: Uint8Array;
}

/**
 * The key-value store of a tenant whose data is encrypted: in the file stand for each entry a keyed hash of its name, by
 * which it is found, and name and value, each sealed for this tenant, this store and this name. Whoever reads the file
 * learns how many entries there are and how long they are. Whoever writes to it can take entries away and put back older
 * ones of the same name, and nothing else: debt("GB-081").
 * Guests see no difference, but that there can be `SEALED_ENTRIES_MAX` entries, whatever the quota.
 */
export function openSealedKeyValue(file: string, options: Sealed): KeyValueStore {
  const fileBytesMax =
    options.quotaBytes * FILE_BYTES_PER_QUOTA_BYTE +
    SEALED_ENTRIES_MAX * FILE_BYTES_PER_ENTRY +
    FILE_BYTES_SPARE;
  const database = openOurs(file, { fileBytesMax, version: SCHEMA_VERSION, schema: SCHEMA });
  return guard(file, () => {
    try {
      return makeStore(file, database, options);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function makeStore(file: string, database: DatabaseSync, options: Sealed): KeyValueStore {
  const { seal } = options;
  const store = `kv ${seal.store}`;
  let keys: Keys | undefined;
  /** Asks for the key at each operation: what was derived from one that is erased is not used again. */
  const derived = (): Keys => {
    const dataKey = seal.key.bytes();
    if (keys?.dataKey !== dataKey) {
      const sealer = new Sealer(deriveKey(dataKey, store));
      keys = { dataKey, sealer, index: deriveKey(dataKey, `${store} index`) };
    }
    return keys;
  };
  const placeOf = (kind: string, name: string): SealedPlace => ({
    tenant: seal.key.tenant,
    store,
    name: `${kind} ${name}`,
  });
  const hashOf = (key: string): Uint8Array =>
    createHmac("sha256", derived().index).update(key).digest();
  verifyKey(database, derived().sealer, placeOf("sample", ""), seal.key.id);

  const select = database.prepare("SELECT value, bytes FROM entry WHERE hash = ?");
  const upsert = database.prepare(
    "INSERT OR REPLACE INTO entry (hash, name, value, bytes) VALUES (?, ?, ?, ?)",
  );
  const remove = database.prepare("DELETE FROM entry WHERE hash = ?");
  const setUsage = database.prepare("UPDATE usage SET bytes = ?, entries = ?");
  const selectNames = database.prepare(
    "SELECT rowid AS id, hash, name FROM entry WHERE rowid > ? ORDER BY rowid LIMIT ?",
  );
  const usedBytes = (): number => readNumber(database, "SELECT bytes AS n FROM usage");
  const entries = (): number => readNumber(database, "SELECT entries AS n FROM usage");
  const changes = (): number =>
    readNumber(database, "SELECT data_version AS n FROM pragma_data_version");
  let names: SortedNames | undefined;

  const readNames = (): SortedNames => {
    const { sealer } = derived();
    const untilMs = performance.now() + READ_MS_MAX;
    const version = changes();
    if (names?.version !== version) names = new SortedNames(version);
    while (!names.isWhole) {
      const rows = selectNames.all(names.readTo, ROWS_PER_LOOK);
      for (const { id, hash, name } of rows) {
        if (!(hash instanceof Uint8Array) || !(name instanceof Uint8Array)) throw damaged();
        const opened = sealer.open(name, placeOf("name", Buffer.from(hash).toString("hex")));
        names.read(Number(id), Buffer.from(opened).toString("utf8"));
      }
      if (rows.length < ROWS_PER_LOOK) names.finish();
      else if (performance.now() > untilMs)
        throw new HostError("timed-out", "the names of the entries are still being read");
    }
    return names;
  };

  return {
    get(key) {
      assertKey(key, options);
      return guard(file, () => {
        const value = select.get(hashOf(key))?.["value"];
        if (value === undefined) return undefined;
        if (!(value instanceof Uint8Array)) throw damaged();
        return derived().sealer.open(value, placeOf("value", key));
      });
    },
    set(key, value) {
      assertKey(key, options);
      if (value.length > options.valueBytesMax)
        throw new HostError("too-large", "the value is too long");
      guard(file, () => {
        const hash = hashOf(key);
        const { sealer } = derived();
        const name = placeOf("name", Buffer.from(hash).toString("hex"));
        const sealedName = sealer.seal(Buffer.from(key), name);
        const sealed = sealer.seal(value, placeOf("value", key));
        const bytes = Buffer.byteLength(key) + value.length;
        transact(database, () => {
          const before = select.get(hash)?.["bytes"];
          const growthBytes = bytes - Number(before ?? 0);
          const used = usedBytes() + growthBytes;
          // A store over a quota that was lowered may still shrink.
          if (growthBytes > 0 && used > options.quotaBytes)
            throw new HostError("quota-exceeded", `${used} bytes are over ${options.quotaBytes}`);
          const count = entries() + (before === undefined ? 1 : 0);
          if (before === undefined && count > SEALED_ENTRIES_MAX)
            throw new HostError("quota-exceeded", `more than ${SEALED_ENTRIES_MAX} entries`);
          upsert.run(hash, sealedName, sealed, bytes);
          setUsage.run(used, count);
        });
        names?.add(key);
      });
    },
    delete(key) {
      assertKey(key, options);
      return guard(file, () => {
        const hash = hashOf(key);
        const wasThere = transact(database, () => {
          const bytes = select.get(hash)?.["bytes"];
          if (bytes === undefined) return false;
          remove.run(hash);
          setUsage.run(usedBytes() - Number(bytes), entries() - 1);
          return true;
        });
        if (wasThere) names?.delete(key);
        return wasThere;
      });
    },
    keys: (prefix, after, countMax) => guard(file, () => readNames().list(prefix, after, countMax)),
    usedBytes: () => guard(file, usedBytes),
    close: () => {
      names = undefined;
      database.close();
    },
  };
}

/** A file holds a sample of its key: under any other key nothing of it is read, and nothing is written beside it. */
function verifyKey(database: DatabaseSync, sealer: Sealer, place: SealedPlace, id: string): void {
  transact(database, () => {
    const found = database.prepare("SELECT sample FROM seal LIMIT 1").get()?.["sample"];
    if (found === undefined && readNumber(database, "SELECT count(*) AS n FROM entry") === 0) {
      const sample = sealer.seal(new Uint8Array(), place);
      database.prepare("INSERT INTO seal (key, sample) VALUES (?, ?)").run(id, sample);
      return;
    }
    if (!(found instanceof Uint8Array)) throw damaged();
    sealer.open(found, place);
  });
}

function damaged(): HostError {
  return new HostError("internal", "the key-value file is damaged");
}
