import fs from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../server/store/errors.ts";

/** Tasks and waiting approvals, which hold what tenants wrote; see `makeTenantVault` for what a sealed one begins with. */
const PLAIN =
  "(key GLOB 'task:*' OR key GLOB 'approval:*') AND value IS NOT NULL AND value NOT GLOB 'sealed.1.*'";

/** How many tasks and approvals a store file holds that were kept before they were sealed. None where there is no file. */
export function countPlainRecords(file: string): number {
  if (!fs.existsSync(file)) return 0;
  return within(file, { readOnly: true }, (database) => {
    // One that is empty has no tables yet.
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'entry'").get() === undefined)
      return 0;
    return Number(database.prepare(`SELECT count(*) AS n FROM entry WHERE ${PLAIN}`).get()?.["n"]);
  });
}

/**
 * Deletes them, and what SQLite keeps of deleted rows: they cannot be read any more where they would have to be sealed.
 * Nobody else may use the file meanwhile. How many there were.
 */
export function dropPlainRecords(file: string): number {
  if (!fs.existsSync(file)) return 0;
  const found = countPlainRecords(file);
  return within(file, { timeout: 0 }, (database) => {
    if (found > 0) database.exec(`DELETE FROM entry WHERE ${PLAIN}`);
    // The file is written anew, and so is its log: others have ended before, of which it may hold bytes.
    database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    return found;
  });
}

function within(
  file: string,
  options: { readonly readOnly?: boolean; readonly timeout?: number },
  work: (database: DatabaseSync) => number,
): number {
  try {
    using database = new DatabaseSync(file, { ...options, defensive: true });
    return work(database);
  } catch (cause) {
    const message = "The file of tasks and approvals cannot be looked through.";
    throw new StoreError("ERR_STORE_FILE", message, { place: { file }, cause });
  }
}
