import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../server/store/errors.ts";
import { LocalChannels } from "../server/store/local-channels.ts";
import {
  assertKey,
  assertMember,
  assertMessage,
  assertPut,
  assertTtl,
  type SharedStore,
} from "../server/store/shared-store.ts";
import { createPrivate, isFull, retryWhileBusy, transact } from "./private-database.ts";

/** "Glbs": says that the file is ours, so that a foreign database is left alone. */
const APPLICATION_ID = 0x476c6273;
const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE entry (key TEXT NOT NULL PRIMARY KEY, value TEXT, version TEXT, counter INTEGER, ends REAL NOT NULL) STRICT;
  CREATE TABLE member (list TEXT NOT NULL, name TEXT NOT NULL, score REAL NOT NULL, ends REAL NOT NULL, PRIMARY KEY (list, name)) STRICT;
  CREATE INDEX entry_ends ON entry (ends);
  CREATE INDEX member_ends ON member (ends);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
const PAGE_BYTES = 4096;
const FILE_BYTES_MAX = 512 * 1024 * 1024;
const SWEEP_MS = 10_000;

/**
 * The shared store of the processes of one machine, in one SQLite file: a change is on disk when its method's promise
 * is resolved. Messages reach this process alone.
 * The clock is read once: setting it while this process runs ends nothing early.
 *
 * @throws StoreError `ERR_STORE_FILE` when the file is damaged, not ours, or cannot be made
 */
export function openStoreFile(file: string): SharedStore {
  return guard(() => {
    if (!createPrivate(file)) throw new Error("there is something else in the file's place");
    const database = new DatabaseSync(file, { timeout: 0, defensive: true });
    try {
      prepare(database);
      return makeStore(database);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function prepare(database: DatabaseSync): void {
  database.exec(
    "PRAGMA trusted_schema = OFF; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
  );
  database.exec(`PRAGMA max_page_count = ${FILE_BYTES_MAX / PAGE_BYTES}`);
  transact(database, () => {
    const number = (query: string): unknown => database.prepare(query).get()?.["n"];
    if (number("SELECT count(*) AS n FROM sqlite_schema") === 0) return database.exec(SCHEMA);
    const id = number("SELECT application_id AS n FROM pragma_application_id");
    const version = number("SELECT user_version AS n FROM pragma_user_version");
    if (id !== APPLICATION_ID || version !== SCHEMA_VERSION)
      throw new Error("the file was not made by this version");
    if (database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"] !== "ok")
      throw new Error("the file is damaged");
  });
}

function makeStore(database: DatabaseSync): SharedStore {
  const startMs = Date.now() - performance.now();
  const nowMs = (): number => startMs + performance.now();
  const channels = new LocalChannels();
  const find = database.prepare(
    "SELECT value, version, counter, ends FROM entry WHERE key = ? AND ends > ?",
  );
  const keep = database.prepare(
    "INSERT OR REPLACE INTO entry (key, value, version, counter, ends) VALUES (?, ?, ?, ?, ?)",
  );
  const remove = database.prepare("DELETE FROM entry WHERE key = ?");
  const dropEntries = database.prepare("DELETE FROM entry WHERE ends <= ?");
  const dropMembers = database.prepare("DELETE FROM member WHERE ends <= ?");
  const dropBelow = database.prepare(
    "DELETE FROM member WHERE list = ? AND (score < ? OR ends <= ?)",
  );
  const countOthers = database.prepare(
    "SELECT count(*) AS n FROM member WHERE list = ? AND name <> ?",
  );
  const findMember = database.prepare("SELECT 1 AS n FROM member WHERE list = ? AND name = ?");
  const putMember = database.prepare(
    "INSERT OR REPLACE INTO member (list, name, score, ends) VALUES (?, ?, ?, ?)",
  );
  const lengthen = database.prepare("UPDATE member SET ends = ? WHERE list = ?");
  const removeMember = database.prepare(
    "DELETE FROM member WHERE list = ? AND name = ? AND ends > ?",
  );
  const selectMembers = database.prepare(
    "SELECT name FROM member WHERE list = ? AND score <= ? AND ends > ? ORDER BY score, name LIMIT ?",
  );
  let sweptMs = -Infinity;
  const change = <Result>(operation: (now: number) => Result): Result =>
    guard(() =>
      transact(database, () => {
        const now = nowMs();
        if (now - sweptMs >= SWEEP_MS) {
          sweptMs = now;
          dropEntries.run(now);
          dropMembers.run(now);
        }
        return operation(now);
      }),
    );

  return {
    async get(key) {
      assertKey(key);
      const { value, version } = guard(() => find.get(key, nowMs())) ?? {};
      return typeof value === "string" && typeof version === "string"
        ? { value, version }
        : undefined;
    },
    async put(key, value, options) {
      assertPut(key, value, options);
      const { ttlMs, when } = options;
      return change((now) => {
        const before = when === undefined ? undefined : find.get(key, now);
        if (when !== undefined && (before?.["version"] ?? null) !== when) return undefined;
        const version = randomBytes(16).toString("base64url");
        const ends = ttlMs === "keep" ? Number(before?.["ends"]) : now + ttlMs;
        keep.run(key, value, version, null, ends);
        return version;
      });
    },
    async delete(key, version) {
      assertKey(key);
      return change((now) => {
        const found = find.get(key, now);
        if (found === undefined || (version !== undefined && found["version"] !== version))
          return false;
        remove.run(key);
        return true;
      });
    },
    async add(key, amount, ttlMs) {
      assertKey(key);
      assertTtl(ttlMs);
      return change((now) => {
        const found = find.get(key, now);
        const counter = Number(found?.["counter"] ?? 0) + Math.trunc(amount);
        keep.run(key, null, null, counter, Number(found?.["ends"] ?? now + ttlMs));
        return counter;
      });
    },
    async enlist(list, member, options) {
      assertMember(list, member, options);
      const { score, ttlMs, countMax, dropBelow: below = -Infinity } = options;
      return change((now) => {
        dropBelow.run(list, below, now);
        const isNew = findMember.get(list, member) === undefined;
        if (isNew && Number(countOthers.get(list, member)?.["n"]) >= countMax) return false;
        putMember.run(list, member, score, now + ttlMs);
        lengthen.run(now + ttlMs, list);
        return true;
      });
    },
    async delist(list, member) {
      assertMember(list, member);
      return change((now) => removeMember.run(list, member, now).changes === 1);
    },
    async listed(list, { countMax, scoreMax = Infinity }) {
      assertKey(list);
      return guard(() =>
        selectMembers.all(list, scoreMax, nowMs(), countMax).map((row) => String(row["name"])),
      );
    },
    async publish(channel, message) {
      assertMessage(channel, message);
      channels.publish(channel, message);
    },
    async subscribe(channel, listener) {
      assertKey(channel);
      const stop = channels.subscribe(channel, listener);
      return async () => stop();
    },
    isDurable: true,
    isReady: () => database.isOpen,
    async close() {
      channels.clear();
      if (database.isOpen) database.close();
    },
  };
}

/** Turns what SQLite and the file system throw into refusals. */
function guard<Result>(operation: () => Result): Result {
  try {
    return retryWhileBusy(operation);
  } catch (cause) {
    if (cause instanceof StoreError || cause instanceof TypeError) throw cause;
    throw isFull(cause)
      ? new StoreError("ERR_STORE_FULL", "The file of the store is full.", { cause })
      : new StoreError("ERR_STORE_FILE", "The file of the store cannot be used.", { cause });
  }
}
