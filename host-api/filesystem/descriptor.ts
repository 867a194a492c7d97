import type { GuestChannel } from "../guest.ts";
import type { InputStream, OutputStream } from "../io/streams.ts";
import type { BeneathStat } from "../powers.ts";
import { entriesOf, handleOf, statOf } from "./answers.ts";
import { FileHandle } from "./file-handle.ts";
import { CHUNK_BYTES_MAX } from "./limits.ts";
import { orWasiCode } from "./wasi-error.ts";

interface Datetime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}
type NewTimestamp =
  | { readonly tag: "no-change" | "now" }
  | { readonly tag: "timestamp"; readonly val: Datetime };
interface OpenFlags {
  readonly create?: boolean;
  readonly directory?: boolean;
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
}
interface DescriptorFlags {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly mutateDirectory?: boolean;
}

const TYPES = {
  file: "regular-file",
  directory: "directory",
  symlink: "symbolic-link",
  other: "unknown",
} as const;

/** An open file, or a directory by its path below the folder (`""` is the folder itself). */
type Target = { readonly file: FileHandle } | { readonly path: string };

/**
 * `wasi:filesystem/types.descriptor`. Runs inside the seal and checks only what WASI defines for descriptors:
 * what is permitted, the broker decides at each call. Errors are thrown as WASI's error codes, plain strings.
 * Links are never followed, whatever the path flags say, and never made.
 */
export class Descriptor {
  readonly #channel: GuestChannel;
  readonly #target: Target;
  readonly #flags: DescriptorFlags;

  constructor(channel: GuestChannel, target: Target, flags: DescriptorFlags) {
    this.#channel = channel;
    this.#target = target;
    this.#flags = flags;
  }

