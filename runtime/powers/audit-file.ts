import path from "node:path";
import { destination, pino } from "pino";
import type { AuditSink } from "../audit/record.ts";
import type { FilePowers } from "../supply/file-powers.ts";

/** Appends audit records to a file as JSON lines, each handed to the operating system before `write` returns. */
export function openAudit(file: string, files: FilePowers): AuditSink {
  files.makeFolder(path.dirname(file));
  const stream = destination({ dest: file, append: true, sync: true, mode: 0o600 });
  const logger = pino(
    { base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } },
    stream,
  );
  return {
    write: (record) => logger.info(record),
    close: () => stream.end(),
  };
}
