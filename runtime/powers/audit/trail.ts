import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { AuditError } from "../../audit/errors.ts";
import { CHAIN_FORMAT, LINE_BYTES_MAX, linkLine, NOTHING_BEFORE } from "../../audit/chain/lines.ts";
import type { ChainHead, Follows, PrunedLine, SegmentLine } from "../../audit/chain/lines.ts";
import { signCheckpoint } from "../../audit/chain/checkpoint.ts";
import type { TrailOptions } from "../../audit/chain/options.ts";
import type { AuditRecord, AuditSink } from "../../audit/record.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import { attempt, flushFolder } from "../write-files.ts";
import type { AuditKey } from "./audit-key.ts";
import { CheckpointFile } from "./checkpoint-file.ts";
import { inspectFile, moveAside, resumeTrail } from "./resume.ts";
import { inspectSegment, openSegment } from "./segment-file.ts";
import type { TrailFiles } from "./trail-files.ts";

/** The file that is being written. */
interface Open {
  readonly fd: number;
  readonly ino: number;
  readonly begunMs: number;
  sizeBytes: number;
}

/**
 * One chain of records, of which this process is the only writer: it holds the trail's lock.
 * Each record is one write system call, and what a full disk lets through in part is taken back before anything else is
 * written. Whatever cannot be written throws, so that the call is not answered.
 */
// debt("GB-061"): what no checkpoint vouches for yet can be cut off.
// debt("GB-063"): flushed at each checkpoint, unless `sync` is `always`.
export class Trail implements AuditSink {
  readonly #files: TrailFiles;
  readonly #key: AuditKey;
  readonly #options: TrailOptions;
  readonly #copies: CheckpointFile;
  readonly #timer: NodeJS.Timeout;
  readonly #release: () => void;
  #head: ChainHead | undefined;
  #open: Open | undefined;
  /** Lines that no checkpoint vouches for yet. */
  #unsigned = 0;
  #isClosed = false;

  /** Throws `WorkspaceError` where the trail cannot be written. `release` gives the lock back. */
  constructor(files: TrailFiles, key: AuditKey, options: TrailOptions, release: () => void) {
    this.#files = files;
    this.#key = key;
    this.#options = options;
    this.#release = release;
    this.#copies = new CheckpointFile(files.checkpoints);
    try {
      this.#copies.open();
      this.#resume();
    } catch (error) {
      this.#copies.close();
      throw error;
    }
    this.#timer = setInterval(() => this.#onTime(), options.checkpointMs).unref();
  }

