import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { AuditRecord, CallRecord, EventRecord } from "../../runtime/audit/record.ts";

/** Everything that a workspace's audit trail holds, file by file, chain lines included. */
export function readAudit(folder: string): readonly (AuditRecord & Record<string, unknown>)[] {
  const home = path.join(folder, ".glovebox");
  return readdirSync(home)
    .filter((name) => /^audit.*\.jsonl$/.test(name) && !name.includes("checkpoints"))
    .toSorted()
    .flatMap((name) => readFileSync(path.join(home, name), "utf8").trimEnd().split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as AuditRecord & Record<string, unknown>);
}

export function readCalls(folder: string): readonly CallRecord[] {
  return readAudit(folder).filter((record) => record.kind === "call");
}

export function readEvents(folder: string): readonly EventRecord[] {
  return readAudit(folder).filter((record) => record.kind === "event");
}
