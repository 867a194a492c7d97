import type { BeneathFile, BeneathStat } from "@glovebox/host-api/powers";
import { HostError } from "@glovebox/host-api/errors";
import { Sealer } from "../../at-rest/seal.ts";
import type { PinnedFile } from "./file.ts";
import {
  CHUNK_BYTES,
  openChunks,
  SEALED_CHUNK_BYTES,
  sealChunks,
  SIZE_BYTES_MAX,
} from "./sealed-chunks.ts";
import {
  type Header,
  HEADER_BYTES,
  makeFileId,
  nameTagOf,
  openHeader,
  parseFileId,
  sealHeader,
} from "./sealed-header.ts";
import { deriveFileKey, type FolderKeys, SealDamage } from "./sealed-keys.ts";

const NO_HOLES = [0, 0] as const;

/**
 * A file whose plain bytes nobody reads without its key: a header, and chunks of 4 KiB behind it (see `Header` and `sealChunks`).
 * Sizes and offsets are plain ones. Nothing is remembered between two operations but the key: another process may have
 * written in between. Chunks are written before the header that counts them and cut off after it, so that whoever is killed in
 * between leaves the old size with what it held, or the new one.
 * What does not prove itself throws `SealDamage` (`internal`). An older state, whole or of one chunk, does: debt("GB-083").
 */
export class SealedFile implements BeneathFile {
  readonly #file: PinnedFile;
  readonly #keys: () => FolderKeys;
  readonly #fileId: Buffer;
  readonly #sealer: Sealer;
  #seen: { readonly bytes: Uint8Array; readonly header: Header } | undefined;

  private constructor(file: PinnedFile, keys: () => FolderKeys, fileId: Buffer) {
    this.#file = file;
    this.#keys = keys;
    this.#fileId = fileId;
    this.#sealer = new Sealer(deriveFileKey(keys(), fileId));
  }

  /** Takes over a file that was just made. */
  static make(file: PinnedFile, keys: () => FolderKeys, sealedName: string): SealedFile {
    const sealed = new SealedFile(file, keys, makeFileId());
    const names = [sealed.#tagOf(sealedName)];
    sealed.#putHeader({ sizeBytes: 0, holes: NO_HOLES, names });
    return sealed;
  }

  /** Takes over an open file, which proves itself first; with a `sealedName` also that it belongs there. */
  static open(file: PinnedFile, keys: () => FolderKeys, sealedName?: string): SealedFile {
    const sealed = steadily(file, () => {
      const one = new SealedFile(file, keys, parseFileId(file.read(0, HEADER_BYTES)));
      return one.#header() && one;
    });
    if (sealedName !== undefined) sealed.#assertNamed(sealedName);
    return sealed;
  }

  stat(): BeneathStat {
    const stat = this.#file.stat();
    if (stat.kind !== "file") return stat;
    return { ...stat, sizeBytes: this.#steadily(() => this.#header().sizeBytes) };
  }

  read(offsetBytes: number, lengthBytes: number): Uint8Array {
    return this.#steadily(() => {
      const header = this.#header();
      const endBytes = Math.min(offsetBytes + lengthBytes, header.sizeBytes);
      if (offsetBytes >= endBytes) return new Uint8Array(0);
      const first = Math.floor(offsetBytes / CHUNK_BYTES);
      const plain = this.#getChunks(header, first, chunksIn(endBytes) - first);
      const startBytes = first * CHUNK_BYTES;
      return new Uint8Array(plain.buffer, plain.byteOffset).subarray(
        offsetBytes - startBytes,
        endBytes - startBytes,
      );
    });
  }

