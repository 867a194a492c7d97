import fs from "node:fs";
import path from "node:path";
import type { AuditSink } from "../audit/record.ts";
import type { FilePowers } from "../supply/file-powers.ts";
import { notWritable } from "./file-errors.ts";

/**
 * Appends audit records to a file as JSON lines, each handed to the operating system before `write` returns.
 * Writing throws when that fails: a call that cannot be recorded must not be answered. Opening throws `WorkspaceError`.
 */
export function openAudit(file: string, files: FilePowers): AuditSink {
  files.makeFolder(path.dirname(file));
  const fd = open(file);
  let isTorn = false;
  return {
    write(record) {
      // A line that a full disk cut short is ended first, so that it damages no other.
      const line = Buffer.from(`${isTorn ? "\n" : ""}${JSON.stringify(record)}\n`);
      isTorn = true;
      // One system call for the whole line: other processes append to this file too.
      if (fs.writeSync(fd, line) !== line.length)
        throw new Error("the audit record was written in part");
      isTorn = false;
    },
    close: () => fs.closeSync(fd),
  };
}

/** Not blocking: a pipe in the file's place must not hang the start. No link: records would end in a file of another purpose. */
function open(file: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  let fd: number | undefined;
  try {
    fd = fs.openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    if (!fs.fstatSync(fd).isFile()) throw new Error("it is not a regular file");
    return fd;
  } catch (error) {
    if (fd !== undefined) fs.closeSync(fd);
    throw notWritable(file, error);
  }
}
