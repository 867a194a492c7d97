import fs from "node:fs";
import path from "node:path";
import { digestOf, digestOfBytes, isDigest } from "../plugin/canonical.ts";
import { readDocument } from "../plugin/document.ts";
import type { Digest } from "../plugin/formats.ts";
import type { JsonSource } from "../plugin/json.ts";
import type { ChangeRecord, FileChange, FileRead } from "../supply/file-powers.ts";
import { WorkspaceError } from "../workspace-errors.ts";
import { attempt, flushFolder, removeTemporaries, writeFiles } from "./write-files.ts";

const BYTES_MAX = 8 * 1024 * 1024;
const FILES_MAX = 8;
const NAME = {
  lengthMin: 1,
  lengthMax: 255,
  pattern: /^(?!\.{1,2}$)[^/\\]+$/,
  shape: "a file's name without a folder",
};
const DIGEST = { lengthMax: 71, pattern: /^sha256:[0-9a-f]{64}$/, shape: "a SHA-256 digest" };
const BASE64 = { lengthMax: BYTES_MAX, pattern: /^[A-Za-z0-9+/]*={0,2}$/, shape: "base64" };
/** Writers take milliseconds, so a second look sees the same unless one of a long row of them is at work. */
const LOOKS_MAX = 1000;

type ReadFile = (file: string, bytesMax: number) => Uint8Array | undefined;

/** One file of a replacement, in the folder above that of the record. */
interface Replacement {
  readonly path: string;
  /** Digest of what was there; null where nothing was. */
  readonly before: Digest | null;
  readonly after: Uint8Array;
}

/**
 * The record, once it is renamed into its place, is the one moment at which the change happens: from then on everyone reads
 * the new contents, from the record as long as it is there. Renaming the files is what the next process can do as well.
 */
export function replaceTogether(changes: readonly FileChange[], record: ChangeRecord): void {
  const files = changes.map(({ path: file, bytes }) => ({
    name: path.basename(file),
    before: attempt(file, () => digestOfFile(file)),
    after: Buffer.from(bytes).toString("base64"),
  }));
  const lock = attempt(record.lockFile, () => identityOf(record.lockFile));
  const text = `${JSON.stringify({ record_version: 1, lock, files })}\n`;
  writeFiles(changes, () => writeFiles([{ path: record.file, bytes: text, mode: 0o600 }]));
  removeRecord(record);
}

/**
 * Looks at the files until two looks in a row see the same, so that no writer was half way through. While a record is there,
 * what it says is what the files are about to hold.
 */
export function readTogether(
  files: readonly FileRead[],
  record: ChangeRecord,
  readFile: ReadFile,
): readonly (Uint8Array | undefined)[] {
  let recordSeen: Uint8Array | undefined;
  const look = () => {
    recordSeen = undefined;
    recordSeen = readFile(record.file, BYTES_MAX);
    const pending = recordSeen ? parseRecord(recordSeen, record) : [];
    return files.map(({ path: file, bytesMax }) => {
      const now = readFile(file, bytesMax);
      const change = pending.find((one) => one.path === file);
      return change ? changed(change, now, record) : now;
    });
  };
  let seen: ReturnType<typeof look> | undefined;
  let failedBy: Uint8Array | undefined;
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    try {
      const again = look();
      if (again.every((bytes, index) => seen && isSame(bytes, seen[index]))) return again;
      [seen, failedBy] = [again, undefined];
    } catch (error) {
      // A record that does not fit may have been done with while the files were read. One that is still there was not.
      if (!recordSeen || isSame(recordSeen, failedBy)) throw error;
      [seen, failedBy] = [undefined, recordSeen];
    }
  }
  throw unfinished(record, "The files change faster than they can be read.");
}

/** Does what the record says was begun, if there is one, and forgets it. */
export function finishReplacing(
  files: readonly string[],
  record: ChangeRecord,
  readFile: ReadFile,
): void {
  const bytes = readFile(record.file, BYTES_MAX);
  const pending = bytes && parseRecord(bytes, record);
  if (pending) {
    writeFiles(
      pending.map((change) => ({
        path: change.path,
        bytes: changed(change, readFile(change.path, BYTES_MAX), record),
      })),
    );
    removeRecord(record);
  }
  removeTemporaries([...files, record.file, ...(pending ?? []).map((change) => change.path)]);
}

/** What a file with a change pending holds in truth. Somebody's edit after the crash is not to be lost, nor taken for the change. */
function changed(
  { path: file, before, after }: Replacement,
  now: Uint8Array | undefined,
  record: ChangeRecord,
): Uint8Array {
  const digest = now ? digestOfBytes(now) : null;
  if (digest === before || digest === digestOfBytes(after)) return after;
  throw unfinished(record, `\`${path.basename(file)}\` was edited after the interruption.`);
}

function parseRecord(bytes: Uint8Array, record: ChangeRecord): readonly Replacement[] {
  const folder = path.dirname(path.dirname(record.file));
  const { lock, files } = readDocument(bytes, source(record), (root) => {
    const fields = root.fields(["record_version", "lock", "files"]);
    fields.get("record_version").exactly(1);
    return {
      lock: fields.get("lock").string(DIGEST),
      files: fields
        .get("files")
        .items(1, FILES_MAX)
        .map((item): Replacement => {
          const file = item.fields(["name", "before", "after"]);
          const before = file.get("before");
          const digest = before.value === null ? null : before.string(DIGEST);
          return {
            path: path.join(folder, file.get("name").string(NAME)),
            before: isDigest(digest) ? digest : null,
            after: Buffer.from(file.get("after").string(BASE64), "base64"),
          };
        }),
    };
  });
  // Whoever sends a workspace may send a record with it that says otherwise than the files that were looked at.
  if (fs.existsSync(record.lockFile) && lock === identityOf(record.lockFile)) return files;
  throw unfinished(record, "The record was not made in this folder.");
}

/**
 * What the lock's file is here, and no copy of it is: inode and the time of its last change, which nobody can set.
 * Throws where there is none: a record that nothing ties to its place would be everybody's.
 */
function identityOf(lockFile: string): Digest {
  const { ino, ctimeNs } = fs.lstatSync(lockFile, { bigint: true });
  return digestOf([String(ino), String(ctimeNs)]);
}

function digestOfFile(file: string): Digest | null {
  return fs.existsSync(file) ? digestOfBytes(fs.readFileSync(file)) : null;
}

function removeRecord({ file }: ChangeRecord): void {
  attempt(file, () => {
    fs.rmSync(file, { force: true });
    flushFolder(path.dirname(file));
  });
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one && other ? Buffer.compare(one, other) === 0 : one === other;
}

function source(record: ChangeRecord): JsonSource {
  const invalid = (message: string): WorkspaceError =>
    unfinished(record, `Its record is damaged: ${message}.`);
  return {
    file: record.file,
    limits: { bytesMax: BYTES_MAX, depthMax: 4, nodesMax: 64 },
    invalid,
    hidden: invalid,
  };
}

function unfinished({ file }: ChangeRecord, message: string): WorkspaceError {
  const words = `A change of this workspace was interrupted. ${message}`;
  return new WorkspaceError("ERR_CHANGE_UNFINISHED", words, { place: { file } });
}
