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
      if (fs.writeSync(fd, line) !== line.length) throw new Error("the audit record was written in part");
      isTorn = false;
    },
    close: () => fs.closeSync(fd),
  };
}

function open(file: string): number {
  try {
    return fs.openSync(file, "a", 0o600);
  } catch (error) {
    throw notWritable(file, error);
  }
}
