import fs from "node:fs";
import path from "node:path";
import { isCode } from "../file-errors.ts";
import { attempt } from "../write-files.ts";
import { openSegment } from "./segment-file.ts";

/** When the copies have grown to this, the file begins anew, and the one before it stays. */
const COPIES_BYTES_MAX = 4 * 1024 * 1024;

/** Copies of a trail's checkpoints, in a file of their own: whoever cuts the trail's end has to cut this one too. */
export class CheckpointFile {
  readonly #file: string;
  #fd: number | undefined;
  #sizeBytes = 0;
  #lastSeq = -1;

  constructor(file: string) {
    this.#file = file;
  }

  /** Opens the file already, so that what cannot be written is known at the start. Throws `WorkspaceError`. */
  open(): void {
    attempt(this.#file, () => (this.#fd ??= this.#open()));
  }

  /** Adds a copy of the checkpoint with this number, unless a later one is kept already. Throws `WorkspaceError`. */
  append(line: string, seq: number): void {
    if (seq <= this.#lastSeq) return;
    attempt(this.#file, () => this.#append(line));
    this.#lastSeq = seq;
  }

  close(): void {
    if (this.#fd !== undefined) fs.closeSync(this.#fd);
    this.#fd = undefined;
  }

  #append(line: string): void {
    if (this.#sizeBytes > COPIES_BYTES_MAX) {
      this.close();
      fs.renameSync(this.#file, this.#file.replace(/\.jsonl$/, ".old.jsonl"));
    }
    // Somebody removed it: nobody would find what is written to it.
    if (this.#fd !== undefined && fs.fstatSync(this.#fd).nlink === 0) this.close();
    const fd = (this.#fd ??= this.#open());
    // A copy that was cut short ends here: it damages no other.
    const text = this.#endsWhole(fd) ? `${line}\n` : `\n${line}\n`;
    if (fs.writeSync(fd, text, null, "latin1") !== text.length)
      throw new Error("the checkpoint was written in part");
    this.#sizeBytes += text.length;
  }

  #open(): number {
    makeFolder(path.dirname(this.#file));
    const fd = openSegment(this.#file, "missing")!;
    this.#sizeBytes = fs.fstatSync(fd).size;
    return fd;
  }

  #endsWhole(fd: number): boolean {
    const { size } = fs.fstatSync(fd);
    if (size === 0) return true;
    const last = Buffer.alloc(1);
    return fs.readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === 0x0a;
  }
}

/** Makes the folder itself and none above it: who misspells a mount point shall hear of it. */
function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  }
}
