import { HostError } from "../errors.ts";
import type { BeneathFile, BeneathFolder, BeneathStat } from "../powers.ts";
import type { FilesystemGrant } from "./grant.ts";
import { Ledger, type Usage } from "./ledger.ts";
import { MeteredFile } from "./metered-file.ts";
import { DEPTH_MAX } from "./path.ts";

type Path = readonly string[];

/** Entries looked at to learn how deep a directory is, before it may be moved deeper. */
const MOVED_ENTRIES_MAX = 1000;

export interface OpenWish {
  readonly read: boolean;
  readonly write: boolean;
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
}

/**
 * A plugin's folder under its grant: refuses writes without `read-write`, and every kind of growth past the quota.
 * Paths were read by `parsePath`.
 */
export class MeteredFolder {
  readonly #folder: BeneathFolder;
  readonly #writable: boolean;
  readonly #ledger: Ledger;
  /** How many times each file is open, by identity. */
  readonly #opened = new Map<string, number>();
  /** Bytes of files that were removed while open: the disk holds them until the last close, so the quota does too. */
  readonly #orphans = new Map<string, number>();

  constructor(folder: BeneathFolder, grant: FilesystemGrant, monotonicMs: () => number) {
    this.#folder = folder;
    this.#writable = grant.access === "read-write";
    const max = { bytes: grant.quotaBytes, files: grant.filesMax };
    this.#ledger = new Ledger(max, () => this.#count(), monotonicMs);
  }

  stat(path: Path): BeneathStat {
    return this.#folder.stat(path);
  }

  list(path: Path, entriesMax: number): readonly { name: string; kind: BeneathStat["kind"] }[] {
    return this.#folder.list(path, entriesMax);
  }

  /** Opens a regular file, or answers `undefined` for a directory that was to be opened for reading. */
  open(path: Path, wish: OpenWish): MeteredFile | undefined {
    if (wish.write || wish.create || wish.truncate) this.#assertWritable();
    if (wish.truncate && !wish.write)
      throw new HostError("invalid-argument", "truncation needs writing");
    const found = this.#statIfAny(path);
    if (found === undefined) {
      if (!wish.create) throw new HostError("not-found", "open of a missing file");
      return this.#ledger.spend({ bytes: 0, files: 1 }, () =>
        this.#meter(this.#folder.open(path, { read: true, write: true, create: true })),
      );
    }
    if (wish.create && wish.exclusive)
      throw new HostError("already-exists", "create of an existing file");
    if (found.kind === "directory") {
      if (wish.write) throw new HostError("not-a-file", "write to a directory");
      return undefined;
    }
    const file = this.#meter(
      this.#folder.open(path, { read: wish.read, write: wish.write, create: false }),
    );
    if (!wish.truncate) return file;
    try {
      file.setSize(0);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Writes a whole file or its end. What does not fit is refused before anything changes. */
  put(path: Path, bytes: Uint8Array, mode: "create" | "replace" | "append"): void {
    this.#assertWritable();
    const isNew = this.#statIfAny(path) === undefined;
    if (isNew) this.#ledger.assertRoom({ bytes: bytes.length, files: 1 });
    const exclusive = mode === "create";
    const file = this.open(path, {
      read: true,
      write: true,
      create: true,
      exclusive,
      truncate: false,
    });
    if (file === undefined) throw new HostError("not-a-file", "write to a directory");
    try {
      const offset = mode === "append" ? file.stat().sizeBytes : 0;
      const written = file.write(offset, bytes);
      if (written < bytes.length)
        throw new HostError("quota-exceeded", "the disk took only a part");
      if (mode === "replace") file.setSize(bytes.length);
    } finally {
      file.close();
    }
  }

  makeDirectory(path: Path): void {
    this.#assertWritable();
    this.#ledger.spend({ bytes: 0, files: 1 }, () => this.#folder.makeDirectory(path));
  }

  removeFile(path: Path): void {
    this.#assertWritable();
    this.#ledger.assertStill();
    const found = this.#folder.stat(path);
    if (found.kind === "directory")
      throw new HostError("not-a-file", "removal of a directory as a file");
    this.#folder.removeFile(path);
    this.#forget(found);
  }

  removeDirectory(path: Path): void {
    this.#assertWritable();
    this.#ledger.assertStill();
    const found = this.#folder.stat(path);
    this.#folder.removeDirectory(path);
    this.#forget(found);
  }

  rename(from: Path, to: Path): void {
    this.#assertWritable();
    this.#ledger.assertStill();
    const source = this.#folder.stat(from);
    const target = this.#statIfAny(to);
    if (source.kind === "directory" && to.length > from.length)
      this.#assertFitsDepth(from, to.length);
    this.#folder.rename(from, to);
    if (target !== undefined && target.identity !== source.identity) this.#forget(target);
  }

  close(): void {
    this.#folder.close();
  }

  #assertWritable(): void {
    if (!this.#writable) throw new HostError("not-permitted", "a write under a read-only grant");
  }

  #statIfAny(path: Path): BeneathStat | undefined {
    try {
      return this.#folder.stat(path);
    } catch (error) {
      if (error instanceof HostError && error.tag === "not-found") return undefined;
      throw error;
    }
  }

  #meter(file: BeneathFile): MeteredFile {
    const { identity } = file.stat();
    this.#opened.set(identity, (this.#opened.get(identity) ?? 0) + 1);
    return new MeteredFile(file, this.#ledger, () => this.#closed(identity));
  }

  #closed(identity: string): void {
    const left = (this.#opened.get(identity) ?? 1) - 1;
    if (left > 0) {
      this.#opened.set(identity, left);
      return;
    }
    this.#opened.delete(identity);
    const bytes = this.#orphans.get(identity);
    if (bytes !== undefined && this.#orphans.delete(identity))
      this.#ledger.release({ bytes, files: 1 });
  }

  /** An entry is gone from the folder. Its room is free again, unless the file is still open. */
  #forget(gone: BeneathStat): void {
    if (this.#opened.has(gone.identity)) this.#orphans.set(gone.identity, gone.sizeBytes);
    else this.#ledger.release({ bytes: gone.sizeBytes, files: 1 });
  }

  *#count(): Generator<void, Usage> {
    let { bytes, files } = yield* this.#folder.usage();
    for (const orphanBytes of this.#orphans.values()) {
      bytes += orphanBytes;
      files += 1;
    }
    return { bytes, files };
  }

  /** Moving a deep directory into a deep one would make paths that nobody can name, count or remove. */
  #assertFitsDepth(from: Path, depth: number): void {
    let entries = 0;
    const visit = (path: Path, at: number): void => {
      if (at > DEPTH_MAX)
        throw new HostError("invalid-argument", "the moved directory would be too deep");
      for (const { name, kind } of this.#folder.list(path, MOVED_ENTRIES_MAX)) {
        entries += 1;
        if (entries > MOVED_ENTRIES_MAX)
          throw new HostError("limit-exceeded", "too much to move deeper");
        if (kind === "directory") visit([...path, name], at + 1);
        else if (at + 1 > DEPTH_MAX)
          throw new HostError("invalid-argument", "a moved file would be too deep");
      }
    };
    visit(from, depth);
  }
}
