import fs from "node:fs";
import path from "node:path";
import { createPublicKey } from "node:crypto";
import type { ChainHead } from "../../runtime/audit/chain/lines.ts";
import type { TrailOptions } from "../../runtime/audit/chain/options.ts";
import { DEFAULT_TRAIL_OPTIONS } from "../../runtime/audit/chain/options.ts";
import type { AuditSink, GuestLogRecord } from "../../runtime/audit/record.ts";
import { verifyTrail, type TrailReport } from "../../runtime/audit/chain/verify-trail.ts";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import { openAudit } from "../../runtime/powers/audit-file.ts";
import { makeFilePowers } from "../../runtime/powers/files.ts";

export function logRecord(message: string): GuestLogRecord {
  return {
    kind: "guest-log",
    timestamp: new Date().toISOString(),
    call_id: "1",
    plugin: "p",
    level: "info",
    message,
  };
}

/** A folder with an audit trail, written and verified by the real parts. */
export class TrailRoom {
  readonly folder: string;
  readonly file: string;

  constructor(folder: string) {
    this.folder = folder;
    this.file = path.join(folder, "audit.jsonl");
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  open(options: Partial<TrailOptions> = {}): AuditSink {
    return openAudit(this.file, makeFilePowers(), { ...DEFAULT_TRAIL_OPTIONS, ...options });
  }

  /** Writes records `from` to `to`, and leaves in order. */
  write(from: number, to: number, options: Partial<TrailOptions> = {}): void {
    const audit = this.open(options);
    for (let count = from; count <= to; count += 1) audit.write(logRecord(`record ${count}`));
    audit.close();
  }

  /** The files of the trail by name, copies of checkpoints left out. */
  get names(): string[] {
    return fs
      .readdirSync(this.folder)
      .filter((name) => /^audit.*\.jsonl$/.test(name) && !name.includes("checkpoints"))
      .toSorted();
  }

  lines(name = "audit.jsonl"): string[] {
    return fs.readFileSync(this.path(name), "utf8").split("\n").slice(0, -1);
  }

  setLines(lines: readonly string[], name = "audit.jsonl"): void {
    fs.writeFileSync(this.path(name), lines.map((line) => `${line}\n`).join(""));
  }

  get messages(): string[] {
    return this.names
      .flatMap((name) => fs.readFileSync(this.path(name), "utf8").split("\n"))
      .flatMap((line) => /"message":"(.*?)"/.exec(line)?.[1] ?? []);
  }

  verify(anchors: readonly ChainHead[] = []): TrailReport {
    const all = fs.readdirSync(this.folder).filter((name) => name.endsWith(".jsonl"));
    const toFile = (name: string) => ({ name, pieces: () => [fs.readFileSync(this.path(name))] });
    const isChained = (name: string): boolean => !/checkpoints|torn-|old-format-/.test(name);
    return verifyTrail({
      files: all.filter(isChained).map(toFile),
      checkpoints: all.filter((name) => name.includes("checkpoints")).map(toFile),
      keys: [createPublicKey(fs.readFileSync(this.path("audit.key")))],
      anchors,
      digestOf: (name) =>
        fs.existsSync(this.path(name))
          ? digestOfBytes(fs.readFileSync(this.path(name))).slice("sha256:".length)
          : undefined,
    });
  }

  /** The codes of all problems, each once, sorted. */
  problems(anchors: readonly ChainHead[] = []): string[] {
    return [...new Set(this.verify(anchors).problems.map(({ code }) => code))].toSorted();
  }

  notes(): string[] {
    return [...new Set(this.verify().notes.map(({ code }) => code))].toSorted();
  }
}