  write(record: AuditRecord): void {
    if (this.#isClosed) throw new Error("the audit trail is closed");
    this.#attempt(() => {
      if (this.#open && fs.fstatSync(this.#open.fd).nlink === 0) this.#goOnElsewhere();
      if (!this.#open) this.#resume();
      // Before the record: when this fails, the call is not answered, and nothing is recorded that was.
      if (this.#unsigned >= this.#options.checkpointRecords) this.#checkpoint("soon");
      if (this.#isFull()) this.#rotate();
      this.#append(record);
      if (this.#options.sync === "always") fs.fdatasyncSync(this.#open!.fd);
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    try {
      this.#attempt(() => {
        if (!this.#open) this.#resume();
        if (this.#unsigned > 0) this.#checkpoint("now");
      });
    } finally {
      this.#copies.close();
      if (this.#open) fs.closeSync(this.#open.fd);
      this.#open = undefined;
      this.#release();
    }
  }

  /** Throws `ERR_AUDIT_UNWRITABLE` for what the operating system refuses, here or where the next file is begun. */
  #attempt(act: () => void): void {
    try {
      act();
    } catch (cause) {
      const refusal = cause instanceof WorkspaceError ? cause.cause : cause;
      if (!(refusal instanceof Error)) throw cause;
      const isOfSystem = "code" in refusal && "syscall" in refusal;
      if (!isOfSystem && refusal === cause) throw cause;
      throw this.#unwritable(isOfSystem ? String(refusal.code) : refusal.message, cause);
    }
  }

  #unwritable(why: string, cause?: unknown): AuditError {
    const message = `The audit trail cannot be written: ${why}.`;
    const place = { file: this.#files.current };
    return new AuditError("ERR_AUDIT_UNWRITABLE", message, { place, cause });
  }

  /** One line, in one system call: handed to the operating system when this returns. */
  #append(body: object): string {
    const open = this.#open!;
    const head = this.#head!;
    const { text, hash } = linkLine(head, body);
    // Nobody could read it again, and verification would fail from here on.
    if (text.length > LINE_BYTES_MAX) throw new Error("the audit record is longer than a line");
    const line = `${text}\n`;
    let written = 0;
    try {
      // It is ASCII: as many bytes as characters.
      written = fs.writeSync(open.fd, line, null, "latin1");
      if (written !== line.length)
        throw this.#unwritable("no room for more than a part of a record");
    } catch (error) {
      if (written > 0) this.#takeBack(open);
      throw error;
    }
    open.sizeBytes += line.length;
    this.#unsigned += 1;
    this.#head = { chain: head.chain, seq: head.seq + 1, hash };
    return text;
  }

  /** The beginning of a line that a full disk let through. Where it cannot be taken back, the next file begins. */
  #takeBack(open: Open): void {
    try {
      fs.ftruncateSync(open.fd, open.sizeBytes);
    } catch {
      this.#abandon();
    }
  }

  #abandon(): void {
    if (this.#open) fs.closeSync(this.#open.fd);
    this.#open = undefined;
  }

  /** Somebody else has changed our file, or taken it away: what would be written to it is in no file that anybody finds. */
  #goOnElsewhere(): void {
    this.#abandon();
    this.#resume(true);
  }

  /** Goes on where the last writer, or this one, had come to. */
  #resume(isChanged = false): void {
    const own = this.#head && { head: this.#head, isChanged };
    const next = resumeTrail(this.#files, this.#key.publicText, own);
    if (next.kind === "begin") return this.#begin(next.head, next.follows);
    const { fd, head, isSigned, sizeBytes, segment } = next;
    const { ino } = fs.fstatSync(fd);
    this.#head = head;
    this.#open = { fd, ino, sizeBytes, begunMs: Date.parse(segment.timestamp) };
    this.#unsigned = isSigned ? 0 : 1;
  }

  /** A new file, whose first line goes on with the chain at `from`, or begins a new one. */
  #begin(from: ChainHead | undefined, follows: Follows | undefined): void {
    const head = from ?? { chain: randomUUID(), seq: -1, hash: NOTHING_BEFORE };
    const fd = openSegment(this.#files.current, "new")!;
    const now = new Date();
    const segment: SegmentLine = {
      kind: "segment",
      timestamp: now.toISOString(),
      format: CHAIN_FORMAT,
      chain: head.chain,
      key: this.#key.publicText,
      ...(follows ? { follows } : {}),
    };
    this.#head = head;
    this.#open = {
      fd,
      ino: fs.fstatSync(fd).ino,
      sizeBytes: 0,
      begunMs: now.getTime(),
    };
    try {
      this.#append(segment);
    } catch (error) {
      this.#abandon();
      fs.rmSync(this.#files.current, { force: true });
      if (!from) this.#head = undefined;
      throw error;
    }
  }

  /**
   * Signs all that was written. When that is on the disk itself, a copy of the signature is kept elsewhere: so the copy
   * never knows of more than a power failure leaves. `soon` waits for no disk.
   */
  #checkpoint(when: "now" | "soon"): void {
    if (this.#wasChanged()) this.#goOnElsewhere();
    const line = this.#append(
      signCheckpoint(this.#head!, this.#key.privateKey, new Date().toISOString()),
    );
    this.#unsigned = 0;
    const { seq } = this.#head!;
    if (when === "now") {
      fs.fdatasyncSync(this.#open!.fd);
      this.#copies.append(line, seq);
      return;
    }
    fs.fdatasync(this.#open!.fd, (error) => {
      if (this.#isClosed) return;
      try {
        if (error) throw error;
        this.#copies.append(line, seq);
      } catch {
        this.#signBeforeNext();
      }
    });
  }

  /** What could not be signed, or not be kept, is tried again before the next record, or that is refused. */
  #signBeforeNext(): void {
    this.#unsigned = this.#options.checkpointRecords;
  }

  #onTime(): void {
    if (this.#unsigned === 0 || this.#isClosed) return;
    try {
      if (!this.#open) this.#resume();
      this.#checkpoint("soon");
    } catch {
      this.#signBeforeNext();
    }
  }

  /** Whether somebody else wrote to our file, cut it, moved it away or removed it. Nobody may: we hold its lock. */
  #wasChanged(): boolean {
    const open = this.#open!;
    const { size, nlink } = fs.fstatSync(open.fd);
    const there = fs.statSync(this.#files.current, { throwIfNoEntry: false });
    return size !== open.sizeBytes || nlink === 0 || there?.ino !== open.ino;
  }

  #isFull(): boolean {
    const { rotateBytes, rotateMs } = this.#options;
    const { sizeBytes, begunMs } = this.#open!;
    return sizeBytes >= rotateBytes || (rotateMs !== undefined && Date.now() - begunMs >= rotateMs);
  }

  #rotate(): void {
    this.#checkpoint("now");
    const head = this.#head!;
    const state = inspectSegment(this.#open!.fd);
    const firstSeq = state.kind === "chained" ? state.firstSeq : head.seq;
    const file = moveAside(this.#files, this.#files.full(head, firstSeq));
    this.#abandon();
    this.#begin(head, { why: "rotated", file });
    attempt(this.#files.folder, () => flushFolder(this.#files.folder));
    this.#prune();
  }

  /** Removes the oldest full files beyond `keep`, each after a line that says where it ended. */
  #prune(): void {
    const { keep } = this.#options;
    if (keep === undefined) return;
    const full = this.#files.listFull();
    for (const { file } of full.slice(0, Math.max(0, full.length - keep))) {
      const state = inspectFile(file);
      if (state?.kind !== "chained") continue;
      const line: PrunedLine = {
        kind: "pruned",
        timestamp: new Date().toISOString(),
        file: path.basename(file),
        head: state.head,
      };
      this.#append(line);
      attempt(file, () => fs.rmSync(file));
    }
  }
}
