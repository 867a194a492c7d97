import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AuditError } from "../audit/errors.ts";
import { DEFAULT_TRAIL_OPTIONS, type TrailOptions } from "../audit/chain/options.ts";
import type { AuditSink } from "../audit/record.ts";
import type { FilePowers } from "../supply/file-powers.ts";
import { openAuditKey } from "./audit/audit-key.ts";
import { Trail } from "./audit/trail.ts";
import { trailFiles, WRITERS_MAX } from "./audit/trail-files.ts";
import { notWritable } from "./file-errors.ts";

const SQLITE_BUSY = 5;

/** The name of the signing key beside a trail. */
export function auditKeyFile(file: string): string {
  return path.join(path.dirname(file), "audit.key");
}

/**
 * Opens a trail of chained records, each handed to the operating system before `write` returns.
 * Every writer has a chain and a file of its own: the first is `file`, a second at the same time has `-1` before the
 * ending. So no writer can tear another's line, a cut is taken back without harm to others, and rotation needs nobody's
 * consent. Who comes later goes on with the chain of who has left.
 *
 * Writing throws when it fails: a call that cannot be recorded must not be answered. Opening throws `WorkspaceError` or
 * `AuditError`.
 */
export function openAudit(
  file: string,
  files: FilePowers,
  options: TrailOptions = DEFAULT_TRAIL_OPTIONS,
): AuditSink {
  files.makeFolder(path.dirname(file));
  const key = openAuditKey(auditKeyFile(file));
  for (let index = 0; index < WRITERS_MAX; index += 1) {
    const trail = trailFiles(file, index, options.checkpointFolder);
    const lock = tryLock(trail.lock);
    if (!lock) continue;
    try {
      return new Trail(trail, key, options, () => lock.close());
    } catch (error) {
      lock.close();
      throw error;
    }
  }
  throw new AuditError("ERR_AUDIT_CROWDED", `${WRITERS_MAX} processes write audit trails here.`, {
    place: { file },
  });
}

/** An open transaction on an empty database: a lock of the operating system's, which ends with its process. */
function tryLock(file: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file, { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw notWritable(file, error);
  }
}