  readViaStream(offset: bigint): InputStream {
    return this.#file("read").readStream(integer(offset));
  }
  writeViaStream(offset: bigint): OutputStream {
    return this.#file("write").writeStream(integer(offset));
  }
  appendViaStream(): OutputStream {
    return this.#file("write").writeStream("end");
  }
  advise(_offset: bigint, _length: bigint, _advice: string): void {}
  syncData(): void {
    this.sync();
  }
  sync(): void {
    const target = this.#target;
    if ("file" in target) orWasiCode(() => target.file.call("sync"));
  }
  getFlags(): DescriptorFlags {
    return this.#flags;
  }
  getType(): string {
    return "file" in this.#target ? TYPES.file : TYPES.directory;
  }
  setSize(size: bigint): void {
    const file = this.#file("write");
    orWasiCode(() => file.call("setSize", integer(size)));
  }
  setTimes(accessed: NewTimestamp, modified: NewTimestamp): void {
    // The times of a directory are the host's own.
    if (!("file" in this.#target)) throw "not-permitted";
    const { file } = this.#target;
    orWasiCode(() => file.call("setTimes", time(accessed), time(modified)));
  }
  read(length: bigint, offset: bigint): [Uint8Array, boolean] {
    const file = this.#file("read");
    const lengthBytes = Number(length > BigInt(CHUNK_BYTES_MAX) ? BigInt(CHUNK_BYTES_MAX) : length);
    const bytes = orWasiCode(() => file.read(integer(offset), lengthBytes));
    return [bytes, bytes.length < lengthBytes];
  }
  write(buffer: Uint8Array, offset: bigint): bigint {
    const file = this.#file("write");
    return BigInt(orWasiCode(() => file.write(integer(offset), buffer)));
  }
  readDirectory(): DirectoryEntryStream {
    const entries = entriesOf(this.#call("list", [this.#directory()]));
    return new DirectoryEntryStream(entries.map(({ name, kind }) => ({ type: TYPES[kind], name })));
  }
  createDirectoryAt(path: string): void {
    this.#call("makeDirectory", [this.#mutable(path)]);
  }
  stat() {
    return descriptorStat(this.#stat());
  }
  statAt(_pathFlags: unknown, path: string) {
    return descriptorStat(this.#statBelow(path));
  }
  setTimesAt(
    pathFlags: unknown,
    path: string,
    accessed: NewTimestamp,
    modified: NewTimestamp,
  ): void {
    this.#mutable(path);
    if (this.#statBelow(path).kind === "directory") throw "not-permitted";
    const file = this.openAt(pathFlags, path, {}, { write: true });
    try {
      file.setTimes(accessed, modified);
    } finally {
      file[Symbol.dispose]();
    }
  }
  openAt(
    _pathFlags: unknown,
    path: string,
    openFlags: OpenFlags,
    flags: DescriptorFlags,
  ): Descriptor {
    const changes = flags.write || flags.mutateDirectory || openFlags.create || openFlags.truncate;
    const below = changes ? this.#mutable(path) : this.#below(path);
    const { create, exclusive, truncate } = openFlags;
    const directory = openFlags.directory === true || path.endsWith("/");
    const asked = { read: flags.read, write: flags.write, create, exclusive, truncate, directory };
    const words = Object.entries(asked).flatMap(([word, isAsked]) => (isAsked ? [word] : []));
    const handle = handleOf(this.#call("open", [below, words]));
    if (handle !== undefined)
      return new Descriptor(this.#channel, { file: new FileHandle(this.#channel, handle) }, flags);
    // Programs of preview 1 have no word for it: what may be changed in a directory may be changed in those below it.
    const { mutateDirectory = false } = this.#flags;
    return new Descriptor(this.#channel, { path: below }, { ...flags, mutateDirectory });
  }
  removeDirectoryAt(path: string): void {
    this.#call("removeDirectory", [this.#mutable(path)]);
  }
  unlinkFileAt(path: string): void {
    const below = this.#mutable(path);
    // Such a path names a directory, if anything.
    if (path.endsWith("/"))
      throw this.#statBelow(path).kind === "directory" ? "is-directory" : "not-directory";
    this.#call("removeFile", [below]);
  }
  renameAt(oldPath: string, newDescriptor: Descriptor, newPath: string): void {
    this.#call("rename", [this.#mutable(oldPath), newDescriptor.#mutable(newPath)]);
  }
  // debt("GB-026"): no link is made or followed.
  linkAt(): never {
    throw "not-permitted";
  }
  readlinkAt(): never {
    throw "not-permitted";
  }
  symlinkAt(): never {
    throw "not-permitted";
  }
  isSameObject(other: Descriptor): boolean {
    try {
      return this.#stat().identity === other.#stat().identity;
    } catch (error) {
      // This function has no error in WIT. What cannot be looked at is the same as nothing.
      if (typeof error === "string") return false;
      throw error;
    }
  }
  metadataHash() {
    return metadataHash(this.#stat());
  }
  metadataHashAt(_pathFlags: unknown, path: string) {
    return metadataHash(this.#statBelow(path));
  }
  [Symbol.dispose](): void {
    if ("file" in this.#target) this.#target.file.release();
  }

  #file(use: "read" | "write"): FileHandle {
    if (!("file" in this.#target)) throw "is-directory";
    if (this.#flags[use] !== true) throw "bad-descriptor";
    return this.#target.file;
  }
  #directory(): string {
    if ("file" in this.#target) throw "not-directory";
    return this.#target.path;
  }
  /** A path below this directory, for the broker to judge: an absolute one must not become relative by joining. */
  #below(path: string): string {
    const base = this.#directory();
    if (path === "") throw "no-entry";
    if (path.startsWith("/")) throw "not-permitted";
    const below = path.split("/").includes("..") ? this.#climb(base, path) : path;
    return joined(base, below);
  }
  /** The path without its `..`, which the broker never hears of. None leads out, or out of what is no directory. */
  #climb(base: string, path: string): string {
    const names: string[] = [];
    for (const name of path.split("/")) {
      if (name === "" || name === ".") continue;
      if (name !== "..") {
        names.push(name);
        continue;
      }
      if (names.length === 0) throw "not-permitted";
      const { kind } = statOf(this.#call("stat", [joined(base, names.join("/"))]));
      if (kind !== "directory") throw "not-directory";
      names.pop();
    }
    return names.join("/");
  }
  #mutable(path: string): string {
    const below = this.#below(path);
    if (!this.#flags.mutateDirectory) throw "read-only";
    return below;
  }
  #call(operation: string, args: Parameters<GuestChannel["call"]>[1]) {
    return orWasiCode(() => this.#channel.call(`filesystem.${operation}`, args));
  }
  #stat(): BeneathStat {
    const target = this.#target;
    if ("path" in target) return statOf(this.#call("stat", [target.path]));
    return statOf(orWasiCode(() => target.file.call("statHandle")));
  }
  #statBelow(path: string): BeneathStat {
    return statOf(this.#call("stat", [this.#below(path)]));
  }
}

export class DirectoryEntryStream {
  readonly #entries: Iterator<{ type: string; name: string }>;
  constructor(entries: readonly { type: string; name: string }[]) {
    this.#entries = entries.values();
  }
  readDirectoryEntry(): { type: string; name: string } | undefined {
    const next = this.#entries.next();
    return next.done === true ? undefined : next.value;
  }
}

function joined(base: string, path: string): string {
  return base === "" ? path : `${base}/${path}`;
}

/** Offsets and sizes of WASI are u64; the channel's are exact numbers. */
function integer(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw "invalid";
  return Number(value);
}

function time(stamp: NewTimestamp): number | "now" | null {
  if (stamp.tag === "timestamp")
    return Number(stamp.val.seconds) * 1000 + stamp.val.nanoseconds / 1e6;
  return stamp.tag === "now" ? "now" : null;
}

// debt("GB-026"): whole milliseconds.
function datetime(ms: number): Datetime {
  const wholeMs = Math.max(0, Math.floor(ms));
  return { seconds: BigInt(Math.floor(wholeMs / 1000)), nanoseconds: (wholeMs % 1000) * 1_000_000 };
}

function descriptorStat(stat: BeneathStat) {
  return {
    type: TYPES[stat.kind],
    linkCount: 1n,
    size: BigInt(stat.sizeBytes),
    dataAccessTimestamp: datetime(stat.accessedMs),
    dataModificationTimestamp: datetime(stat.modifiedMs),
    statusChangeTimestamp: datetime(stat.changedMs),
  };
}

function metadataHash({ identity }: BeneathStat): { lower: bigint; upper: bigint } {
  return {
    lower: BigInt(`0x${identity.slice(16, 32)}`),
    upper: BigInt(`0x${identity.slice(0, 16)}`),
  };
}