  write(offsetBytes: number, bytes: Uint8Array): number {
    return this.#file.withLock(() => {
      const endBytes = offsetBytes + bytes.length;
      const header = this.#header();
      if (bytes.length === 0) return this.#file.write(0, bytes);
      assertSize(endBytes);
      const first = Math.floor(offsetBytes / CHUNK_BYTES);
      if (endBytes > header.sizeBytes) this.#prepareGrowth(header, first);
      const plain = Buffer.alloc((chunksIn(endBytes) - first) * CHUNK_BYTES);
      const startBytes = first * CHUNK_BYTES;
      const last = chunksIn(endBytes) - 1;
      if (offsetBytes > startBytes || endBytes < startBytes + CHUNK_BYTES)
        this.#oldChunk(header, first).copy(plain);
      if (last > first && endBytes < (last + 1) * CHUNK_BYTES)
        this.#oldChunk(header, last).copy(plain, plain.length - CHUNK_BYTES);
      plain.set(bytes, offsetBytes - startBytes);
      const written = this.#putChunks(first, plain);
      if (written === 0) return 0;
      const reached = Math.min(endBytes, startBytes + written * CHUNK_BYTES);
      if (reached > header.sizeBytes) {
        const holes = joinHoles(header.holes, chunksIn(header.sizeBytes), first);
        this.#putHeader({ ...header, sizeBytes: reached, holes });
      }
      return reached - offsetBytes;
    });
  }

  setSize(sizeBytes: number): void {
    this.#file.withLock(() => {
      const header = this.#header();
      assertSize(sizeBytes);
      const [before, after] = [chunksIn(header.sizeBytes), chunksIn(sizeBytes)];
      if (sizeBytes > header.sizeBytes) {
        this.#prepareGrowth(header, after);
        this.#file.setSize(placeOf(after));
        this.#putHeader({ ...header, sizeBytes, holes: joinHoles(header.holes, before, after) });
        return;
      }
      if (sizeBytes < header.sizeBytes) {
        const [from, to] = [header.holes[0], Math.min(header.holes[1], after)];
        this.#putHeader({ ...header, sizeBytes, holes: from < to ? [from, to] : NO_HOLES });
      }
      this.#file.setSize(placeOf(after));
    });
  }

  setTimes(accessedMs: number, modifiedMs: number): void {
    this.#file.setTimes(accessedMs, modifiedMs);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }

  /**
   * Does `rename`, after which the file stands under `to`. While it runs the file belongs to both names: whoever is killed in
   * it leaves a file that opens. Its times stay as they were.
   */
  renameTo(from: string, to: string, rename: () => void): void {
    this.#file.withLock(() => {
      const { accessedMs, modifiedMs } = this.#file.stat();
      this.#assertNamed(from);
      const [old, next] = [this.#tagOf(from), this.#tagOf(to)];
      const putNames = (names: readonly Buffer[]): void => {
        this.#putHeader({ ...this.#header(), names });
        // Half a millisecond more: a time is cut to whole ones when it is read, and may have been rounded below one.
        this.#file.setTimes(accessedMs + 0.5, modifiedMs + 0.5);
      };
      putNames([old, next]);
      try {
        rename();
      } catch (error) {
        putNames([old]);
        throw error;
      }
      putNames([next]);
    });
  }

  #assertNamed(sealedName: string): void {
    const tag = this.#tagOf(sealedName);
    const { names } = this.#steadily(() => this.#header());
    if (!names.some((name) => name.equals(tag))) throw new SealDamage("it belongs to another name");
  }

  #tagOf(sealedName: string): Buffer {
    return nameTagOf(this.#keys(), this.#fileId, sealedName);
  }

  #steadily<Result>(look: () => Result): Result {
    return steadily(this.#file, look);
  }

  #header(): Header {
    // Whoever holds a file open has lost it too, once the tenant was erased.
    this.#keys();
    const bytes = this.#file.read(0, HEADER_BYTES);
    if (this.#seen && Buffer.compare(this.#seen.bytes, bytes) === 0) return this.#seen.header;
    if (!parseFileId(bytes).equals(this.#fileId)) throw new SealDamage("it became another file");
    const header = openHeader(this.#sealer, bytes);
    this.#seen = { bytes, header };
    return header;
  }

  #putHeader(header: Header): void {
    const bytes = sealHeader(this.#sealer, this.#fileId, header);
    if (this.#file.write(0, bytes) !== bytes.length)
      throw new HostError("quota-exceeded", "the disk did not take a header");
    this.#seen = { bytes, header };
  }

  #getChunks({ holes }: Header, first: number, count: number): Buffer {
    const sealed = this.#file.read(placeOf(first), count * SEALED_CHUNK_BYTES);
    return openChunks(this.#sealer, first, count, sealed, holes);
  }

  /** What a chunk holds that is written in part: zeros from the end of the file on, whatever a crash left there. */
  #oldChunk(header: Header, index: number): Buffer {
    const valid = header.sizeBytes - index * CHUNK_BYTES;
    if (valid <= 0) return Buffer.alloc(CHUNK_BYTES);
    const plain = this.#getChunks(header, index, 1);
    return valid < CHUNK_BYTES ? plain.fill(0, valid) : plain;
  }

  /** Answers how many chunks the disk took whole. Throws what stopped it from taking the first. */
  #putChunks(first: number, plain: Uint8Array): number {
    const sealed = sealChunks(this.#sealer, first, plain);
    const place = placeOf(first);
    let written = 0;
    try {
      while (written < sealed.length) {
        const count = this.#file.write(place + written, sealed.subarray(written));
        if (count === 0) break;
        written += count;
      }
    } catch (error) {
      if (written < SEALED_CHUNK_BYTES) throw error;
    }
    return Math.floor(written / SEALED_CHUNK_BYTES);
  }

  /** Makes what is between the end of the file and chunk `first` read as zeros. */
  #prepareGrowth(header: Header, first: number): void {
    const place = placeOf(chunksIn(header.sizeBytes));
    // Old chunks behind the end, which a crash left, would come back.
    this.#file.setSize(place);
    const last = Math.floor(header.sizeBytes / CHUNK_BYTES);
    if (header.sizeBytes % CHUNK_BYTES !== 0 && last < first)
      this.#putChunks(last, this.#oldChunk(header, last));
  }
}

/** A header or a chunk that another process is just writing may be seen half: it is looked at again when that one is done. */
function steadily<Result>(file: PinnedFile, look: () => Result): Result {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof SealDamage)) throw error;
    return file.withLock(look);
  }
}

function assertSize(sizeBytes: number): void {
  if (sizeBytes > SIZE_BYTES_MAX)
    throw new HostError("too-large", "a sealed file does not become so big");
}

function chunksIn(sizeBytes: number): number {
  return Math.ceil(sizeBytes / CHUNK_BYTES);
}

/** Where a chunk begins on the disk. */
function placeOf(index: number): number {
  return HEADER_BYTES + index * SEALED_CHUNK_BYTES;
}

function joinHoles(holes: Header["holes"], from: number, to: number): Header["holes"] {
  if (from >= to) return holes;
  if (holes[0] === holes[1]) return [from, to];
  return [Math.min(holes[0], from), Math.max(holes[1], to)];
}
