import { DatabaseSync } from "node:sqlite";
import { HostError } from "@glovebox/host-api/errors";
import type { KeyValueOptions } from "@glovebox/host-api/powers";
import { fitsUtf8, isPlainText } from "@glovebox/host-api/text";
import { createPrivate, isBusy, isFull, retryWhileBusy, transact } from "./private-database.ts";

/** "Glbx": says that the file is ours, so that a foreign database is left alone. */
export const APPLICATION_ID = 0x476c6278;
const PAGE_BYTES = 4096;

const VERSION_AT = 60;
const ID_AT = 68;
const PLAIN_VERSION = 1;

/** Whether a file that begins so is a store of ours that is not encrypted. Read from SQLite's header: nothing is opened. */
export function isPlainKeyValue(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  return (
    bytes.length >= ID_AT + 4 &&
    bytes.readUInt32BE(ID_AT) === APPLICATION_ID &&
    bytes.readUInt32BE(VERSION_AT) === PLAIN_VERSION
  );
}

export interface KeyValueFile {
  readonly fileBytesMax: number;
  /** Of the schema: plain and encrypted files have each their own, and neither is read as the other. */
  readonly version: number;
  /** Run in an empty file. */
  readonly schema: string;
}

/**
 * Opens a file of ours, or makes one; sees to it that it is ours and whole before anything is written. One that is not is
 * refused as `internal` and stays as it is.
 */
export function openOurs(file: string, expected: KeyValueFile): DatabaseSync {
  return guard(file, () => {
    if (!createPrivate(file)) throw new HostError("internal", `${file} is not a file`);
    const database = new DatabaseSync(file, { timeout: 0, defensive: true });
    try {
      prepareDatabase(database, expected);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Creates the tables in an empty file; else sees to it that the file is ours and whole, before anything is written. */
function prepareDatabase(
  database: DatabaseSync,
  { fileBytesMax, version: expected, schema }: KeyValueFile,
): void {
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA synchronous = EXTRA");
  database.exec(`PRAGMA max_page_count = ${Math.ceil(fileBytesMax / PAGE_BYTES)}`);
  transact(database, () => {
    if (readNumber(database, "SELECT count(*) AS n FROM sqlite_schema") === 0) {
      database.exec(schema);
      return;
    }
    const id = readNumber(database, "SELECT application_id AS n FROM pragma_application_id");
    const version = readNumber(database, "SELECT user_version AS n FROM pragma_user_version");
    if (id !== APPLICATION_ID || version !== expected) {
      throw new HostError(
        "internal",
        "the key-value file was not made by this version, or not with this `encryption`",
      );
    }
    const check = database.prepare("PRAGMA quick_check(1)").get();
    if (check?.["quick_check"] !== "ok")
      throw new HostError("internal", "the key-value file is damaged");
  });
}

export function readNumber(database: DatabaseSync, query: string): number {
  const number = database.prepare(query).get()?.["n"];
  if (typeof number !== "number")
    throw new HostError("internal", "the key-value file lacks a number");
  return number;
}

/** SQLite ends a text at NUL and cannot hold a lone surrogate: two keys would become one. */
export function assertKey(key: string, options: KeyValueOptions): void {
  if (key === "" || !isPlainText(key) || !fitsUtf8(key, options.keyBytesMax)) {
    throw new HostError("invalid-argument", "the key is empty, too long, or not plain text");
  }
}

/** Turns what SQLite and the file system throw into refusals. */
export function guard<Result>(file: string, operation: () => Result): Result {
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
